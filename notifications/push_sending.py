"""A message to all devices of a person, at once, and what their push services said kept with each."""

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from notifications import push_keys, push_wire
from notifications.models import PushSubscription
from notifications.push_wire import Device, Outcome

# After each failure in a row a device is left alone twice as long, so that a slow or dead one costs next to nothing.
REST = timedelta(seconds=60)
LONGEST_REST = timedelta(hours=6)
# One that failed so often, for so long, is given up.
MOST_FAILURES = 6
GIVEN_UP_AFTER = timedelta(days=2)


def deliver(user_id: int, message: Mapping[str, Any], only: Iterable[int] | None = None) -> list[int]:
    """Sends to the person's devices, or those of `only`; the ids of those where another try is worth it.

    The devices are asked side by side, so it takes as long as the slowest, at most push_wire.SECONDS.
    """
    rows = PushSubscription.objects.due(user_id, timezone.now())
    devices = still_signed_in(rows if only is None else rows.filter(pk__in=list(only)))
    if not devices:
        return []
    vapid = push_keys.current().vapid
    asked = [Device(row.endpoint, bytes(row.p256dh), bytes(row.auth)) for row in devices]
    with ThreadPoolExecutor(len(asked), thread_name_prefix="push") as pool:
        outcomes = list(pool.map(lambda device: push_wire.deliver(device, message, vapid), asked))
    found = {row.pk: outcome for row, outcome in zip(devices, outcomes, strict=True)}
    note(found, timezone.now())
    return [pk for pk, outcome in found.items() if outcome is Outcome.LATER]


def still_signed_in(rows: Iterable[PushSubscription]) -> list[PushSubscription]:
    """Those whose session or token holds; the others are forgotten."""
    found = list(rows)
    ended = [row.pk for row in found if not row.holds()]
    if ended:
        PushSubscription.objects.filter(pk__in=ended).delete()
    return [row for row in found if row.pk not in ended]


def note(found: Mapping[int, Outcome], now: datetime) -> None:
    """Keeps what became of a message, a statement for each kind of outcome."""
    with_outcome = lambda *kinds: [pk for pk, outcome in found.items() if outcome in kinds]  # noqa: E731
    rows = PushSubscription.objects
    if sent := with_outcome(Outcome.SENT):
        rows.filter(pk__in=sent).update(last_ok_at=now, failures=0, failing_since=None, retry_at=None)
    if gone := with_outcome(Outcome.GONE):
        rows.filter(pk__in=gone).delete()
    for row in rows.filter(pk__in=with_outcome(Outcome.LATER, Outcome.REFUSED)):
        rest = min(REST * 2 ** min(row.failures, 16), LONGEST_REST)
        rows.filter(pk=row.pk).update(
            failures=F("failures") + 1, failing_since=row.failing_since or now, retry_at=now + rest
        )
    rows.filter(pk__in=found, failures__gte=MOST_FAILURES, failing_since__lte=now - GIVEN_UP_AFTER).delete()
