"""What browsers send of posts. Forms parse; the actions judge, so page and API say the same."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from posts.models import Draft, Visibility

A_DAY = 86_400
# Seconds that a poll can be asked to last, as the composer offers them.
POLL_LASTS = (300, 3600, 6 * 3600, *(days * A_DAY for days in (1, 3, 7, 14, 30)))
OPTIONS_SHOWN, MOST_OPTIONS = 4, 6


class Words(forms.Field):
    """A field that is sent as often as there is something to say; empty ones are left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        words = [str(word) for word in value or [] if str(word).strip()]
        if any("\0" in word for word in words):
            raise forms.ValidationError(_("This has characters that cannot be kept."))
        return words


class WordsForm(forms.Form):
    content = forms.CharField(required=False, strip=False, widget=forms.Textarea)


class CommentForm(WordsForm):
    media_ids = Words(required=False)


class StoryForm(forms.Form):
    media_ids = Words(required=False)
    caption = forms.CharField(required=False, strip=False)


class EditForm(WordsForm):
    content_warning = forms.CharField(required=False)
    visibility = forms.CharField(required=False, initial=Visibility.PUBLIC)


class PostForm(EditForm):
    media_ids = Words(required=False)
    poll = Words(required=False)
    poll_multiple = forms.BooleanField(required=False)
    poll_seconds = forms.IntegerField(required=False, initial=A_DAY, min_value=1, max_value=366 * A_DAY)
    in_reply_to = forms.CharField(required=False)
    quote_of = forms.CharField(required=False)
    # The draft this was begun as.
    draft = forms.CharField(required=False)
    # As a browser's field for a date and a time says it, in the time zone named, else UTC.
    due_at = forms.CharField(required=False)
    time_zone = forms.CharField(required=False)

    def clean_due_at(self) -> datetime | None:
        return moment(self.cleaned_data["due_at"], self.data.get("time_zone", ""))

    def said(self) -> dict[str, Any]:
        """What was written, as `actions.post_or_answer` and `save_draft` take it; of a valid form."""
        names = ("content", "content_warning", "visibility", "media_ids", "in_reply_to", "quote_of")
        given = self.cleaned_data
        asked = {
            "options": given["poll"],
            "multiple": given["poll_multiple"],
            "seconds": given["poll_seconds"] or A_DAY,
        }
        return {name: given[name] for name in names} | {"poll": asked if given["poll"] else None}

    def has_something(self) -> bool:
        given = self.cleaned_data
        return any([given["content"].strip(), given["content_warning"].strip(), given["media_ids"], given["poll"]])

    def options(self) -> list[str]:
        """What stands in the fields of the poll, some of them empty."""
        filled = [word for word in self["poll"].value() or [] if word.strip()][:MOST_OPTIONS]
        return filled + [""] * max(OPTIONS_SHOWN - len(filled), min(1, MOST_OPTIONS - len(filled)))

    def lasts(self) -> Iterable[tuple[int, str, bool]]:
        """(seconds, words, whether it is chosen)."""
        chosen = str(self["poll_seconds"].value() or A_DAY)
        return [(seconds, how_long(seconds), str(seconds) == chosen) for seconds in POLL_LASTS]

    def opened(self) -> set[str]:
        """The parts of the composer that have something in them."""
        names = {"content_warning": "warning", "poll": "poll", "due_at": "schedule", "media_ids": "media"}
        return {part for name, part in names.items() if self[name].value() or self[name].errors}


def how_long(seconds: int) -> str:
    if seconds < 3600:
        return ngettext("%(number)d minute", "%(number)d minutes", seconds // 60) % {"number": seconds // 60}
    if seconds < A_DAY:
        return ngettext("%(number)d hour", "%(number)d hours", seconds // 3600) % {"number": seconds // 3600}
    return ngettext("%(number)d day", "%(number)d days", seconds // A_DAY) % {"number": seconds // A_DAY}


def moment(words: str, zone: str) -> datetime | None:
    """The moment that a date and a time name in a time zone; None for no words."""
    if not words:
        return None
    try:
        found = datetime.fromisoformat(words)
    except ValueError as error:
        raise forms.ValidationError(_("Give a date and a time.")) from error
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=zone_named(zone)).astimezone(UTC)


def zone_named(name: str) -> Any:
    """The time zone a browser names; UTC for none and for nonsense."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ValueError, OSError, KeyError):  # KeyError: ZoneInfoNotFoundError is one
        return UTC


def from_draft(draft: Draft) -> dict[str, Any]:
    """What the composer begins with to go on with a draft."""
    poll = draft.poll or {}
    return {
        "content": draft.content,
        "content_warning": draft.content_warning,
        "visibility": draft.visibility,
        "media_ids": [str(media.pk) for media in draft.hanging],
        "poll": poll.get("options", []),
        "poll_multiple": poll.get("multiple", False),
        "poll_seconds": poll.get("seconds", A_DAY),
        "in_reply_to": draft.in_reply_to_id or "",
        "quote_of": draft.quote_of_id or "",
        "draft": draft.pk,
        "due_at": draft.due_at.strftime("%Y-%m-%dT%H:%M") if draft.due_at else "",
        "time_zone": "UTC" if draft.due_at else "",
    }
