"""From what is owed to what a person is told: each thing once, whatever dies or runs twice.

A notice only says to look. Whoever looks holds the recipient's lock, and sees in one snapshot all that is owed
to them and whether it stands: so the order of looks is of no matter, and what changes later has a notice of its
own. The notices go in the transaction that writes what was seen.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from notifications import channels, limits, statements
from notifications.locks import try_to_hold_notices
from notifications.mailboxes import Reader, find_reader, owe_mail
from notifications.models import Mail
from posts.models import first_id_at
from social.models import NoticeType

logger = logging.getLogger(__name__)
NOTICES_AT_ONCE = 500
NOTICES_LOOKED_AT = 2000
DELIVER_SECONDS = 5


class Look(NamedTuple):
    """What somebody did, as it stands. `notification_id` is where the recipient was told of it, or None.

    `taken` are the notices that ask for it, `place` the newest of them.
    """

    place: int
    type: str
    actor_id: int | None
    post_id: int | None
    text: str
    notification_id: int | None
    ended_at: datetime | None
    stands: bool
    hears: bool | None
    taken: list[int]

    @property
    def subject(self) -> int:
        return self.post_id or 0

    def is_standing(self) -> bool:
        return self.notification_id is not None and self.ended_at is None

    def was_told(self, now: datetime) -> bool:
        """Whether it was told lately enough not to be told again."""
        lately = now - limits.TOLD_ONCE_WITHIN
        return self.notification_id is not None and (self.ended_at is None or self.ended_at > lately)


def deliver_owed() -> None:
    """Delivers to all to whom something is owed, those first who wait longest, for DELIVER_SECONDS at most."""
    until = time.monotonic() + DELIVER_SECONDS
    for recipient_id in owed_to():
        while try_to_deliver(recipient_id) == NOTICES_AT_ONCE and time.monotonic() < until:
            pass
        if time.monotonic() > until:
            return


def owed_to() -> list[int]:
    return [row[0] for row in rows_of(statements.OWED, [NOTICES_LOOKED_AT])]


def try_to_deliver(recipient_id: int) -> int:
    """How many notices were taken. One recipient's trouble does not keep others from being told."""
    try:
        return deliver_to(recipient_id)
    except DatabaseError:
        logger.exception("Notices for %s could not be delivered", recipient_id)
        return 0


@transaction.atomic
def deliver_to(recipient_id: int) -> int:
    """Makes notifications of what is owed to one person; how many notices that were, NOTICES_AT_ONCE at most.

    None where another worker is at it, or the person is reading.
    """
    if not try_to_hold_notices(recipient_id):
        return 0
    looks = [Look(*row) for row in rows_of(statements.LOOK, {"recipient": recipient_id, "most": NOTICES_AT_ONCE})]
    if not looks:
        return 0
    reader = find_reader(recipient_id)
    if reader is not None:
        write(reader, looks, timezone.now())
    taken = [pk for one in looks for pk in one.taken]
    with connection.cursor() as cursor:
        cursor.execute(statements.FORGET, [taken])
    return len(taken)


def write(reader: Reader, looks: Sequence[Look], now: datetime) -> None:
    changed = [one for one in looks if one.actor_id and is_changed(one, now)]
    fresh = [one for one in looks if one.stands and one.hears and not one.was_told(now)]
    fresh = [one for one in fresh if reader.wishes[one.type].is_any]
    ended = end_or_revive(reader, changed)
    told = [*join(reader, [one for one in fresh if one.actor_id], now), *say(reader, fresh)]
    if told:
        with connection.cursor() as cursor:
            cursor.execute(statements.TRIM, [reader.pk, limits.KEPT])
        owe_mail(reader, {mail for _, mail in told}, now)
    if told or ended:
        ids = [pk for pk, _ in told]
        transaction.on_commit(lambda: channels.tell(reader.pk, ids))


def is_changed(look: Look, now: datetime) -> bool:
    """Whether what was told stands no longer, or again."""
    if look.stands:
        return look.notification_id is not None and look.ended_at is not None and look.was_told(now)
    return look.is_standing()


def end_or_revive(reader: Reader, looks: Sequence[Look]) -> list[int]:
    """Takes those out who have taken it back, and puts those back who did it anew; the notifications changed."""
    if not looks:
        return []
    given = {**keys(reader, looks), "stand": [one.stands for one in looks]}
    return [row[0] for row in rows_of(statements.END, given)]


def join(reader: Reader, looks: Sequence[Look], now: datetime) -> list[tuple[int, str]]:
    """Puts the actors into the unread notification of each kind and post; (id, the e-mail owed of it) of each."""
    if not looks:
        return []
    of_kind: defaultdict[tuple[str, int], list[Look]] = defaultdict(list)
    for one in looks:
        of_kind[one.type, one.subject].append(one)
    places = [max(one.place for one in some) for some in of_kind.values()]
    given = {
        "recipient": reader.pk,
        "types": [kind for kind, _ in of_kind],
        "subjects": [subject for _, subject in of_kind],
        "places": places,
        "counts": [len(some) for some in of_kind.values()],
        "mails": [mail_of(reader, kind, place, now) for (kind, _), place in zip(of_kind, places, strict=True)],
    }
    made = rows_of(statements.JOIN, given)
    notification_of = {(kind, subject): pk for pk, kind, subject, _ in made}
    places_of = {"notifications": [notification_of[one.type, one.subject] for one in looks]}
    with connection.cursor() as cursor:
        cursor.execute(statements.PUT_IN, {**keys(reader, looks), **places_of, "places": [one.place for one in looks]})
    return [(pk, mail) for pk, _, _, mail in made]


def say(reader: Reader, looks: Iterable[Look]) -> list[tuple[int, str]]:
    """What moderation says, each for itself."""
    told: list[tuple[int, str]] = []
    for one in looks:
        if one.type == NoticeType.MODERATION:
            mail = mail_of(reader, one.type, one.place, timezone.now())
            told += rows_of(statements.SAY, [reader.pk, one.post_id, one.text, one.place, mail])
    return told


def mail_of(reader: Reader, kind: str, place: int, now: datetime) -> str:
    """The e-mail that a new notification owes."""
    is_late = place < first_id_at(now - limits.MAILED_WITHIN)
    return Mail.OFF.value if is_late or not reader.has_mail else str(reader.wishes[kind].email)


def keys(reader: Reader, looks: Sequence[Look]) -> dict[str, Any]:
    return {
        "recipient": reader.pk,
        "types": [one.type for one in looks],
        "subjects": [one.subject for one in looks],
        "actors": [one.actor_id for one in looks],
    }


def rows_of(statement: str, given: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def clear_read(before: datetime, *, most: int) -> int:
    """Deletes read notifications of before then, the oldest first; how many, `most` at most."""
    with connection.cursor() as cursor:
        cursor.execute(statements.CLEAR, [first_id_at(before), most])
        return int(cursor.rowcount)
