"""allauth's sign-up page makes accounts by the same action as the API."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.forms import ValidationError
from django.utils.translation import gettext as _

from accounts import actions
from accounts.models import RESERVED_USERNAMES


class AccountAdapter(DefaultAccountAdapter):
    def clean_username(self, username: str, shallow: bool = False) -> str:
        name = super().clean_username(username.strip().lower(), shallow)
        if name in RESERVED_USERNAMES:
            raise ValidationError(_("This username is taken."))
        return str(name)

    def save_user(self, request: Any, user: Any, form: Any, commit: bool = True) -> Any:
        data = form.cleaned_data
        actions.prepare_account(user, username=data["username"], email=data["email"], password=data["password1"])
        return actions.save_account(user) if commit else user
