"""What keeps Feed small: trimming long feeds, tidying after an unfollow, rebuilding from nothing."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from feeds import hot, rates

READERS_AT_ONCE = 200
READERS_LOOKED_AT = 1000
PARTS_A_ROUND = 200
ROWS_AT_ONCE = 100_000
FOLLOWERS_AT_ONCE = 2000

# One look into each feed, which ends where the feed is known to be too long.
LONG = """
SELECT u.id, EXISTS (SELECT FROM feed f WHERE f.user_id = u.id OFFSET %(most)s)
  FROM accounts_user u WHERE u.id > %(after)s ORDER BY u.id LIMIT %(limit)s
"""
LOCK_READERS = "SELECT FROM reader_state WHERE user_id = ANY (%(readers)s) ORDER BY user_id FOR NO KEY UPDATE"
MAKE_STATES = (
    "INSERT INTO reader_state (user_id) SELECT id FROM accounts_user WHERE id = ANY (%(readers)s) ORDER BY id"
    " ON CONFLICT DO NOTHING"
)
RAISE_FLOORS = """
UPDATE reader_state r SET floor = greatest(r.floor, edge.id)
  FROM (SELECT u.id AS user_id, (SELECT f.post_id FROM feed f WHERE f.user_id = u.id
                                  ORDER BY f.post_id DESC OFFSET %(size)s LIMIT 1) AS id
          FROM unnest(%(readers)s::bigint[]) AS u(id)) edge
 WHERE r.user_id = edge.user_id AND edge.id > r.floor
"""
# Rows are found by their place in the table here, in EMPTY and in RETRACT: all lock them in the same order.
DELETE_BELOW = """
DELETE FROM feed WHERE ctid = ANY (ARRAY (
  SELECT low.ctid FROM reader_state r
   CROSS JOIN LATERAL (SELECT f.ctid FROM feed f
                        WHERE f.user_id = r.user_id AND f.post_id <= r.floor LIMIT %(rows)s) low
   WHERE r.user_id = ANY (%(readers)s) LIMIT %(rows)s))
"""
# The follow may have been made again meanwhile; then its rows stay.
TIDY = """
DELETE FROM feed f USING post p
 WHERE f.user_id = %(reader)s AND p.id = f.post_id AND p.author_id = %(author)s
   AND NOT EXISTS (SELECT FROM follow e WHERE e.follower_id = %(reader)s AND e.followee_id = %(author)s)
"""

EMPTY = "DELETE FROM feed WHERE ctid = ANY (ARRAY (SELECT f.ctid FROM feed f WHERE f.user_id = ANY (%(readers)s)))"
# The newest TIMELINE_SIZE entries of those who are pushed. A post that is being published at this
# moment is pushed after its commit, as ever.
REFILL = """
INSERT INTO feed (user_id, post_id)
SELECT u.id, newest.id FROM unnest(%(readers)s::bigint[]) AS u(id)
  CROSS JOIN LATERAL (
    SELECT recent.id FROM follow f
      CROSS JOIN LATERAL (SELECT p.id FROM post p
                           WHERE p.author_id = f.followee_id AND p.root_id IS NULL AND p.deleted_at IS NULL
                           ORDER BY p.id DESC LIMIT %(size)s) recent
     WHERE f.follower_id = u.id AND NOT f.pull
     ORDER BY recent.id DESC LIMIT %(size)s) newest
 ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
# What did not fit lies below the floor, where everything is pulled. The size-th newest tells where, not
# the lowest: meanwhile an older post that was still owed may have been pushed.
SET_FLOORS = """
UPDATE reader_state r SET floor = coalesce(
    (SELECT f.post_id - 1 FROM feed f WHERE f.user_id = r.user_id
      ORDER BY f.post_id DESC OFFSET %(size)s - 1 LIMIT 1), 0)
 WHERE r.user_id = ANY (%(readers)s)
"""
# Followers in the order of their ids, whether they pull or are pushed to: an edge that a mover flips meanwhile
# keeps its place.
FOLLOWERS = """
SELECT id FROM (
  (SELECT f.follower_id AS id FROM follow f
    WHERE f.followee_id = %(author)s AND NOT f.pull AND f.follower_id > %(after)s ORDER BY 1 LIMIT %(limit)s)
  UNION ALL
  (SELECT f.follower_id FROM follow f
    WHERE f.followee_id = %(author)s AND f.pull AND f.follower_id > %(after)s ORDER BY 1 LIMIT %(limit)s)) f
 ORDER BY 1 LIMIT %(limit)s
"""
DELETED_BY = "SELECT author_id FROM post WHERE id = %(post)s AND deleted_at IS NOT NULL"
# Whoever restores the post waits for the chunk, and pushes it after that to whomever the chunk took it from.
STILL_DELETED = "SELECT id FROM post WHERE id = %(post)s AND deleted_at IS NOT NULL FOR SHARE"
RETRACT = """
DELETE FROM feed WHERE ctid = ANY (ARRAY (
  SELECT f.ctid FROM post p JOIN feed f ON f.post_id = p.id AND f.user_id = ANY (%(readers)s)
   WHERE p.id = %(post)s AND p.deleted_at IS NOT NULL))
"""


def retract(post_id: int, after: int = 0) -> int | None:
    """Deletes the rows of a deleted post, some followers a transaction; readers were spared it from the start.

    Goes on after that follower; answers the last one of a long round, None when it is through.
    """
    for (author_id,) in rates.rows(DELETED_BY, post=post_id):
        for number, readers in enumerate(followers_in_parts(author_id, after), 1):
            if not retract_from(post_id, readers):
                return None
            if number == PARTS_A_ROUND:
                return readers[-1]
    return None


def retract_from(post_id: int, readers: list[int]) -> bool:
    """The same for these; False, and nothing is done, when the post was restored meanwhile."""
    with transaction.atomic():
        if not rates.rows(STILL_DELETED, post=post_id):
            return False
        rates.rows(RETRACT, post=post_id, readers=readers)
    return True


def followers_in_parts(author_id: int, after: int) -> Iterator[list[int]]:
    """All followers beyond that one in the order of their ids, FOLLOWERS_AT_ONCE at a time."""
    while found := rates.rows(FOLLOWERS, author=author_id, after=after, limit=FOLLOWERS_AT_ONCE):
        yield [row[0] for row in found]
        after = found[-1][0]


def trim() -> int:
    """Cuts feeds well over TIMELINE_SIZE back to it and raises their floors; rows deleted."""
    deleted, after = trim_some_feeds(0)
    while after is not None:
        more, after = trim_some_feeds(after)
        deleted += more
    return deleted


def trim_some_feeds(after: int) -> tuple[int, int | None]:
    """The same for the feeds of some accounts beyond that one: (rows deleted, last account, None at the end)."""
    most, deleted = int(settings.TIMELINE_SIZE * settings.TIMELINE_SLACK), 0
    found = rates.rows(LONG, after=after, most=most, limit=READERS_LOOKED_AT)
    readers = [pk for pk, is_long in found if is_long]
    for start in range(0, len(readers), READERS_AT_ONCE):
        deleted += trim_readers(readers[start : start + READERS_AT_ONCE])
    return deleted, found[-1][0] if found else None


def trim_readers(readers: list[int]) -> int:
    """The same for these. A transaction deletes some: what is left lies below the floor, where nobody looks."""
    deleted, some = 0, ROWS_AT_ONCE
    while some == ROWS_AT_ONCE:
        some = trim_some(readers)
        deleted += some
    return deleted


def trim_some(readers: list[int]) -> int:
    params: dict[str, Any] = {"readers": readers, "size": settings.TIMELINE_SIZE, "rows": ROWS_AT_ONCE}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (MAKE_STATES, LOCK_READERS, RAISE_FLOORS, DELETE_BELOW):
            cursor.execute(statement, params)
        return int(cursor.rowcount)


def rebuild(readers: list[int]) -> int:
    """Makes the pushed entries of these readers anew from the tables, in one transaction; entries written.

    Nobody notices: whoever reads meanwhile has the old or the new ones.
    """
    params: dict[str, Any] = {"readers": readers, "size": settings.TIMELINE_SIZE}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (MAKE_STATES, LOCK_READERS, EMPTY, REFILL):
            cursor.execute(statement, params)
        written = int(cursor.rowcount)
        cursor.execute(SET_FLOORS, params)
    hot.forget(readers)
    return written


def tidy(reader_id: int, author_id: int) -> None:
    """Deletes the rows an unfollow has left; readers were spared them from the moment it happened."""
    params: dict[str, Any] = {"readers": [reader_id], "reader": reader_id, "author": author_id}
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in (MAKE_STATES, LOCK_READERS, TIDY):
            cursor.execute(statement, params)
