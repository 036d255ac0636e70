"""The site as an app: its manifest, its service worker, and the page it shows without a network."""

import hashlib
import json
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# What a browser or phone paints around the site: `--page` of static/css/tokens.css.
THEME_COLORS = {"light": "#f7f5f0", "dark": "#12161a"}
# The page without a network is made of these.
SHELL = [
    *("css/tokens.css", "css/base.css", "css/controls.css", "css/pages.css", "css/offline.css", "css/forced.css"),
    *("js/theme-boot.js", "js/offline.js", "img/icons.svg", "img/favicon.svg"),
]
WORKER = "js/worker.js"
# What notifications are shown with.
ICON, BADGE = "img/icon-192.png", "img/badge-96.png"


@require_safe
@cache_control(max_age=3600, public=True)
def manifest(request: HttpRequest) -> HttpResponse:
    """https://www.w3.org/TR/appmanifest/; `id` stays as it is whatever else changes, for it says which app this is."""
    told = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME,
        "description": _("Short posts from the people you choose, newest first."),
        "start_url": reverse("home"),
        "scope": "/",
        "display": "standalone",
        "background_color": THEME_COLORS["light"],
        "theme_color": THEME_COLORS["light"],
        "categories": ["social"],
        "icons": icons(),
        "shortcuts": shortcuts(),
        "share_target": {
            "action": reverse("compose"),
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
    }
    return JsonResponse(told, content_type="application/manifest+json")


def icons() -> list[dict[str, str]]:
    return [
        icon("img/icon-192.png", "192x192", "any"),
        icon("img/icon-512.png", "512x512", "any"),
        icon("img/icon-maskable-512.png", "512x512", "maskable"),
    ]


def icon(path: str, sizes: str, purpose: str) -> dict[str, str]:
    return {"src": static(path), "sizes": sizes, "type": "image/png", "purpose": purpose}


def shortcuts() -> list[dict[str, Any]]:
    named = [(_("New post"), reverse("compose")), (_("Notifications"), "/notifications")]
    return [{"name": name, "url": url, "icons": [icon(ICON, "192x192", "any")]} for name, url in named]


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """`static/js/worker.js` from the root, whose pages it may then serve, with what it has to know of this site."""
    version = cached_version() if settings.PRODUCTION else shell_version()
    told = {
        "version": version,
        "page": reverse("offline"),
        "shell": [static(path) for path in SHELL],
        "files": settings.STATIC_URL,
        "logout": reverse("account_logout"),
        "home": reverse("home"),
        "token": settings.CSRF_COOKIE_NAME,
        "name": settings.SITE_NAME,
        "icon": static(ICON),
        "badge": static(BADGE),
    }
    source = f"const site = {json.dumps(told)};\n{read(WORKER).decode()}"
    return HttpResponse(source, content_type="text/javascript; charset=utf-8")


def shell_version() -> str:
    """Another one whenever something of the shell or the worker changes, so that browsers fetch it anew."""
    content = b"".join(read(path) for path in [*SHELL, WORKER])
    addresses = "".join(static(path) for path in SHELL)
    digest = hashlib.sha256(content + addresses.encode() + settings.VERSION.encode())
    return digest.hexdigest()[:12]


# Files of a running production site do not change.
cached_version = cache(shell_version)


def read(path: str) -> bytes:
    found = finders.find(path)
    if found is None:
        raise FileNotFoundError(path)
    with open(found, "rb") as file:
        return file.read()


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """What is shown where no page can be had. It is the same for everybody: browsers keep it past a log-out."""
    return render(request, "offline.html")
