"""Who you are."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.postgres.indexes import OpClass
from django.core.validators import MaxLengthValidator, MinLengthValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left, Now
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts import access_models  # noqa: F401 Django looks for models here

# Words that are, or may become, an address or a role of the site.
RESERVED_USERNAMES = frozenset(
    {
        *("about", "admin", "administrator", "api", "explore", "help", "home", "login", "logout", "me", "media"),
        *("moderation", "moderator", "notifications", "null", "oauth", "password", "posts", "public", "root", "rules"),
        *("search", "security", "settings", "signup", "site", "static", "stories", "support", "system", "tags"),
        *("undefined", "ws"),
    }
)

username_validator = RegexValidator(
    r"\A[a-z0-9_]{2,30}\Z",
    gettext_lazy("Use 2 to 30 of the letters a to z, digits and underscores."),
)
USERNAME_VALIDATORS = [username_validator]


# Changed only by `F()` in the transaction that changes what is counted.
COUNTED = {"followers_count", "following_count", "posts_count", "relations_version", "card_version"}


def indexable(account: str = "") -> models.Q:
    """Accounts that search engines may list; `account` is the way to one, as in `author__`."""
    return models.Q(**{f"{account}is_active": True, f"{account}is_closed": False, f"{account}in_search": True})


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> "UserQuerySet":
        return self.filter(is_active=True)

    def named(self, username: str) -> "UserQuerySet":
        """The account of that name, whatever case it is written in."""
        return self.filter(username=username.lower())


class UserManagerWithQuerySet(UserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    use_in_migrations = False


class Ranking(models.TextChoices):
    CHRONOLOGICAL = "chronological", gettext_lazy("Newest first")
    ENGAGEMENT = "engagement", gettext_lazy("What matters to you")
    ML = "ml", gettext_lazy("Learned")


class MentionsFrom(models.TextChoices):
    """Whose mentions reach the account."""

    EVERYBODY = "everybody", gettext_lazy("Everybody")
    FOLLOWED = "followed", gettext_lazy("People I follow")
    NOBODY = "nobody", gettext_lazy("Nobody")


class User(AbstractBaseUser, PermissionsMixin):
    # The name in addresses and mentions; lower case, never changed.
    username = models.CharField(
        max_length=30,
        unique=True,
        validators=[username_validator, MinLengthValidator(2)],
        error_messages={"unique": gettext_lazy("This username is taken.")},
    )
    # Where password resets go; accounts made by an import have none.
    email = models.EmailField(
        null=True, blank=True, unique=True, error_messages={"unique": gettext_lazy("This e-mail address is in use.")}
    )
    display_name = models.CharField(max_length=50, blank=True, help_text="The name shown on posts.")
    bio = models.TextField(blank=True, validators=[MaxLengthValidator(500)], help_text="A few words about yourself.")
    avatar = models.ImageField(upload_to="avatars/", blank=True)
    # The account's posts are seen by its followers only.
    is_private = models.BooleanField(default=False, db_default=False)
    # The language the account is spoken to in, a code of LANGUAGES; empty: as the browser asks.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    # Whoever may read the account's posts may also see what it likes.
    shows_likes = models.BooleanField(default=False, db_default=False)
    # The order of home.
    ranking = models.CharField(
        max_length=13, choices=Ranking, default=Ranking.CHRONOLOGICAL, db_default=Ranking.CHRONOLOGICAL
    )
    # When the account last said so in so many words, though it said what held; null: never.
    ranking_set_at = models.DateTimeField(null=True, editable=False)
    # Nothing is kept of what the account looks at.
    untracked = models.BooleanField(default=False, db_default=False)
    # Staff let only followers see what the account posts; unlike a private account it may still be followed by all.
    is_limited = models.BooleanField(default=False, db_default=False, editable=False)
    # Only followers see the account's posts, whoever decided that; what every rule of visibility asks.
    is_closed = models.GeneratedField(
        expression=Q(is_private=True) | Q(is_limited=True),  # type: ignore[arg-type]
        output_field=models.BooleanField(),
        db_persist=True,
    )
    # Who may mention the account: of others the name is a word like any other. And whether people who do not follow
    # it find it, here and by search engines, and have it suggested.
    mentions_from = models.CharField(
        max_length=9, choices=MentionsFrom, default=MentionsFrom.EVERYBODY, db_default=MentionsFrom.EVERYBODY
    )
    in_search = models.BooleanField(default=True, db_default=True)
    in_suggestions = models.BooleanField(default=True, db_default=True)
    # Its owner has deleted it: it is shown nowhere, and erased for good at this time.
    erase_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_staff = models.BooleanField(default=False, db_default=False, help_text="May use the staff pages.")
    # A suspended account can do nothing and is shown nowhere.
    is_active = models.BooleanField(default=True, db_default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    followers_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    following_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    posts_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    # Raised with every change of whom the account follows, mutes or blocks; what is cached for a
    # reader names the version it was made from, so a stale copy is never taken for the truth.
    relations_version = models.BigIntegerField(default=0, db_default=0, editable=False)
    # Raised with every change of what stands on a card: name, picture. Cached cards name theirs.
    card_version = models.IntegerField(default=0, db_default=0, editable=False)

    objects: ClassVar[UserManagerWithQuerySet] = UserManagerWithQuerySet()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(username__regex=r"^[a-z0-9_]{2,30}$"), name="username_is_plain_lower_case"
            ),
        ]
        indexes = [
            # The newest accounts, for the admin's list.
            models.Index(fields=["-created_at"], name="user_created"),
            # What is to be erased.
            models.Index(fields=["erase_at"], name="user_erase", condition=Q(erase_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"@{self.username}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Writes what a person can change, never what the database counts.

        A form that was open for a minute would otherwise put back a minute-old counter, or an old
        `relations_version`, by which a stale timeline would pass for a fresh one.
        """
        if not self._state.adding and kwargs.get("update_fields") is None and not args:
            names = {field.name for field in self._meta.concrete_fields if not field.primary_key}
            kwargs["update_fields"] = names - COUNTED - self.get_deferred_fields()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("profile", args=[self.username])

    @property
    def is_indexable(self) -> bool:
        """Whether search engines may list it; the same as `indexable`."""
        return self.is_active and not self.is_closed and self.in_search

    @property
    def name(self) -> str:
        return self.display_name or self.username

    @property
    def avatar_url(self) -> str | None:
        # Wherever the file lies, it is served by the site itself.
        return f"{settings.MEDIA_URL}{self.avatar.name}" if self.avatar else None


class NameWord(models.Model):
    """A word by which an account is found: its username, its display name or a word of that, folded.

    Kept by triggers (`accounts/migrations/0006_name_words.py`) with every change of a name.
    """

    pk = models.CompositePrimaryKey("user_id", "word")
    user_id = models.BigIntegerField()
    word = models.TextField()
    # About log2 of the followers, so that it seldom moves.
    fame = models.SmallIntegerField()

    class Meta:
        db_table = "name_word"
        indexes = [
            # Words that begin like what somebody is typing, in their own order.
            models.Index(OpClass(F("word"), name="text_pattern_ops"), name="name_word_start"),
            # The best known whose words begin with these letters.
            models.Index(Left("word", 1), F("fame").desc(), name="name_word_letter_fame"),
            models.Index(Left("word", 3), F("fame").desc(), name="name_word_letters_fame"),
        ]

    def __str__(self) -> str:
        return self.word


class IdempotentRequest(models.Model):
    """The first answer to a POST that carried an Idempotency-Key; kept for 24 hours."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    key = models.CharField(max_length=200)
    # SHA-256 of method, path and body: the same key with another request is refused.
    fingerprint = models.CharField(max_length=64)
    # Null while the first request is still at work.
    status = models.PositiveSmallIntegerField(null=True)
    # JSON as it was sent: jsonb would not keep the order of the keys.
    body = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_answer_per_key")]
        indexes = [models.Index(fields=["created_at"], name="idempotent_created")]  # clearing the old ones

    def __str__(self) -> str:
        return self.key
