"""When a person's next e-mail is due."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from accounts.addresses import HAS_CONFIRMED
from accounts.models import User
from notifications import limits
from notifications.models import Mail, Mailbox
from notifications.preferences import Wish, wishes


@dataclass(frozen=True)
class Reader:
    """Somebody to be told of something, and how they want to be."""

    pk: int
    has_mail: bool
    wishes: dict[str, Wish]


def find_reader(user_id: int) -> Reader | None:
    found = User.objects.filter(pk=user_id).only("pk", "is_active").annotate(has_mail=HAS_CONFIRMED).first()
    return found and Reader(found.pk, found.has_mail and found.is_active, wishes(found))


def owe_mail(reader: Reader, mails: Container[str], now: datetime) -> None:
    """Lets the next e-mails be due that these notifications owe; one that is due already takes them along."""
    if Mail.NOW not in mails and Mail.DIGEST not in mails:
        return
    box, _ = Mailbox.objects.select_for_update().get_or_create(user_id=reader.pk)
    if Mail.NOW in mails and box.now_at is None:
        box.now_at = after_pause(box.sent_at, now)
    if Mail.DIGEST in mails and box.digest_at is None:
        box.digest_at = next_morning(now, box.time_zone)
    box.save(update_fields=["now_at", "digest_at"])


def after_pause(sent_at: datetime | None, now: datetime) -> datetime:
    return max(now, sent_at + limits.MAIL_PAUSE) if sent_at else now


def next_morning(now: datetime, time_zone: str) -> datetime:
    """The next DIGEST_HOUR of the clock in that zone, as a moment in UTC."""
    zone = ZoneInfo(time_zone)
    local = now.astimezone(zone)
    morning = local.replace(hour=limits.DIGEST_HOUR, minute=0, second=0, microsecond=0, fold=0)
    if morning <= local:
        # The clock's next day, whose length in hours may be another.
        morning = datetime.combine(local.date() + timedelta(days=1), morning.time(), zone)
    return morning.astimezone(UTC)


def is_zone(name: Any) -> bool:
    return name in available_timezones()


def time_zone_of(user: User) -> str:
    return Mailbox.objects.filter(user=user).values_list("time_zone", flat=True).first() or "UTC"
