"""In which language somebody is spoken to: as the account says, else as a cookie says, else as the browser asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _

from feedsite.errors import Invalid


def checked_language(code: str) -> str:
    """The code of a language of the site, or "" for no choice; raises Invalid."""
    codes = [known for known, _name in settings.LANGUAGES]
    if code and code not in codes:
        reason = _("Choose one of %(names)s, or nothing.") % {"names": ", ".join(codes)}
        raise Invalid(reason, fields={"language": [reason]})
    return code


def remember(response: HttpResponseBase, code: str) -> HttpResponseBase:
    """Tells the browser what was chosen; "" makes it forget."""
    if not code:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return response
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        code,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@contextmanager
def speaking_to(user: Any) -> Iterator[None]:
    """Words made in here are in the user's language: for work that no request of theirs asked for."""
    with translation.override(user.language or settings.LANGUAGE_CODE):
        yield
