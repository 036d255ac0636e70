"""What readers tell of their reading, and that they would rather not."""

import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import tasks
from feeds.impressions import forgetting, tokens
from feedsite import limits
from feedsite.errors import Invalid


class Seen(NamedTuple):
    """An entry, and how many milliseconds ago it had been on screen for a second."""

    entry_id: int
    ms_ago: int


def tell_seen(*, reader: Any, token: str, seen: Sequence[Seen]) -> None:
    """Keeps what was on the reader's screen, in the background; telling it again changes nothing.

    The token says of which page. Raises Invalid for one that is not the reader's or older than a day, and for
    entries that were not on its page, and TooMany.
    """
    page = tokens.read(reader.pk, token)
    check_shown(page, seen)
    if reader.untracked or not seen:
        return
    limits.take("impression", reader.pk)
    now = int(time.time() * 1000)
    moments = [[one.entry_id, max(now - one.ms_ago, page.served_ms)] for one in seen]
    tasks.record_impressions.delay_on_commit(reader.pk, token, moments)


def check_shown(page: tokens.Context, seen: Sequence[Seen]) -> None:
    known = {entry_id for entry_id, _chance in page.entries}
    wrong = [
        _("%(place)d.entry_id: This entry was not on the page of the token.") % {"place": place}
        for place, one in enumerate(seen)
        if one.entry_id not in known
    ]
    if wrong:
        raise Invalid(wrong[0], fields={"entries": wrong})


@transaction.atomic
def track(reader: User, on: bool) -> None:
    """Whether it is kept what the reader looks at. Off, nothing more is, at once, and what was kept is deleted.

    That is owed by the same commit: neither a lost task nor opting in again leaves anything of before. The row is
    taken, so that a batch that is being written is over before it is deleted.
    """
    User.objects.select_for_update().filter(pk=reader.pk).first()
    reader.untracked = not on
    reader.save(update_fields=["untracked"])
    if not on:
        forgetting.owe(reader.pk)
        tasks.forget_impressions.delay_on_commit(reader.pk)
