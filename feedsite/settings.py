"""All settings of the site. Every value that depends on where it runs comes from `feedsite.env`."""

import contextlib
import secrets
from pathlib import Path

import dj_database_url
from csp import constants as csp
from dotenv import load_dotenv
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from feedsite import embedded, env, mailing
from feedsite.media import place

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")

SITE_NAME = env.text("SITE_NAME", "Feedsite")
VERSION = "0.1.0"
PORT = env.integer("PORT", 8000, least=1, most=65535)
# The websocket's port when it is not the site's own (make run); 0 means the same origin.
LIVE_PORT = env.integer("LIVE_PORT", 0, most=65535)
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / ".data"))).expanduser().resolve()
DEMO = env.flag("DEMO", True)

# --- Who may start it, and how ------------------------------------------------------------------
# DEBUG unset is a private start on one's own machine (make run): real error pages, a secret made
# once and kept in DATA_DIR, local host names only. DEBUG=1 adds Django's technical pages.
# DEBUG=0 is production and refuses to guess.
PRODUCTION = not env.flag("DEBUG", True)
DEBUG = env.flag("DEBUG", False)


def local_secret() -> str:
    """A key made at the first start and kept beside the data it signs."""
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50))
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(fresh)  # the first of several starting processes wins
        fresh.unlink()
    return path.read_text()


SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.names("ALLOWED_HOSTS")
if PRODUCTION and not SECRET_KEY:
    raise env.BadSetting("SECRET_KEY is missing: set it to a long random text (DEBUG is off).")
if PRODUCTION and not ALLOWED_HOSTS:
    raise env.BadSetting("ALLOWED_HOSTS is missing: name the hosts of the site (DEBUG is off).")
SECRET_KEY = SECRET_KEY or local_secret()
# Where the site is found, without a slash at the end: e-mails and what else is read elsewhere name it.
_home = f"https://{ALLOWED_HOSTS[0].lstrip('.')}" if ALLOWED_HOSTS else f"http://localhost:{PORT}"
SITE_URL = (env.url("SITE_URL", ["http", "https"]) or _home).rstrip("/")
ALLOWED_HOSTS = ALLOWED_HOSTS or ["localhost", ".localhost", "127.0.0.1", "[::1]"]
# Proxies in front of the site that set X-Forwarded-*; 0 means those headers are not believed.
TRUSTED_PROXY_COUNT = env.integer("TRUSTED_PROXY_COUNT", 0, most=10)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
HTTPS = env.flag("HTTPS", PRODUCTION)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# A browser takes a cookie of such a name only from this very host by HTTPS: no sibling of it can plant one.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid"
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrftoken"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
CSRF_TRUSTED_ORIGINS = [f"https://{host.removeprefix('.')}" for host in ALLOWED_HOSTS if host != "*"]
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # the site cannot speak for other hosts below its domain,
    "security.W021",  # nor have them written into browsers for good
    "security.W008",  # the proxy that holds the certificate leads to HTTPS: docs/operations.md
    "oauth2_provider.W008",  # apps on one's own machine are answered at http://127.0.0.1 (RFC 8252)
]

# --- The feed (docs/architecture.md) ------------------------------------------------------------
FEED_STRATEGY = env.choice("FEED_STRATEGY", "adaptive", ["adaptive", "hybrid", "push", "pull"])
# adaptive: a post is written into at most this many feeds, those of the most active followers.
# hybrid: an author with more followers than this is pulled by all of them.
CELEBRITY_THRESHOLD = env.integer("CELEBRITY_THRESHOLD", 10_000, least=1)
# Microseconds to write one entry, and to ask one author at one read: `manage.py measure_costs`.
FEED_PUSH_COST_US = env.number("FEED_PUSH_COST_US", 5.0, least=0.001, most=1e6)
FEED_PULL_COST_US = env.number("FEED_PULL_COST_US", 5.0, least=0.001, most=1e6)
# Posts and reads lose half their weight in the rates after so many days: a whole week, so that
# weekends do not show; less for readers, who may be gone after a week and busy after a day.
POSTING_HALF_LIFE_DAYS = 7.0
READING_HALF_LIFE_DAYS = 3.5
# Nothing is pushed to readers who have not come for so long; their first read finds all by pulling.
READER_IDLE_DAYS = 7
# Pushed entries kept for a reader; older ones are pulled when somebody scrolls that far.
TIMELINE_SIZE = env.integer("TIMELINE_SIZE", 1000, least=10, most=100_000)
# A feed is trimmed once it is this many times TIMELINE_SIZE long.
TIMELINE_SLACK = 1.4
# Followers served by one fan-out transaction: long enough to be cheap, short enough to be killed.
FANOUT_CHUNK_FOLLOWERS = 2000
# Authors with at most this many pushed followers are delivered to while posting.
FANOUT_INLINE_FOLLOWERS = 200
# Above this a post goes to its own queue, so that it cannot hold up ordinary authors.
FANOUT_BIG_FOLLOWERS = 20_000
# After each chunk of such a post it waits for this share of the chunk's time: others have posted as well.
FANOUT_BIG_PAUSE = 0.4
# A post still in the outbox after this long is taken up by the sweeper.
FANOUT_LOST_AFTER_SECONDS = 2
# How long a delivered post stays in the outbox, for reads that asked Redis just before it was delivered.
FANOUT_LINGER_SECONDS = 0.5
# A hot timeline is kept in Redis this long after its reader was last seen.
HOT_TIMELINE_LENGTH = 200
HOT_TIMELINE_SECONDS = 24 * 3600
# From so many followees on a page by way of the copy is the quicker one (`python -m bench home`).
HOT_FROM_FOLLOWEES = env.integer("HOT_FROM_FOLLOWEES", 2000, least=0)
# Cached cards, by version, and how many of each kind a process keeps for itself.
CARD_SECONDS = 6 * 3600
PERSON_SECONDS = 3600
CARDS_AT_HAND = 20_000
# How long whom one might follow is kept before it is looked for again.
SUGGESTION_SECONDS = 600
# Days that it is kept what readers had on screen.
# Each is a table, and erasing an account looks into all of them.
IMPRESSION_DAYS = env.integer("IMPRESSION_DAYS", 90, least=2, most=400)
# A learned ranking older than this is not served: readers, and what they care about, have moved on.
RANKER_STALE_DAYS = env.integer("RANKER_STALE_DAYS", 60, least=1)
# The share of neighbours in a ranked feed that change places by lot, so that a model can learn from what chance did.
RANKING_SWAPS = env.number("RANKING_SWAPS", 0.0, least=0, most=0.5)
POST_MAX_LENGTH = env.integer("POST_MAX_LENGTH", 280, least=1, most=100_000)
# Deleted posts are erased for good after this long, and until then their authors can bring them back for a while.
DELETED_KEEP_HOURS = 24
UNDO_MINUTES = 10
# What staff delete is kept so long; until then one may appeal, and it can come back.
REMOVED_KEEP_DAYS = 30
# Whether a worker looks where the first link of a public post leads, to show a title and a picture of it.
LINK_PREVIEWS = env.flag("LINK_PREVIEWS", True)
# {host: (address, port)} that stand for public ones. Only tests fill it: nothing that people send can.
LINK_PREVIEW_TEST_HOSTS: dict[str, tuple[str, int]] = {}
# Whether the counts of feedsite/limits.py hold.
RATE_LIMITS = env.flag("RATE_LIMITS", True)
METRICS_TOKEN = env.text("METRICS_TOKEN")

# --- Engines ------------------------------------------------------------------------------------
DATABASE_URL = env.url("DATABASE_URL", ["postgres", "postgresql"])
REDIS_URL = env.url("REDIS_URL", ["redis", "rediss", "unix"])
EMBEDDED_POSTGRES = not DATABASE_URL
EMBEDDED_REDIS = not REDIS_URL
_engines = embedded.urls(DATA_DIR)
DATABASE_URL = DATABASE_URL or _engines.database_url
REDIS_URL = REDIS_URL or _engines.cache_url
CELERY_BROKER_URL = env.text("CELERY_BROKER_URL") or (
    _engines.broker_url if EMBEDDED_REDIS else REDIS_URL.replace("unix://", "redis+socket://", 1)
)
# Redis names start with this, so that several sites (and the tests) can share one server.
REDIS_PREFIX = env.text("REDIS_PREFIX", "fs")

try:
    DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=600)}
except ValueError as error:
    raise env.BadSetting(f"DATABASE_URL cannot be read: {error}.") from error
if env.flag("DATABASE_POOLED", False):
    # Under ASGI each thread would keep a connection of its own; there they are given back at once.
    DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3, options="-c jit=off -c idle_in_transaction_session_timeout=30s"
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
            "SOCKET_TIMEOUT": 0.25,
            "SOCKET_CONNECT_TIMEOUT": 0.25,
            # A connection that has gone stale is opened again once; waiting twice helps nobody.
            "CONNECTION_POOL_KWARGS": {"retry": Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,))},
            # What lies here besides the feed's own, which asks by another way, can be done without.
            "IGNORE_EXCEPTIONS": True,
        },
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 24 * 3600

# The plain channels_redis layer closes idle sockets and goes silent after a flush; pub/sub does not.
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {
            "hosts": [CELERY_BROKER_URL.replace("redis+socket://", "unix://", 1)],
            "prefix": f"{REDIS_PREFIX}.live",
        },
    }
}

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_TIME_LIMIT = 55
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_VISIBILITY_TIMEOUT = 120
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 2,
    "socket_connect_timeout": 1,
    "health_check_interval": 15,
    "global_keyprefix": f"{REDIS_PREFIX}.q.",
}
CELERY_TASK_PUBLISH_RETRY = False

# --- Django -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django_htmx",
    "accounts",
    "social",
    "posts",
    "feeds",
    "notifications",
    "moderation",
]
MIDDLEWARE = [
    # What every kind of answer carries comes before who may answer: a file, a page, data or an error.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "feedsite.headers.harden",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "feedsite.middleware.read_cookies",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "feedsite.middleware.keep_private",
    "feedsite.middleware.speak",
    "feedsite.middleware.count",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.note_session",
    "accounts.middleware.guard_staff_side",
]
ROOT_URLCONF = "feedsite.urls"
WSGI_APPLICATION = "feedsite.wsgi.application"
ASGI_APPLICATION = "feedsite.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "feedsite.pages.site",
                "social.pages.requests_waiting",
                "notifications.pages.unread",
            ]
        },
    }
]
# A new one: docs/translation.md. The first is what the sources are written in.
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "feedsite" / "locale"]
FORMAT_MODULE_PATH = ["feedsite.formats"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = HTTPS
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
MEDIA_URL = "/media/"
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": place.from_url(env.text("MEDIA_STORAGE_URL")),
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Off production the files are served where they lie, so that a start has nothing to collect.
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
# What an upload may be: feedsite/media/limits.py.
FILE_UPLOAD_HANDLERS = [
    "feedsite.media.receiving.Measure",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
AVATAR_MAX_BYTES = 4 * 1024 * 1024

# --- Accounts -----------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in [
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    ]
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*"]
ACCOUNT_SIGNUP_FORM_HONEYPOT_FIELD = "website"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_USERNAME_VALIDATORS = "accounts.models.USERNAME_VALIDATORS"
# Nobody has to confirm an address to come in; but one that is not is written to only
# to confirm it and for a lost password.
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_CHANGE_EMAIL = True
# The password, a code or a passkey is asked for again before the address is changed.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Who may sign up: everybody, whoever has an invitation, nobody.
REGISTRATION = env.choice("REGISTRATION", "open", ["open", "invite", "closed"])
# Whether members may invite too, or only staff.
MEMBERS_INVITE = env.flag("MEMBERS_INVITE", True)
# Staff pages ask for an account with a second factor.
STAFF_TWO_FACTOR = env.flag("STAFF_TWO_FACTOR", PRODUCTION)
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_FORMS = {
    "authenticate": "accounts.forms.AuthenticateForm",
    "reauthenticate": "accounts.forms.ReauthenticateForm",
}
MFA_PASSKEY_LOGIN_ENABLED = True
# `accounts.security_views.confirmed_first` asks instead: allauth would also forbid changing the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = SITE_NAME
# A code is also taken half a minute early or late: clocks of phones differ.
MFA_TOTP_TOLERANCE = 1
# Whoever sees a screen later must not find them there.
MFA_RECOVERY_CODES_SHOW_ONCE = True
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
# Page and API share the limits of feedsite/limits.py.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
EMAIL_URL = env.url("EMAIL_URL", ["smtp", "smtps"])
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND", f"django.core.mail.backends.{'smtp' if EMAIL_URL else 'console'}.EmailBackend"
)
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD, EMAIL_USE_TLS, EMAIL_USE_SSL = mailing.from_url(EMAIL_URL)
EMAIL_FILE_PATH = env.text("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "feedsite@localhost")
# Whom push services write to when something is wrong with what this site sends.
PUSH_CONTACT = env.text("PUSH_CONTACT", DEFAULT_FROM_EMAIL)
TOKEN_LIFETIME_DAYS = 365
# Named, so that other tables may point at a token.
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "oauth2_provider.AccessToken"  # noqa: S105 a model, no secret
OAUTH2_PROVIDER = {
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # only a SHA-256 of a token is stored
    "COMPLIANT_BCP_RFC9700_IMPLICIT_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PASSWORD_GRANT": True,
    "COMPLIANT_BCP_RFC9700_PKCE_METHOD": True,
    "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": True,
    "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "SCOPES": {"read": "Read everything you can see", "write": "Post, follow and like as you"},
    "DEFAULT_SCOPES": ["read"],
    # Of what apps are granted; tokens that people make for themselves live TOKEN_LIFETIME_DAYS.
    "ACCESS_TOKEN_EXPIRE_SECONDS": 86_400,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 90 * 86_400,
    "PKCE_REQUIRED": True,
}

# --- API ----------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.tokens.BearerAuthentication",
        "accounts.tokens.BrowserAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["feedsite.rendering.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "feedsite.rendering.OnlyJSON",
    "DEFAULT_PARSER_CLASSES": ["feedsite.rendering.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "feedsite.errors.api_exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "NUM_PROXIES": TRUSTED_PROXY_COUNT,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
}
SPECTACULAR_SETTINGS = {
    "TITLE": SITE_NAME,
    "VERSION": VERSION,
    "DESCRIPTION": "The API of a social news feed. Ids are strings; lists are cursor-paged.",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "MediaTypeEnum": "posts.models.Media.Kind",
        "SuggestionReasonEnum": "social.serializers.REASON_TYPES",
        "VisibilityEnum": "posts.models.Visibility",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "feedsite.schema.add_errors",
    ],
    # The page to try the API comes with its scripts: no other host is asked.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        # Nothing inline runs or paints, but what carries the number drawn for this one answer.
        "script-src": ["'self'", csp.NONCE],
        "style-src": ["'self'", csp.NONCE],
        "img-src": ["'self'", "data:", "blob:"],
        # The live socket of make run answers on a port of its own.
        "connect-src": ["'self'", *(["ws:", "wss:"] if LIVE_PORT else [])],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}

LOG_LEVEL = env.choice("LOG_LEVEL", "WARNING", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {"django.request": {"level": "ERROR"}, "celery.worker.strategy": {"level": "WARNING"}},
}
