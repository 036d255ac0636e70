"""The home timeline: exact whatever was pushed, is still owed, or is pulled.

A page is skeleton ids, rules, order, hydrate. The skeleton and the rules are the statements of
`feeds/migrations/0002_statements.py`; nothing in Feed or Redis decides what may be seen.
"""

import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from feeds import hot
from feedsite.pagination import PageRequest
from posts.hydrate import visible_posts
from posts.models import Post

logger = logging.getLogger(__name__)
NEWEST = 2**62
# Candidates read beyond a page's length, since the rules drop some.
HOT_SPARE = 10


@dataclass(frozen=True)
class Entry:
    """A place in a timeline: the post, or the share that brought it, and what is shown there."""

    entry_id: int
    shown_id: int


@dataclass(frozen=True)
class Item:
    """An entry with all that its card needs."""

    entry: Entry
    post: Post
    sharer: Any | None
    reason: str


@dataclass(frozen=True)
class Page:
    items: list[Item]
    next_cursor: str | None


def home(reader: Any, asked: PageRequest) -> Page:
    """A page of the reader's home timeline, newest first, with the cursor of the next one or None."""
    below, top = asked.cursor or (NEWEST, NEWEST)
    entries = skeleton(reader, below=below, top=top, limit=asked.limit + 1)
    shown = entries[: asked.limit]
    following = None
    if len(entries) > asked.limit:
        # Shares newer than where the scroll began do not move what is still to come.
        following = asked.next_cursor(shown[-1].entry_id, shown[0].entry_id if top == NEWEST else top)
    return Page(hydrate(reader, shown), following)


def skeleton(reader: Any, *, below: int, top: int, limit: int) -> list[Entry]:
    """At most `limit` entries under `below`, newest first, by the rules as they stand now."""
    # The outbox is read before Redis: a post leaves it only after it was added to hot timelines, so
    # one that is missing from the first is in the second.
    version, owed = owed_to(reader.pk, below)
    copy = hot.read(reader.pk, below=below, limit=limit + HOT_SPARE)
    is_good = copy is not None and copy[0] == version
    entries = from_hot(reader.pk, copy[1], owed, top=top, limit=limit) if copy and is_good else None
    if entries is None:
        entries = from_postgres(reader.pk, below=below, top=top, limit=limit)
        if not is_good and below == NEWEST and len(entries) == limit:
            fill_hot(reader.pk)
    return entries


def from_postgres(reader_id: int, *, below: int, top: int, limit: int) -> list[Entry]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT entry_id, shown_id FROM timeline_page(%s, %s, %s, %s)", [reader_id, below, top, limit])
        return [Entry(*row) for row in cursor.fetchall()]


def from_hot(reader_id: int, ids: list[int], owed: list[int], *, top: int, limit: int) -> list[Entry] | None:
    """The entries among candidates from Redis and the outbox; None where they do not fill the page."""
    if len(ids) < limit:
        return None
    candidates = sorted(set(ids) | {post_id for post_id in owed if post_id > ids[-1]}, reverse=True)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entry_id, shown_id FROM timeline_shown(%s, %s, %s, %s)", [reader_id, candidates, top, limit]
        )
        entries = [Entry(*row) for row in cursor.fetchall()]
    return entries if len(entries) == limit else None


def owed_to(reader_id: int, below: int) -> tuple[int, list[int]]:
    """(the reader's relations version now, posts of their followees still in the outbox)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT version, owed FROM timeline_owed(%s, %s)", [reader_id, below])
        version, owed = cursor.fetchone()
        return version, owed or []


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


def hydrate(reader: Any, entries: list[Entry]) -> list[Item]:
    """The posts of the entries, in order; one query, and one more where somebody shared."""
    posts = visible_posts(reader, [entry.shown_id for entry in entries])
    shares = [entry.entry_id for entry in entries if entry.entry_id != entry.shown_id]
    sharers = {
        share.pk: share.author
        for share in (Post.objects.visible_to(reader).select_related("author").filter(pk__in=shares) if shares else [])
    }
    return [
        Item(entry, posts[entry.shown_id], sharers.get(entry.entry_id), reason(reader, entry, posts, sharers))
        for entry in entries
        if entry.shown_id in posts and (entry.entry_id == entry.shown_id or entry.entry_id in sharers)
    ]


def reason(reader: Any, entry: Entry, posts: dict[int, Post], sharers: dict[int, Any]) -> str:
    """Why the entry is here: `own`, `following` or `shared_by`."""
    if entry.entry_id in sharers:
        return "shared_by"
    return "own" if posts[entry.shown_id].author_id == reader.pk else "following"


def newer_than(reader: Any, entry_id: int, limit: int) -> list[Entry] | None:
    """Entries above `entry_id`, oldest first; None when there are more than `limit`."""
    entries = skeleton(reader, below=NEWEST, top=NEWEST, limit=limit + 1)
    newer = [entry for entry in entries if entry.entry_id > entry_id]
    return None if len(newer) > limit else newer[::-1]
