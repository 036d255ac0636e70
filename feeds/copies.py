"""Whose timelines are copied to Redis, when, and who is served from there.

Every reader who has come lately has a copy: it tells who was away what came late. To read from it pays
only where PostgreSQL has much to merge; for most, the look at Redis takes longer than it saves.
"""

import time
from typing import Any

from django.conf import settings
from django.db import connection

from feeds import hot

# After so long it is looked whether the copy is still there; it may have been forgotten or flushed.
SURE_SECONDS = 600
MOST_KNOWN = 20_000


class Known:
    """The readers whose copies this process has seen lately, each at one version of their relations."""

    def __init__(self) -> None:
        self.until: dict[tuple[int, int], float] = {}

    def is_sure(self, reader: Any) -> bool:
        return self.until.get((reader.pk, reader.relations_version), 0) > time.monotonic()

    def note(self, reader: Any) -> None:
        if len(self.until) >= MOST_KNOWN:
            self.until.clear()
        self.until[reader.pk, reader.relations_version] = time.monotonic() + SURE_SECONDS


known = Known()


def pays(reader: Any) -> bool:
    """Whether pages of this reader are quicker by way of Redis."""
    return bool(reader.following_count >= settings.HOT_FROM_FOLLOWEES)


def keep(reader: Any, copy: hot.Copy | None) -> None:
    """Sees to it that a reader who was just served from PostgreSQL has a copy; `copy` if it was looked for."""
    if not pays(reader):
        if known.is_sure(reader):
            return
        copy = hot.read(reader.pk)
    if (copy and copy.version == reader.relations_version) or fill(reader.pk):
        known.note(reader)


def fill(reader_id: int) -> bool:
    """Copies the reader's newest candidates to Redis; whether they are there now.

    A crash or a flush on the way only loses the copy.
    """
    token = hot.start_fill(reader_id)
    if token is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.relations_version, timeline_candidates(u.id, %s) FROM accounts_user u WHERE u.id = %s",
            [settings.HOT_TIMELINE_LENGTH, reader_id],
        )
        version, entries = cursor.fetchone()
    return hot.finish_fill(reader_id, token, version=version, entries=entries or [])
