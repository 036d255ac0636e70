from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.db import transaction

from accounts import actions
from accounts.models import User
from feedsite import limits
from feedsite.pages import checked


class ResetPasswordForm(allauth.ResetPasswordForm):
    def save(self, request: Any, **kwargs: Any) -> Any:
        """Raises TooMany, whether or not there is such an account."""
        actions.count_mail(self.cleaned_data["email"])
        return super().save(request, **kwargs)


class ChangePasswordForm(allauth.ChangePasswordForm):
    def clean_oldpassword(self) -> Any:
        """Whoever has found an open browser cannot guess on; raises TooMany."""
        limits.take("password", self.user.pk)
        given = super().clean_oldpassword()
        limits.give_back("password", self.user.pk)
        return given


class PrivacyForm(forms.Form):
    is_private = forms.BooleanField(required=False)
    shows_likes = forms.BooleanField(required=False)


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
