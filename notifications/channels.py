"""The ways by which a person hears of something at once: open pages, and devices that allowed it.

E-mails are owed in the transaction that writes what they tell (`notifications.mailboxes`); these are for those
who look now, and what gets lost on the way is on the next page all the same.
"""

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from feeds import hot
from feedsite import live
from notifications import push, queries
from notifications.cards import notification_cards
from notifications.models import PushSubscription
from notifications.preferences import wishes
from notifications.queries import Row


def tell(recipient_id: int, ids: Sequence[int]) -> None:
    """Tells of the notifications that are new or have grown; of none, how many are unread now."""
    user = User.objects.active().filter(pk=recipient_id).first()
    if user is None:
        return
    rows = queries.rows_of(user, ids) if ids else []
    wished = wishes(user) if rows else {}
    if hot.is_online(user.pk):
        tell_pages(user, [row for row in rows if wished[row.type].page])
    tell_devices(user, [row for row in rows if wished[row.type].push])


def tell_pages(user: Any, rows: Sequence[Row]) -> None:
    """A frame for each, the newest last; without any the number alone."""
    unread = queries.unread_count(user)
    if not rows:
        tell_unread(user.pk, unread)
    for card in reversed(notification_cards(user, rows)):
        live.publish([user.pk], {"type": "notification", "notification": card, "unread_count": unread})


def tell_unread(user_id: int, unread: int, **read: str) -> None:
    """How many are unread; `read_up_to` or `read_group` say which have just been read elsewhere."""
    live.publish([user_id], {"type": "unread_count", "unread_count": unread, **read})


def tell_devices(user: Any, rows: Sequence[Row]) -> None:
    """Asks for each to be shown on the devices of somebody who has any; the words are made when it is sent."""
    if rows and PushSubscription.objects.of(user).exists():
        for row in rows:
            push.send(user.pk, row.group_id)
