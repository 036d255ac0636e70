"""What the forms of notifications send. The rules themselves live in the actions."""

from typing import Any

from django import forms

from feedsite.pages import checked
from notifications.models import Mail
from social.models import NoticeType


class ReadForm(forms.Form):
    up_to = forms.RegexField(r"^[0-9]{1,16}$", required=False)


class SettingsForm(forms.Form):
    """A box for the page, a choice for e-mail and a box for devices of each type."""

    time_zone = forms.CharField(max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in NoticeType:
            self.fields[f"{kind.value}-page"] = forms.BooleanField(required=False)
            self.fields[f"{kind.value}-email"] = forms.ChoiceField(choices=Mail.choices)
            self.fields[f"{kind.value}-push"] = forms.BooleanField(required=False)

    def chosen(self) -> dict[str, dict[str, Any]]:
        """{type: {page, email, push}}; raises Invalid. What moderators say has no box for the page."""
        sent = checked(self)
        types = {kind: {name: sent[f"{kind}-{name}"] for name in ("page", "email", "push")} for kind in kinds()}
        types[NoticeType.MODERATION]["page"] = True
        return types


def kinds() -> list[str]:
    return [kind.value for kind in NoticeType]
