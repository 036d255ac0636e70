"""What somebody is to be told of, owed in the transaction that does it."""

from collections.abc import Mapping

from django.db import connection

from social.models import NoticeType

OWE = """
INSERT INTO notice (recipient_id, type, actor_id, post_id)
SELECT owed.recipient, owed.type, %s, %s FROM unnest(%s::bigint[], %s::text[]) AS owed(recipient, type)
"""


def owe(kind: NoticeType, *, recipient_id: int, actor_id: int, post_id: int | None = None) -> None:
    """Owes a look at something that has just begun or ended; nobody is told of what they do themselves."""
    owe_each({recipient_id: kind}, actor_id=actor_id, post_id=post_id)


def owe_each(kinds: Mapping[int, NoticeType], *, actor_id: int, post_id: int | None = None) -> None:
    """The same to several people, each as another thing; one query, none for nobody."""
    owed = {recipient: kind.value for recipient, kind in kinds.items() if recipient != actor_id}
    if not owed:
        return
    with connection.cursor() as cursor:
        cursor.execute(OWE, [actor_id, post_id, list(owed), list(owed.values())])


def notify_moderation(*, recipient_id: int, text: str, post_id: int | None = None) -> None:
    """Tells somebody what was decided about them or a post of theirs; each call is one notification."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notice (recipient_id, type, post_id, text) VALUES (%s, %s, %s, %s)",
            [recipient_id, NoticeType.MODERATION.value, post_id, text],
        )
