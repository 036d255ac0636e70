"""allauth's pages make accounts by the same action as the API, and count log-ins by the same limits."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import ValidationError
from django.utils.translation import gettext as _

from accounts import actions
from accounts.models import RESERVED_USERNAMES
from feedsite import limits


class AccountAdapter(DefaultAccountAdapter):
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
        return actions.save_account(user) if commit else user


def counted(credentials: dict[str, Any]) -> list[tuple[str, str]]:
    """What a try to log in counts for: where it came from, then what was typed.

    In this order an address that may try no more locks nobody out.
    """
    typed = credentials.get("email") or credentials.get("username") or ""
    return [("log_in", limits.client()), ("log_in_name", typed.strip().lower())]
