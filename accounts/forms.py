from typing import Any

from allauth.account import forms as allauth
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa
from django import forms
from django.db import transaction

from accounts import actions, grants, second_factor, sessions
from accounts.models import MentionsFrom, User
from feedsite import limits
from feedsite.pages import checked


class ResetPasswordForm(allauth.ResetPasswordForm):
    def save(self, request: Any, **kwargs: Any) -> Any:
        """Raises TooMany, whether or not there is such an account."""
        actions.count_mail(self.cleaned_data["email"])
        return super().save(request, **kwargs)


class PrivacyForm(forms.Form):
    is_private = forms.BooleanField(required=False)
    shows_likes = forms.BooleanField(required=False)
    mentions_from = forms.ChoiceField(choices=MentionsFrom.choices, required=False)
    in_search = forms.BooleanField(required=False)
    in_suggestions = forms.BooleanField(required=False)


class ProfileForm(forms.Form):
    """Parses; the action judges."""

    display_name = forms.CharField(required=False)
    bio = forms.CharField(required=False, widget=forms.Textarea)
    avatar = forms.FileField(required=False)
    remove_avatar = forms.BooleanField(required=False)

    @transaction.atomic
    def save(self, user: User) -> None:
        """Raises Invalid and then changes nothing."""
        sent = checked(self)
        actions.change_profile(user, display_name=sent["display_name"], bio=sent["bio"])
        if sent["avatar"]:
            actions.change_avatar(user, sent["avatar"])
        elif sent["remove_avatar"]:
            actions.change_avatar(user, None)


class TokenForm(forms.Form):
    name = forms.CharField(required=False)
    scope = forms.ChoiceField(choices=[("read write", ""), ("read", "")])


class AppForm(forms.Form):
    """Parses; the functions of `oauth_apps` judge."""

    name = forms.CharField()
    addresses = forms.CharField(widget=forms.Textarea)
    is_confidential = forms.BooleanField(required=False)


class InvitationForm(forms.Form):
    most_uses = forms.IntegerField()
    days = forms.IntegerField()
    note = forms.CharField(required=False, max_length=100)


class ChangePasswordForm(allauth.ChangePasswordForm):  # type: ignore[misc]
    """Whoever changes a password may fear that somebody else knows it: other browsers are logged out, and apps if
    that is wished."""

    end_tokens = forms.BooleanField(required=False)

    def clean_oldpassword(self) -> Any:
        """Whoever has found an open browser cannot guess on; raises TooMany."""
        limits.take("password", self.user.pk)
        given = super().clean_oldpassword()
        limits.give_back("password", self.user.pk)
        return given

    @transaction.atomic
    def save(self) -> None:
        super().save()
        sessions.end_others(self.user, context.request.session.session_key)
        sessions.renew(context.request)
        if self.cleaned_data["end_tokens"]:
            grants.revoke_all(self.user)


class ResetPasswordKeyForm(allauth.ResetPasswordKeyForm):  # type: ignore[misc]
    """A lost password may be a stolen one: all browsers and apps are logged out."""

    @transaction.atomic
    def save(self) -> None:
        super().save()
        sessions.end_others(self.user, None)
        grants.revoke_all(self.user)


class CodeOnce:
    """Takes a code of the app or of the recovery codes; each is good once, also with Redis away."""

    def clean_code(self: Any) -> str:
        limits.take("second_factor", self.user.pk)
        self.authenticator = second_factor.use_code(self.user, self.cleaned_data["code"])
        if self.authenticator is None:
            raise get_adapter().validation_error("incorrect_code")
        limits.give_back("second_factor", self.user.pk)
        return str(self.cleaned_data["code"])


class AuthenticateForm(CodeOnce, mfa.AuthenticateForm):  # type: ignore[misc]
    pass


class ReauthenticateForm(CodeOnce, mfa.ReauthenticateForm):  # type: ignore[misc]
    pass
