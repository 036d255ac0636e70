"""allauth's pages make accounts by the same action as the API, count by the same limits, and keep secrets as we do."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.context import request_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.forms import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import actions, addresses, invitations, second_factor, sessions, tasks
from accounts.models import RESERVED_USERNAMES
from feedsite import limits

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def get_client_ip(self, request: Any) -> str:
        """Only its network: that is all that is kept with a session."""
        return sessions.place_of(request) or sessions.NO_ADDRESS

    def is_open_for_signup(self, request: Any) -> bool:
        is_invited = settings.REGISTRATION == "invite" and invitations.find(invite_of(request)) is not None
        return settings.REGISTRATION == "open" or is_invited

    def authenticate(self, request: Any, **credentials: Any) -> Any:
        """The account, or None. A try counts before it is judged, and one that was right is given back.

        Raises TooMany.
        """
        user = super().authenticate(request, **credentials)
        if user:
            for kind, who in counted(credentials):
                limits.give_back(kind, who)
        return user

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        for kind, who in counted(credentials):
            limits.take(kind, who)

    def clean_username(self, username: str, shallow: bool = False) -> str:
        name = super().clean_username(username.strip().lower(), shallow)
        if name in RESERVED_USERNAMES:
            raise ValidationError(_("This username is taken."))
        return str(name)

    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:
        data = form.cleaned_data
        actions.prepare_account(user, username=data["username"], email=data["email"], password=data["password1"])
        return actions.open_account(user, invite=invite_of(request)) if commit else user

    def post_login(self, request: Any, user: Any, **details: Any) -> Any:
        response = super().post_login(request, user, **details)
        sessions.began(request, user, response, is_first=details["signup"])
        return response

    def send_confirmation_mail(self, request: Any, emailconfirmation: Any, signup: bool) -> None:
        if not signup:
            actions.count_mail(emailconfirmation.email_address.email)
        tasks.send_confirmation.delay_on_commit(emailconfirmation.email_address.pk)

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """That something was changed is told after it was: a mail server that is away makes no error of it."""
        if email is None and not addresses.is_confirmed(user):
            return
        about = {"username": user.username, "security_url": settings.SITE_URL + reverse("settings_security")}
        try:
            with request_context(self.request):  # this may come after the commit, and the request with it
                super().send_notification_mail(template_prefix, user, about | (context or {}), email)
        except OSError:
            logger.exception("%s was not told by mail: %s", user, template_prefix)


class SecondFactorAdapter(DefaultMFAAdapter):
    """What secrets are made of is stored encrypted: a copy of the database alone opens no account."""

    def encrypt(self, text: str) -> str:
        return second_factor.fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return second_factor.fernet().decrypt(encrypted_text.encode()).decode()

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        return sessions.browser_named(self.request)


def invite_of(request: Any) -> str:
    """The code of the invitation that a sign-up carries, or ""."""
    return str(request.POST.get("invite") or request.GET.get("invite") or "")


def counted(credentials: dict[str, Any]) -> list[tuple[str, str]]:
    """What a try to log in counts for: where it came from, then what was typed.

    In this order an address that may try no more locks nobody out.
    """
    typed = credentials.get("email") or credentials.get("username") or ""
    return [("log_in", limits.client()), ("log_in_name", typed.strip().lower())]
