from django import forms
from django.db import transaction

from accounts import actions
from accounts.models import User
from feedsite.pages import checked


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
