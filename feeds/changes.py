"""What open pages are told when a post changes that they may show: its counters, that it reads anew, that it is gone.

Whoever changes a post notes it (`feeds.notes`); every second one worker takes what is noted and tells of it. So a post
liked a thousand times in a second costs one message, and the last state is always told: it is noted after
its commit, and read from PostgreSQL after it was taken.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from django.db import DatabaseError, connection, transaction

from feeds import hot, live, notes
from feeds.notes import Change

logger = logging.getLogger(__name__)
POSTS_AT_ONCE = 300
ALONE = "SELECT pg_try_advisory_xact_lock(hashtextextended('feeds.changes', 0))"
# What a card says of counters: shares stand, and count, while the post is public.
ROWS = """
SELECT p.id, coalesce(p.root_id, p.id), p.likes_count, p.comments_count,
       CASE WHEN p.visibility = 'public' AND NOT u.is_closed THEN p.shares_count ELSE 0 END
  FROM post p JOIN accounts_user u ON u.id = p.author_id
 WHERE p.id = ANY (%s)
"""
# Readers with an open page who are the author, follow them, shared the post, follow one of its latest sharers, or
# watch it; of those, who may see the post as it is now, and who could until it changed and may not any more. For the
# latter the rule is asked of the columns as they were: those of each change, or the post's own when it is deleted.
AUDIENCE = """
WITH noted AS (
  SELECT * FROM jsonb_to_recordset(%(changes)s::jsonb) AS n(post_id bigint, visibility text, mentioned bigint[])
), changed AS (
  SELECT p.* FROM post p WHERE p.id IN (SELECT n.post_id FROM noted n)
), near(post_id, author_id) AS (
  SELECT c.id, c.author_id FROM changed c
   UNION
  SELECT c.id, s.author_id FROM changed c CROSS JOIN LATERAL (
    SELECT s.author_id FROM post s WHERE s.share_of_id = c.id AND s.deleted_at IS NULL ORDER BY s.id DESC LIMIT 500) s
), readers(post_id, id) AS (
  SELECT n.post_id, n.author_id FROM near n WHERE n.author_id = ANY (%(online)s::bigint[])
   UNION
  SELECT n.post_id, f.follower_id FROM near n
    JOIN changed c ON c.id = n.post_id AND c.root_id IS NULL
    JOIN follow f ON f.followee_id = n.author_id AND f.follower_id = ANY (%(online)s::bigint[])
   UNION
  SELECT * FROM unnest(%(watched)s::bigint[], %(watchers)s::bigint[])
), judged AS MATERIALIZED (
  SELECT c.id AS post_id, r.id AS reader_id, c.deleted_at IS NULL AS is_there,
         post_visible(r.id, c.author_id, c.visibility, c.mentioned_ids, c.root_id, c.share_of_id) AS fits,
         EXISTS (SELECT FROM noted n WHERE n.post_id = c.id AND n.visibility <> ''
            AND post_visible(r.id, c.author_id, n.visibility, n.mentioned, c.root_id, c.share_of_id)) AS fitted
    FROM readers r JOIN changed c ON c.id = r.post_id
)
SELECT post_id, reader_id, is_there AND fits FROM judged WHERE fits OR fitted ORDER BY post_id, reader_id
"""


class Row(NamedTuple):
    """A changed post: where its thread begins, and its counters as its card shows them."""

    post_id: int
    root_id: int
    likes_count: int
    comments_count: int
    shares_count: int


@dataclass
class Heard:
    """Who is told of a post: those who see it, and those from whom it went."""

    seeing: list[int] = field(default_factory=list)
    lost: list[int] = field(default_factory=list)


def tell_noted() -> None:
    """Tells pages what is noted. One worker at a time: an older state must not be told after a newer one."""
    if not notes.is_any():
        return
    with transaction.atomic():
        if not is_alone():
            return
        noted = notes.take()
        post_ids = sorted({change.post_id for change in noted})
        for start in range(0, len(post_ids), POSTS_AT_ONCE):
            some = set(post_ids[start : start + POSTS_AT_ONCE])
            try_to_tell([change for change in noted if change.post_id in some])
        notes.forget_taken()


def is_alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
        return bool(cursor.fetchone()[0])


def try_to_tell(changes: Sequence[Change]) -> None:
    """What cannot be told does not keep others from being told, nor is it tried for ever."""
    try:
        with transaction.atomic():
            tell(changes)
    except DatabaseError:
        logger.exception("Open pages were not told of %d changes", len(changes))


def tell(changes: Sequence[Change]) -> None:
    """2 queries and 2 trips to Redis for all of them, and some for each card."""
    rows = find_rows({change.post_id for change in changes})
    heard = audience(changes, hot.online(), watchers(rows))
    for what, post_id in sorted({(change.what, change.post_id) for change in changes}):
        if post_id not in heard:
            continue
        if what == notes.COUNTS:
            live.tell_counts(rows[post_id], heard[post_id].seeing)
        else:
            live.tell_updated(post_id, heard[post_id].seeing)
            live.tell_gone(post_id, heard[post_id].lost)


def find_rows(post_ids: Iterable[int]) -> dict[int, Row]:
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [list(post_ids)])
        return {row[0]: Row(*row) for row in cursor.fetchall()}


def watchers(rows: dict[int, Row]) -> list[tuple[int, int]]:
    """(post, who watches it): as itself, or with the whole thread."""
    found = notes.watchers_of(sorted({pk for row in rows.values() for pk in (row.post_id, row.root_id)}))
    return [
        (row.post_id, reader)
        for row in rows.values()
        for reader in {*found.get(row.post_id, ()), *found.get(row.root_id, ())}
    ]


def audience(changes: Sequence[Change], online: list[int], watching: list[tuple[int, int]]) -> dict[int, Heard]:
    """Who of those online and watching is told; one query, by the rule of visibility."""
    heard: defaultdict[int, Heard] = defaultdict(Heard)
    given = [{"post_id": one.post_id, "visibility": one.visibility, "mentioned": one.mentioned} for one in changes]
    watched, readers = [pk for pk, _ in watching], [reader for _, reader in watching]
    asked: dict[str, Any] = {
        "changes": orjson.dumps(given).decode(),
        "online": online,
        "watched": watched,
        "watchers": readers,
    }
    with connection.cursor() as cursor:
        cursor.execute(AUDIENCE, asked)
        for post_id, reader_id, sees in cursor.fetchall():
            (heard[post_id].seeing if sees else heard[post_id].lost).append(reader_id)
    return heard
