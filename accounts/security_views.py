"""/settings/security and what leads on from there: passwords, factors and sessions."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as allauth
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts import addresses, devices, sessions
from accounts.models import User
from feedsite.pages import Request, signed_in

TAKEN = gettext_lazy("That address belongs to another account.")
Type = Authenticator.Type


@require_safe
@signed_in
def settings_security(request: Request) -> HttpResponse:
    return render(request, "accounts/settings_security.html", {**factors_of(request.user), **browsers_of(request)})


def confirmed_first(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """For what adds a factor: else somebody could lock the owner of an address out of an account made with it."""

    @wraps(view)
    def answering(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = request.user
        if user.is_authenticated and user.email and not addresses.is_confirmed(user):
            messages.warning(request, _("Confirm your e-mail address first."))
            return redirect("account_email")
        return view(request, *args, **kwargs)

    return answering


def factors_of(user: User) -> dict[str, Any]:
    """`app` and `codes`, each None or one, `passkeys`, and whether the account's address `is_confirmed`."""
    found = list(Authenticator.objects.filter(user=user).order_by("pk"))
    codes = next((row for row in found if row.type == Type.RECOVERY_CODES), None)
    return {
        "app": next((row for row in found if row.type == Type.TOTP), None),
        "passkeys": [row for row in found if row.type == Type.WEBAUTHN],
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "is_confirmed": addresses.is_confirmed(user),
    }


def browsers_of(request: Request) -> dict[str, Any]:
    """`browsers`: rows with what the browser is called, and whether it is this one, which stands first."""
    here = request.session.session_key
    rows = [(row, devices.browser_and_system(row.user_agent)) for row in sessions.of(request.user)]
    shown = [
        {
            "row": row,
            "browser": browser,
            "system": system,
            "place": "" if row.ip == sessions.NO_ADDRESS else row.ip,
            "is_here": row.session_key == here,
        }
        for row, (browser, system) in rows
    ]
    return {"browsers": sorted(shown, key=lambda browser: not browser["is_here"])}


@require_POST
@signed_in
def session_end(request: Request, session_id: int) -> HttpResponse:
    row = get_object_or_404(UserSession, pk=session_id, user=request.user)
    sessions.end([row])
    messages.success(request, _("That browser is logged out."))
    return redirect("settings_security")


@require_POST
@signed_in
def sessions_end_others(request: Request) -> HttpResponse:
    sessions.end_others(request.user, request.session.session_key)
    messages.success(request, _("All other browsers are logged out."))
    return redirect("settings_security")


class ConfirmEmailView(allauth.ConfirmEmailView):  # type: ignore[misc]
    def post(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Two may have asked for one address: the first to confirm has it."""
        try:
            with transaction.atomic():
                answer: HttpResponseBase = super().post(*args, **kwargs)
        except IntegrityError:
            messages.error(self.request, str(TAKEN))
            return redirect("home")
        return answer
