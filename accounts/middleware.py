"""What is noted of sessions, and who may come to the staff pages."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts import second_factor, sessions
from feedsite.middleware import STAFF_SIDE, known_user

Answering = Callable[[Any], HttpResponse]


def note_session(get_response: Answering) -> Answering:
    """Notes once an hour that a session is in use, where the request has looked at it anyway."""

    def answering(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_known = request.session.accessed and SESSION_KEY in request.session
        if is_known and sessions.is_due(request) and getattr(known_user(request), "is_authenticated", False):
            sessions.note(request)
        return response

    return answering


def guard_staff_side(get_response: Answering) -> Answering:
    """The staff pages are for accounts with a second factor, where the settings ask for it."""

    def answering(request: Any) -> HttpResponse:
        is_guarded = settings.STAFF_TWO_FACTOR and request.path.startswith(STAFF_SIDE)
        if is_guarded and request.user.is_staff and not second_factor.is_on(request.user):
            messages.warning(request, _("The staff pages ask for a second factor. Set one up here first."))
            return redirect("settings_security")
        return get_response(request)

    return answering
