"""The home timeline: exact whatever was pushed, is still owed, or is pulled.

A page is skeleton ids, rules, order, cards. Skeleton and rules are one statement each way (see
`feeds/migrations/0004_one_statement.py`); nothing in Feed or Redis decides what may be seen.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from django.db import connection
from django.utils import timezone

from feeds import copies, counts, hot
from feedsite.pagination import PageRequest, bad_cursor
from posts.hydrate import complete, visible_posts
from posts.models import Post, first_id_at

NEWEST = 2**62
# Candidates read beyond a page's length, since the rules drop some.
HOT_SPARE = 5
# A copy older than this is not used any more; well under FANOUT_LINGER_SECONDS.
MOST_HOT_SECONDS = 0.25
# No transaction that posts takes longer: half of it idle would end it.
LONGEST_POSTING = timedelta(minutes=1)
# Shares a cursor remembers; 8 bytes each.
MOST_SEEN = 100
# Nobody scrolls further; a larger number is not of a cursor of ours.
MOST_PASSED = 10**6


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
    versions name the cached rest of the card. `quote_of` is None where the reader may not see what is quoted.
    """

    entry_id: int
    shown_id: int
    author_id: int
    sharer_id: int | None
    visibility: str
    is_closed: bool
    likes: int
    comments: int
    shares: int
    has_liked: bool
    has_shared: bool
    has_bookmarked: bool
    quote_of: int | None
    has_poll: bool
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


class Scroll(NamedTuple):
    """Where a reader is in a timeline: what is `below` is still to come; it began at the entry `top`.

    Nothing that was being posted when it began has an id up to `safe`; of the shares above that, `seen`
    have been shown. So a share committed late, its place passed already, takes no original away.
    `passed` is how many entries were shown.
    """

    below: int = NEWEST
    top: int = NEWEST
    safe: int = NEWEST
    seen: tuple[int, ...] = ()
    passed: int = 0

    @classmethod
    def read(cls, cursor: tuple[int, ...] | None) -> "Scroll":
        """Raises Invalid for a cursor of an older version, which has other numbers."""
        if cursor is None:
            return cls()
        if len(cursor) < 4 or cursor[0] > MOST_PASSED:
            raise bad_cursor()
        passed, below, top, safe, *seen = cursor
        return cls(below, top, safe, tuple(seen), passed)

    def after(self, shown: list[Row]) -> "Scroll":
        """The same once these rows have been shown."""
        scroll = self
        if self.top == NEWEST:
            safe = first_id_at(timezone.now() - LONGEST_POSTING)
            scroll = self._replace(top=shown[0].entry_id, safe=safe)
        seen = [row.entry_id for row in shown if row.sharer_id is not None and row.entry_id > scroll.safe]
        passed = scroll.passed + len(shown)
        return scroll._replace(below=shown[-1].entry_id, seen=(*scroll.seen, *seen), passed=passed).kept_short()

    def kept_short(self) -> "Scroll":
        """With the newest MOST_SEEN shares only: the oldest in doubt are the safest to take for safe."""
        if len(self.seen) <= MOST_SEEN:
            return self
        return self._replace(safe=self.seen[MOST_SEEN], seen=self.seen[:MOST_SEEN])

    def flat(self) -> list[int]:
        """What the statements ask of it."""
        return [self.below, self.top, self.safe, *self.seen]

    def position(self) -> list[int]:
        """What its cursor holds."""
        return [self.passed, *self.flat()]


def home(reader: Any, asked: PageRequest) -> Page:
    """A page of the reader's home timeline, newest first, with the cursor of the next one or None."""
    scroll = Scroll.read(asked.cursor)
    return page_of_rows(skeleton(reader, scroll, limit=asked.limit + 1), scroll, asked)


def page_of_rows(rows: list[Row], scroll: Scroll, asked: PageRequest) -> Page:
    """The page asked for out of one row more, with the cursor by which the scroll goes on."""
    if len(rows) <= asked.limit:
        return Page(rows, None)
    shown = rows[: asked.limit]
    return Page(shown, asked.next_cursor(*scroll.after(shown).position()))


def skeleton(reader: Any, scroll: Scroll, *, limit: int, is_check: bool = False) -> list[Row]:
    """At most `limit` entries of what is still to come, newest first, by the rules as they stand now.

    `is_check` is for whoever looks without being a reader: nothing is counted, nothing is copied.
    """
    copy = None
    if copies.pays(reader):
        asked_at = time.monotonic()
        copy = hot.read(reader.pk)
        rows = from_copy(reader.pk, copy, scroll, limit) if copy else None
        # A post stays in the outbox for a while after it was added to hot timelines, so one that was
        # missing from the copy was found there; unless more time than that has passed.
        if rows is not None and time.monotonic() - asked_at < MOST_HOT_SECONDS:
            if not is_check:
                counts.note_hot_read(reader.pk)
            return rows
    rows = from_postgres(reader.pk, scroll, limit=limit)
    if not is_check:
        counts.note_read(reader.pk)
        if rows and scroll.below == NEWEST:
            copies.keep(reader, copy)
    return rows


def from_copy(reader_id: int, copy: hot.Copy, scroll: Scroll, limit: int) -> list[Row] | None:
    """The entries by way of the reader's copy; None where it does not hold all of them."""
    ids = copy.below(scroll.below, most=limit + HOT_SPARE)
    if not ids:
        return None
    is_end = len(ids) < limit + HOT_SPARE
    rows = from_hot(reader_id, copy.version, ids, scroll, above=0 if is_end else ids[-1], limit=limit)
    return rows if len(rows) == limit or (rows and is_end) else None


def from_postgres(reader_id: int, scroll: Scroll, *, limit: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM timeline_home(%s, %s, %s)", [reader_id, array(scroll.flat()), limit])
        return list(map(Row._make, cursor.fetchall()))


def array(ids: Sequence[int]) -> str:
    """Ids as PostgreSQL reads arrays quickest: one literal, not an expression for each."""
    return "{" + ",".join(map(str, ids)) + "}"


def from_hot(reader_id: int, version: int, ids: list[int], scroll: Scroll, *, above: int, limit: int) -> list[Row]:
    """The entries among candidates from Redis, and those above `above` that are still in the outbox.

    Fewer than `limit` where they do not fill the page; none at all when whom the reader follows has
    changed since the copy was made.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM timeline_hot(%s, %s, %s, %s, %s, %s)",
            [reader_id, version, array(ids), above, array(scroll.flat()), limit],
        )
        return list(map(Row._make, cursor.fetchall()))


def hydrate(reader: Any, entries: Sequence[Place]) -> list[Item]:
    """The posts of the entries for a page, in order; one query, and one more for each kind of thing on them."""
    ids = {pk for entry in entries for pk in (entry.entry_id, entry.shown_id)}
    # Rows know which of the quoted posts the reader may see: these come with the others.
    quoted = {entry.quote_of for entry in entries if isinstance(entry, Row) and entry.quote_of}
    posts = visible_posts(reader, list(ids | quoted)) if ids else {}
    knows_quotes = all(isinstance(entry, Row) for entry in entries)
    shown = [posts[pk] for pk in ids if pk in posts and not posts[pk].share_of_id]
    complete(reader, shown, posts if knows_quotes else None)
    sharers = {post.pk: post.author for post in posts.values() if post.share_of_id}
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
    rows = skeleton(reader, Scroll(), limit=limit + 1)
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
        cursor.execute("SELECT * FROM timeline_rows(%s, %s, %s)", [reader.pk, array(late), array(Scroll().flat())])
        return list(map(Row._make, cursor.fetchall()))
