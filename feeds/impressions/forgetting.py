"""Deletes what is kept of readers who have opted out: owed from the moment they say so, whatever becomes of a task."""

from datetime import UTC, datetime, time, timedelta

from django.utils import timezone

from feeds.impressions import days
from feeds.impressions.models import Forgetting
from feeds.impressions.tokens import LASTS_MS
from feeds.rates import rows

# So long after it was to be done at once, it is looked for; and so many readers a round.
LOST_AFTER = timedelta(minutes=1)
AT_ONCE = 100
# Tokens of before are refused by their row; it outlives them by the time that a batch may wait for its worker.
REMEMBERED = timedelta(milliseconds=LASTS_MS) + timedelta(hours=1)

OWE = """
INSERT INTO impression_forgetting (reader_id, before) VALUES (%(reader)s, %(before)s)
ON CONFLICT (reader_id) DO UPDATE SET before = excluded.before, is_owed = true
"""
# One day's part, by its key.
FORGET = """
DELETE FROM impression WHERE reader_id = %(reader)s AND served_at >= %(start)s AND served_at < %(end)s
"""


def owe(reader_id: int) -> None:
    """Notes that all that is kept of a reader has to go. Take the account's row first: then no batch is under way."""
    rows(OWE, reader=reader_id, before=timezone.now())


def forget(reader_id: int) -> None:
    """Deletes what is owed, a day at a time; another opt-out meanwhile stays owed."""
    before = Forgetting.objects.filter(pk=reader_id, is_owed=True).values_list("before", flat=True).first()
    if before is None:
        return
    for day in days.all_days():
        start = datetime.combine(day, time(), UTC)
        rows(FORGET, reader=reader_id, start=start, end=min(start + timedelta(days=1), before))
    Forgetting.objects.filter(pk=reader_id, before=before).update(is_owed=False)


def lost(now: datetime) -> list[int]:
    """Readers, the oldest first, whose task was lost or killed."""
    owed = Forgetting.objects.filter(is_owed=True, before__lt=now - LOST_AFTER)
    return list(owed.order_by("before").values_list("pk", flat=True)[:AT_ONCE])


def clear(now: datetime) -> None:
    """Removes what is done and past the life of any token."""
    Forgetting.objects.filter(is_owed=False, before__lt=now - REMEMBERED).delete()
