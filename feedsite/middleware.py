"""What every answer says about being kept."""

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from feedsite.errors import wants_json

OWN_ONLY = "private, no-cache"


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
