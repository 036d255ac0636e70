"""Whose stories one is shown, in which order.

One statement however many one follows: a look at the newest stories of each of them, which the index of stories by
owner answers. Muted people are left out. Who may really see what is decided by `Story.objects.visible_to` on what is
about to be shown; what that leaves out makes a page shorter.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from feedsite.errors import NotFound
from feedsite.pagination import PageRequest
from posts.models import MOST_STORIES, Story, StorySeen, first_id_at, oldest_living_id, time_of
from social.queries import blocks_viewer

VIEWERS_COUNTED = 1000
# The joins are inside, where they are one probe for each story: outside, a plan might read a whole table.
FOLLOWED = """
  FROM follow f
  JOIN accounts_user u ON u.id = f.followee_id AND u.is_active
 CROSS JOIN LATERAL (
       SELECT s.id, EXISTS (SELECT FROM story_seen n WHERE n.story_id = s.id AND n.viewer_id = %(viewer)s
                                AND n.seen_at < %(began)s) AS is_seen
         FROM story s JOIN media m ON m.story_id = s.id AND m.status = 'ready'
        WHERE s.owner_id = f.followee_id AND s.id >= %(oldest)s AND s.id < %(newest)s
        ORDER BY s.id DESC LIMIT %(most)s) told
 WHERE f.follower_id = %(viewer)s
   AND NOT EXISTS (SELECT FROM mute q WHERE q.muter_id = %(viewer)s AND q.muted_id = f.followee_id
                      AND (q.expires_at IS NULL OR q.expires_at > now()))
"""
PAGE = """
SELECT key, newest, is_seen FROM ({found}) AS found
 WHERE (is_seen, -newest) > (%(after_seen)s, -%(after)s) ORDER BY is_seen, newest DESC LIMIT %(limit)s
"""
STORIES = PAGE.format(found=f"SELECT told.id AS key, told.id AS newest, told.is_seen {FOLLOWED}")
PEOPLE = PAGE.format(
    found="SELECT f.followee_id AS key, max(told.id) AS newest, bool_and(told.is_seen) AS is_seen"
    f" {FOLLOWED} GROUP BY f.followee_id"
)
ABOVE_ALL = 2**62


class Row(NamedTuple):
    """A story or a person, and its place in the order."""

    key: int
    newest: int
    is_seen: bool


@dataclass(frozen=True)
class Place:
    """Where a page begins: at the top, or behind a row of a page before.

    What is seen after `began` counts as unseen until the paging ends, and what is told after it waits for the next
    time: so nothing changes its place meanwhile, and nothing is listed twice.
    """

    began: datetime
    is_seen: bool = False
    newest: int = ABOVE_ALL

    @classmethod
    def asked_for(cls, asked: PageRequest) -> "Place":
        if asked.cursor is None:
            return cls.top()
        milliseconds, is_seen, newest = asked.cursor
        return cls(time_of(milliseconds << 12), bool(is_seen), newest)

    @classmethod
    def top(cls) -> "Place":
        """In whole milliseconds, rounded up, as a cursor keeps them."""
        return cls(time_of(first_id_at(timezone.now()) + (1 << 12)))

    def behind(self, row: Row) -> tuple[int, int, int]:
        """What a cursor holds."""
        return (first_id_at(self.began) >> 12, int(row.is_seen), row.newest)


@dataclass(frozen=True)
class Told:
    """Somebody who has stories that the viewer may look at."""

    person: User
    is_seen: bool


def rows_of(statement: str, viewer: Any, place: Place, limit: int) -> list[Row]:
    facts = {
        "viewer": viewer.pk,
        "oldest": oldest_living_id(),
        "newest": ABOVE_ALL if place.newest == ABOVE_ALL else first_id_at(place.began),
        "most": MOST_STORIES,
        "began": place.began,
        "after_seen": place.is_seen,
        "after": place.newest,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return [Row(*row) for row in cursor.fetchall()]


def page_of_rows(statement: str, viewer: Any, asked: PageRequest) -> tuple[list[Row], str | None]:
    place = Place.asked_for(asked)
    rows = rows_of(statement, viewer, place, asked.limit + 1)
    shown = rows[: asked.limit]
    return shown, asked.next_cursor(*place.behind(shown[-1])) if len(rows) > asked.limit else None


def of_followed(viewer: Any, asked: PageRequest) -> tuple[list[Story], str | None]:
    """Stories of those followed, unseen first, of each the newest first; and the next cursor. Two queries."""
    rows, next_cursor = page_of_rows(STORIES, viewer, asked)
    stories = Story.objects.visible_to(viewer).with_marks(viewer).in_bulk([row.key for row in rows])
    return [stories[row.key] for row in rows if row.key in stories], next_cursor


def people(viewer: Any, asked: PageRequest) -> tuple[list[Told], str | None]:
    """Those followed who have stories, who has an unseen one first, then who told last; and the next cursor."""
    rows, next_cursor = page_of_rows(PEOPLE, viewer, asked)
    return with_people(rows), next_cursor


def with_people(rows: list[Row]) -> list[Told]:
    users = User.objects.active().in_bulk([row.key for row in rows])
    return [Told(users[row.key], row.is_seen) for row in rows if row.key in users]


def next_unseen(viewer: Any, after: User) -> User | None:
    """Whose stories come next: somebody else with one that the viewer has not seen."""
    rows = rows_of(PEOPLE, viewer, Place.top(), 2)
    told = with_people([row for row in rows if row.key != after.pk and not row.is_seen])
    return told[0].person if told else None


def of_person(viewer: Any, person: User) -> list[Story]:
    """Somebody's stories that the viewer may see, in the order they are told; MOST_STORIES at most."""
    stories = Story.objects.visible_to(viewer).with_marks(viewer).filter(owner=person)
    return list(stories.order_by("-pk")[:MOST_STORIES])[::-1]


def has_stories(viewer: Any, person: User) -> bool:
    return Story.objects.visible_to(viewer).filter(owner=person).exists()


def get_story(viewer: Any, story_id: int) -> Story:
    """The story, if the viewer may see it; raises NotFound."""
    story = Story.objects.visible_to(viewer).with_marks(viewer).filter(pk=story_id).first()
    if story is None:
        raise NotFound()
    return story


def get_own(owner: Any, story_id: int) -> Story:
    """One's own story; raises NotFound, also for a visible one of somebody else: who sees it is not told."""
    story = get_story(owner, story_id)
    if story.owner_id != owner.pk:
        raise NotFound()
    return story


def seen_by(story: Story) -> QuerySet[StorySeen]:
    """Who has seen it, as far as its owner is told: nobody who blocks them, nobody suspended."""
    return StorySeen.objects.filter(~blocks_viewer(story.owner, "viewer"), story=story, viewer__is_active=True)


def viewers(story: Story, *, below: int | None, limit: int) -> list[User]:
    """Who has seen it, for its owner; newest accounts first, at most `limit` with ids under `below`."""
    seen = seen_by(story)
    if below is not None:
        seen = seen.filter(viewer_id__lt=below)
    return [one.viewer for one in seen.order_by("-viewer_id").select_related("viewer")[:limit]]


def viewers_count(story: Story) -> int:
    """How many of them there are; counts no further than VIEWERS_COUNTED."""
    return len(seen_by(story).values_list("viewer_id")[:VIEWERS_COUNTED])
