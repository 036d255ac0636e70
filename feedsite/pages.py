"""What every page knows."""

import hashlib
from collections.abc import Callable
from functools import cache, wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from django.views.i18n import JavaScriptCatalog
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

from feedsite import errors
from feedsite.errors import DomainError, TooMany, invalid_fields
from feedsite.media.serving import serve_file
from feedsite.pwa import THEME_COLORS

# Words of members that machines need not collect, and doors that are not for them.
ROBOTS = """\
User-agent: *
Allow: /
Disallow: /settings
Disallow: /admin
Disallow: /api
Disallow: /posts

Sitemap: {sitemap}
"""


class Request(HttpRequest):
    """A request as the middlewares hand it to a page. For types only; none is ever made."""

    htmx: HtmxDetails
    user: Any


def live_url(request: HttpRequest) -> str:
    """The websocket's full address as this browser reaches it."""
    host = request.get_host()
    if settings.LIVE_PORT:
        host = f"{host.rpartition(':')[0] if host.rpartition(':')[2].isdigit() else host}:{settings.LIVE_PORT}"
    return f"{'wss' if request.is_secure() else 'ws'}://{host}/ws/feed/"


@cache
def words_in(language: str) -> tuple[bytes, str]:
    """The script with the words of the site's scripts, and a version to tell it by."""
    with translation.override(language):
        script = JavaScriptCatalog(packages=["accounts"]).get(HttpRequest()).content
    return script, hashlib.sha256(script).hexdigest()[:12]


def words_url(language: str) -> str:
    return f"{resolve_url('words', language)}?v={words_in(language)[1]}"


@require_safe
def words(request: HttpRequest, language: str) -> HttpResponse:
    """The words of a language for the scripts; a version of them never changes."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    response = HttpResponse(words_in(language)[0], content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def site(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: the site's name, limits and live address.

    The address is made only where it is shown: the page that refuses a foreign Host has none.
    """
    return {
        "site_name": settings.SITE_NAME,
        "theme_colors": THEME_COLORS,
        "post_max_length": settings.POST_MAX_LENGTH,
        "impression_days": settings.IMPRESSION_DAYS,
        "registration": settings.REGISTRATION,
        "members_invite": settings.REGISTRATION == "invite" and settings.MEMBERS_INVITE,
        "live_url": SimpleLazyObject(lambda: live_url(request)),
        "words_url": words_url(get_language() or settings.LANGUAGE_CODE),
    }


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The icon where browsers look for one; its address without a hash stays the same for good."""
    return redirect(f"{settings.STATIC_URL}img/favicon.svg", permanent=True)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    sitemap = request.build_absolute_uri(reverse("sitemap"))
    return HttpResponse(ROBOTS.format(sitemap=sitemap), content_type="text/plain; charset=utf-8")


@require_safe
def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """An avatar or the picture of a link by its address; a name is never used again, so it may be kept for ever."""
    answer = serve_file(request, path, cache_control="public, max-age=31536000, immutable")
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose rules may say no: the refusal becomes the error page of its status."""

    @wraps(view)
    def answering(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except DomainError as error:
            return errors.refusal(request, error)

    return answering


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for members: others are sent to log in, and from there back to where they were."""

    @wraps(view)
    @page
    def asking(request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        back = request.get_full_path() if request.method in ("GET", "HEAD") else next_url(request)
        url = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}"
        return HttpResponseClientRedirect(url) if request.htmx else redirect(url)

    return asking


def next_url(request: Request, default: Any = "home") -> str:
    """Where a form sends its sender afterwards: the `next` it carries when that is on this site."""
    url = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())
    return url if safe else resolve_url(default)


def checked(form: Form) -> dict[str, Any]:
    """What the form could read of what was sent; raises Invalid when it is not all of it."""
    if not form.is_valid():
        raise invalid_fields(ValidationError(form.errors.as_data()))
    return form.cleaned_data


def show_errors(form: Form, error: DomainError) -> Form:
    """The form with the reasons of a refusal beside its fields."""
    if not form.is_valid():
        return form  # the reasons are its own
    for name, reasons in (error.fields or {"__all__": [error.detail]}).items():
        form.add_error(name if name in form.fields else None, [str(reason) for reason in reasons])
    return form


def form_status(request: Request, error: DomainError) -> int:
    """Of a form that comes back: 422, which htmx puts in its place; elsewhere 429 for what was done too often."""
    return error.status if isinstance(error, TooMany) and not request.htmx else 422


def with_undo(answer: HttpResponse, said: str, url: str, swaps: str | None = None) -> HttpResponse:
    """For the page's script: what to say, and `url`, which takes it back; its answer replaces the element `swaps`."""
    return trigger_client_event(answer, "say", {"text": said, "undo": {"url": url, "swaps": swaps}})


def render_list(request: Request, whole: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """A list as a page, or only its next rows when the page itself asks for them."""
    response = render(request, fragment if request.htmx else whole, context)
    patch_vary_headers(response, ["HX-Request"])
    return response
