"""The home timeline: exact whatever was pushed, is still owed, or is pulled.

A page is skeleton ids, rules, order, cards. Skeleton and rules are one statement each way (see
`feeds/migrations/0004_one_statement.py`); nothing in Feed or Redis decides what may be seen.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import connection

from feeds import counts, hot
from feedsite.pagination import PageRequest
from posts.hydrate import visible_posts
from posts.models import Post

NEWEST = 2**62
# Candidates read beyond a page's length, since the rules drop some.
HOT_SPARE = 5
# A copy older than this is not used any more; well under FANOUT_LINGER_SECONDS.
MOST_HOT_SECONDS = 0.25


class Place(Protocol):
    """A place in a timeline: the post, or the share that brought it, and what is shown there."""

    @property
    def entry_id(self) -> int: ...

    @property
    def shown_id(self) -> int: ...


class Entry(NamedTuple):
    entry_id: int
    shown_id: int


class Row(NamedTuple):
    """An entry by the rules as they stood when it was read, with all of its card that changes by itself.

    Ids of the entry, of what is shown there, of its author and of who shared it (or None); the
    versions name the cached rest of the card.
    """

    entry_id: int
    shown_id: int
    author_id: int
    sharer_id: int | None
    visibility: str
    is_private: bool
    likes: int
    comments: int
    shares: int
    has_liked: bool
    has_shared: bool
    post_version: int
    author_version: int
    sharer_version: int | None


@dataclass(frozen=True)
class Page:
    rows: list[Row]
    next_cursor: str | None


@dataclass(frozen=True)
class Item:
    """An entry with all that its card on a page needs."""

    entry: Place
    post: Post
    sharer: Any | None
    reason: str


def home(reader: Any, asked: PageRequest) -> Page:
    """A page of the reader's home timeline, newest first, with the cursor of the next one or None."""
    below, top = asked.cursor or (NEWEST, NEWEST)
    rows = skeleton(reader, below=below, top=top, limit=asked.limit + 1)
    if len(rows) <= asked.limit:
        return Page(rows, None)
    shown = rows[: asked.limit]
    # Shares newer than where the scroll began do not move what is still to come.
    return Page(shown, asked.next_cursor(shown[-1].entry_id, shown[0].entry_id if top == NEWEST else top))


def skeleton(reader: Any, *, below: int, top: int, limit: int, is_check: bool = False) -> list[Row]:
    """At most `limit` entries under `below`, newest first, by the rules as they stand now.

    `is_check` is for whoever looks without being a reader: nothing is counted, nothing is cached.
    """
    asked_at = time.monotonic()
    copy = hot.read(reader.pk)
    is_current = copy is not None
    ids = copy.below(below, most=limit + HOT_SPARE) if copy else None
    if copy and ids:
        is_end = len(ids) < limit + HOT_SPARE
        rows = from_hot(reader.pk, copy.version, ids, below=below, above=0 if is_end else ids[-1], top=top, limit=limit)
        is_current = bool(rows)
        is_whole = len(rows) == limit or (is_current and is_end)
        # A post stays in the outbox for a while after it was added to hot timelines, so one that was
        # missing from the copy was found there; unless more time than that has passed.
        if is_whole and time.monotonic() - asked_at < MOST_HOT_SECONDS:
            return rows
    rows = from_postgres(reader.pk, below=below, top=top, limit=limit)
    if not is_check:
        counts.note_page(reader.pk, hot_copy=False)
        if not is_current and below == NEWEST and rows:
            fill_hot(reader.pk)
    return rows


def from_postgres(reader_id: int, *, below: int, top: int, limit: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM timeline_home(%s, %s, %s, %s)", [reader_id, below, top, limit])
        return [Row(*row) for row in cursor.fetchall()]


def from_hot(
    reader_id: int, version: int, ids: list[int], *, below: int, above: int, top: int, limit: int
) -> list[Row]:
    """The entries among candidates from Redis, and those between `above` and `below` still in the outbox.

    None at all when whom the reader follows has changed since the copy was made.
    """
    candidates = "{" + ",".join(map(str, ids)) + "}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM timeline_hot(%s, %s, %s, %s, %s, %s, %s)",
            [reader_id, version, candidates, above, below, top, limit],
        )
        return [Row(*row) for row in cursor.fetchall()]


def fill_hot(reader_id: int) -> None:
    """Copies the reader's newest candidates to Redis; a crash or a flush on the way only loses the copy."""
    token = hot.start_fill(reader_id)
    if token is None:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.relations_version, timeline_candidates(u.id, %s) FROM accounts_user u WHERE u.id = %s",
            [settings.HOT_TIMELINE_LENGTH, reader_id],
        )
        version, entries = cursor.fetchone()
    hot.finish_fill(reader_id, token, version=version, entries=entries or [])


def hydrate(reader: Any, entries: Sequence[Place]) -> list[Item]:
    """The posts of the entries for a page, in order; one query, and one more where somebody shared."""
    posts = visible_posts(reader, [entry.shown_id for entry in entries])
    shares = [entry.entry_id for entry in entries if entry.entry_id != entry.shown_id]
    sharers = {
        share.pk: share.author
        for share in (Post.objects.visible_to(reader).select_related("author").filter(pk__in=shares) if shares else [])
    }
    return [
        Item(
            entry,
            posts[entry.shown_id],
            sharers.get(entry.entry_id),
            reason(reader.pk, posts[entry.shown_id].author_id, shared=entry.entry_id in sharers),
        )
        for entry in entries
        if entry.shown_id in posts and (entry.entry_id == entry.shown_id or entry.entry_id in sharers)
    ]


def reason(reader_id: int, author_id: int, *, shared: bool) -> str:
    """Why an entry is here: `own`, `following` or `shared_by`."""
    if shared:
        return "shared_by"
    return "own" if author_id == reader_id else "following"


def newer_than(reader: Any, entry_id: int, limit: int) -> list[Row] | None:
    """Entries that came after `entry_id`, oldest first; None when there are more than `limit`."""
    rows = skeleton(reader, below=NEWEST, top=NEWEST, limit=limit + 1)
    newer = [row for row in rows if row.entry_id > entry_id]
    newer += came_late(reader, entry_id, known={row.entry_id for row in newer})
    return None if len(newer) > limit else sorted(newer)


def came_late(reader: Any, entry_id: int, *, known: set[int]) -> list[Row]:
    """Entries with lower ids that arrived after that entry: their transactions took a moment longer.

    Known from the order in the hot timeline; a reader who has none sees them with the next page.
    """
    copy = hot.read(reader.pk)
    late = [pk for pk in copy.arrived_after(entry_id) if pk < entry_id and pk not in known] if copy else []
    if not late:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM timeline_rows(%s, %s, %s)", [reader.pk, late, NEWEST])
        return [Row(*row) for row in cursor.fetchall()]
