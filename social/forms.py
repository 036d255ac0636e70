"""What the forms of people send. The rules themselves live in the actions."""

from collections.abc import Iterable
from typing import Any

from django import forms

from social.models import List

# How long the page offers to mute, in seconds; the API takes any time.
MUTE_TIMES = (3_600, 28_800, 86_400, 604_800)


class MuteForm(forms.Form):
    seconds = forms.TypedChoiceField(
        choices=[(time, time) for time in MUTE_TIMES], coerce=int, required=False, empty_value=None
    )


class ListForm(forms.Form):
    # Length and blankness are judged by the action, as people see them.
    name = forms.CharField(required=False, strip=False)


class PutIntoListsForm(forms.Form):
    lists = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, given: Any, own: Iterable[List]) -> None:
        super().__init__(given)
        self.fields["lists"].choices = [(one.pk, one.name) for one in own]  # type: ignore[attr-defined]
