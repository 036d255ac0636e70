"""What a person is shown of what they were told. The rules are in the database: `notifications.0003_statements`."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import User
from notifications.models import ThreadMute
from posts.hydrate import visible_posts
from posts.models import Post, time_of

# One more than any list of them: the ids of places are smaller.
NEWEST = 2**62
# What `notifications_unread` counts up to.
MOST_UNREAD = 100
PAGE_AND_UNREAD = """
SELECT u.unread, r.* FROM notifications_unread(%s) u(unread) LEFT JOIN notifications_page(%s, %s, %s) r ON true
"""


class Row(NamedTuple):
    """A notification by the rules as they stand; see `notification_rows`."""

    group_id: int
    place: int
    type: str
    text: str
    is_read: bool
    actors_count: int
    actor_ids: list[int]
    post_id: int | None
    in_reply_to: int | None
    quote_of: int | None


@dataclass
class Shown:
    """A notification with its newest actors and its post, as they are shown."""

    row: Row
    actors: list[User] = field(default_factory=list)
    post: Post | None = None

    @property
    def place(self) -> int:
        return self.row.place

    @property
    def created_at(self) -> datetime:
        return time_of(self.row.place)


def unread_count(user: Any) -> int:
    """How many are unread by the rules of the list, MOST_UNREAD at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT notifications_unread(%s)", [user.pk])
        return int(cursor.fetchone()[0])


def page_and_unread(user: Any, *, below: int | None, limit: int) -> tuple[list[Row], int]:
    """The same rows, and how many are unread; one query for both."""
    with connection.cursor() as cursor:
        cursor.execute(PAGE_AND_UNREAD, [user.pk, user.pk, NEWEST if below is None else below, limit])
        found = cursor.fetchall()
    return [Row(*row) for _, *row in found if row[0] is not None], int(found[0][0])


def page_rows(user: Any, *, below: int | None, limit: int) -> list[Row]:
    return rows("SELECT * FROM notifications_page(%s, %s, %s)", [user.pk, NEWEST if below is None else below, limit])


def rows_of(user: Any, ids: Sequence[int]) -> list[Row]:
    """Those of the ids that the user is shown, newest first."""
    return rows("SELECT * FROM notification_rows(%s, %s) ORDER BY place DESC", [user.pk, list(ids)])


def rows(statement: str, given: list[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [Row(*row) for row in cursor.fetchall()]


def hydrate(viewer: Any, found: Sequence[Row]) -> list[Shown]:
    """The rows with people and posts, for pages and e-mails; 2 queries."""
    people = User.objects.in_bulk({pk for row in found for pk in row.actor_ids})
    ids = {row.post_id for row in found if row.post_id}
    posts = visible_posts(viewer, list(ids)) if ids else {}
    return put_together(found, people, posts)


def put_together(found: Sequence[Row], people: dict[int, User], posts: dict[int, Post]) -> list[Shown]:
    """Leaves out what has vanished since the rows were read."""
    return [
        Shown(row, [people[pk] for pk in row.actor_ids if pk in people], posts.get(row.post_id or 0))
        for row in found
        if (row.post_id is None or row.post_id in posts) and (not row.actor_ids or people.keys() & row.actor_ids)
    ]


def muted_threads(user: Any, *, below: int | None) -> Any:
    """The threads that the user has muted, the last muted first."""
    mutes = ThreadMute.objects.filter(user=user.pk).order_by("-place")
    return mutes if below is None else mutes.filter(place__lt=below)


def with_roots(user: Any, mutes: Sequence[ThreadMute]) -> list[tuple[int, Post | None]]:
    """(id of the post it began with, the post where the user may still see it) of each; one query."""
    posts = visible_posts(user, [mute.root_id for mute in mutes]) if mutes else {}
    return [(mute.root_id, posts.get(mute.root_id)) for mute in mutes]
