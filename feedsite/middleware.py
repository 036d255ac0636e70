"""What is read of every request before a view sees it, and what every answer says: how long it may be kept, in which
language it is, and how much more one may ask.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from feedsite import languages, limits
from feedsite.errors import wants_json

OWN_ONLY = "private, no-cache"
# Words of the staff side are not translated: half of a page in each language would be worse than one.
STAFF_SIDE = "/admin/"


def keep_private(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers of the API and pages made for somebody are asked for again each time, and kept for nobody else.

    Answers that say so themselves are left alone. Only a session that was looked at is asked who is
    signed in, so this costs no query; SessionMiddleware adds `Vary: Cookie` to those.
    """

    def answering(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.has_header("Cache-Control"):
            return response
        if wants_json(request):
            response["Cache-Control"] = OWN_ONLY
            patch_vary_headers(response, ["Authorization", "Cookie"])
        elif request.session.accessed and SESSION_KEY in request.session:
            response["Cache-Control"] = OWN_ONLY
            patch_vary_headers(response, ["Cookie"])
        return response

    return answering


def read_cookies(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Leaves out what no browser was given here: a quoted value can spell NUL, which no database takes."""

    def answering(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return get_response(request)

    return answering


def speak(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Answers in the language of the cookie, else as the browser asks.

    What the account has chosen is put into the cookie by the first answer that has looked the account up
    anyway, log-in above all: so the language is known before any query, and costs none.
    """

    def answering(request: HttpRequest) -> HttpResponse:
        is_staff_side = request.path.startswith(STAFF_SIDE)
        code = settings.LANGUAGE_CODE if is_staff_side else translation.get_language_from_request(request)
        translation.activate(code)
        response = get_response(request)
        if has_no_words(request, response):
            return response
        response.headers.setdefault("Content-Language", code)
        patch_vary_headers(response, ["Accept-Language", "Cookie"])
        chosen = getattr(known_user(request), "language", "")
        if chosen and chosen != request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME):
            languages.remember(response, chosen)
        return response

    return answering


def count(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """What is done in answering counts for the limits; answers of the API say what is left of those.

    Staff do as they must.
    """

    def answering(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(STAFF_SIDE):
            return get_response(request)
        with limits.counting(request) as visit:
            response = get_response(request)
        if wants_json(request):
            for name, value in limits.headers(visit.took).items():
                response[name] = value
        if response.status_code == 429:
            response.headers.setdefault("Retry-After", str(limits.wait_seconds(visit.took)))
        return response

    return answering


def has_no_words(request: HttpRequest, response: HttpResponse) -> bool:
    """What the API answers but its refusals, and files, which are the same for everybody."""
    is_data = wants_json(request) and response.status_code < 400
    return is_data or "public" in response.headers.get("Cache-Control", "")


def known_user(request: HttpRequest) -> Any:
    """Who is signed in, when this request has asked for it already."""
    user = getattr(request, "user", None)
    return getattr(request, "_cached_user", None) if isinstance(user, SimpleLazyObject) else user
