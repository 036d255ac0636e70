"""What a device shows of a notification, made at the moment it is sent: by then it may be read, or not to be seen."""

from typing import TypedDict

from accounts.models import User
from feedsite.languages import speaking_to
from notifications import messages, queries
from notifications.preferences import wishes
from notifications.queries import Shown


class Message(TypedDict):
    """`url` is a path of this site; a message takes the place of the last with the same `tag`."""

    title: str
    body: str
    url: str
    tag: str


def message_of(user_id: int, group_id: int) -> Message | None:
    """The notification in the person's language; None when they should not hear of it on devices any more."""
    user = User.objects.active().filter(pk=user_id).first()
    if user is None:
        return None
    wished = wishes(user)
    rows = [row for row in queries.rows_of(user, [group_id]) if not row.is_read and wished[row.type].push]
    with speaking_to(user):
        return next((push_message(shown) for shown in queries.hydrate(user, rows)), None)


def push_message(shown: Shown) -> Message:
    return {
        "title": messages.sentence(shown),
        "body": messages.excerpt(shown),
        "url": messages.path(shown),
        "tag": f"notification-{shown.row.group_id}",
    }
