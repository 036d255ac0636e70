"""One move: edges to push, with their back-fill, or to pull. Proven against everything that runs beside it.

Lock order everywhere: the mover's own, author rows, then reader rows, each in the order of their
ids, then edges.
"""

from typing import Any

from django.conf import settings
from django.db import connection, transaction

Edges = list[tuple[int, int]]

# An author's posts from before the reader's floor need no row: below it everything is pulled. A
# reader for whom the back-fill would exceed a timeline has the floor raised instead, to where the
# newest TIMELINE_SIZE posts of all these authors end.
RAISE_FLOOR = """
WITH mine AS (
  SELECT e.follower, array_agg(e.followee) AS authors
    FROM unnest(%(followers)s::bigint[], %(followees)s::bigint[]) AS e(follower, followee) GROUP BY 1)
UPDATE reader_state r SET floor = far.id
  FROM (SELECT m.follower, (
               SELECT recent.id FROM unnest(m.authors) AS a(id)
                CROSS JOIN LATERAL (SELECT p.id FROM post p
                                     WHERE p.author_id = a.id AND p.root_id IS NULL AND p.deleted_at IS NULL
                                       AND p.id > s.floor
                                     ORDER BY p.id DESC LIMIT %(size)s + 1) recent
                ORDER BY 1 DESC OFFSET %(size)s LIMIT 1) AS id
          FROM mine m JOIN reader_state s ON s.user_id = m.follower) far
 WHERE r.user_id = far.follower AND r.floor < far.id
"""
BACK_FILL = """
INSERT INTO feed (user_id, post_id)
SELECT e.follower, recent.id
  FROM unnest(%(followers)s::bigint[], %(followees)s::bigint[]) AS e(follower, followee)
  JOIN reader_state r ON r.user_id = e.follower
  JOIN follow f ON f.follower_id = e.follower AND f.followee_id = e.followee AND f.pull
  JOIN LATERAL (SELECT p.id FROM post p
                 WHERE p.author_id = e.followee AND p.root_id IS NULL AND p.deleted_at IS NULL
                   AND p.id > r.floor) recent ON true
 ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
# In the order of the key, as a block deletes two edges, so that nobody waits in a circle.
LOCK_EDGES = """
SELECT FROM follow f JOIN unnest(%(followers)s::bigint[], %(followees)s::bigint[]) AS e(follower, followee)
    ON f.follower_id = e.follower AND f.followee_id = e.followee
 ORDER BY f.follower_id, f.followee_id FOR NO KEY UPDATE OF f
"""
SET_PULL = """
UPDATE follow f SET pull = %(pull)s
  FROM unnest(%(followers)s::bigint[], %(followees)s::bigint[]) AS e(follower, followee)
 WHERE f.follower_id = e.follower AND f.followee_id = e.followee AND f.pull <> %(pull)s
"""


def push_edges(edges: Edges) -> None:
    """Makes these edges pushed, each with its back-fill, in one transaction."""
    params = as_params(edges) | {"size": settings.TIMELINE_SIZE, "pull": False}
    with transaction.atomic(), connection.cursor() as cursor:
        one_mover_at_a_time(cursor)
        lock(cursor, params)
        # Each a statement of its own: their snapshots must be newer than the locks.
        cursor.execute(RAISE_FLOOR, params)
        cursor.execute(BACK_FILL, params)
        cursor.execute(LOCK_EDGES, params)
        cursor.execute(SET_PULL, params)


def pull_edges(edges: Edges) -> None:
    """Makes these edges pulled. What was pushed stays and does no harm."""
    params = as_params(edges) | {"pull": True}
    with transaction.atomic(), connection.cursor() as cursor:
        one_mover_at_a_time(cursor)
        cursor.execute(LOCK_EDGES, params)
        cursor.execute(SET_PULL, params)


def one_mover_at_a_time(cursor: Any) -> None:
    """Until commit; taken before any row. What is counted under it (the cap) nobody changes meanwhile."""
    cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('feeds.mover', 0))")


def is_mover_free(cursor: Any) -> bool:
    """Whether no other mover is in the middle of a batch; then none begins before this transaction ends."""
    cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('feeds.mover', 0))")
    return bool(cursor.fetchone()[0])


def as_params(edges: Edges) -> dict[str, Any]:
    return {"followers": [follower for follower, _ in edges], "followees": [followee for _, followee in edges]}


def lock(cursor: Any, params: dict[str, Any]) -> None:
    """No post of these authors is half published, no feed of these readers half moved, until commit."""
    for table, ids, strength in [
        ("author_state", "followees", "SHARE"),
        ("reader_state", "followers", "NO KEY UPDATE"),
    ]:
        cursor.execute(
            f"INSERT INTO {table} (user_id) SELECT DISTINCT id FROM unnest(%({ids})s::bigint[]) id"  # noqa: S608
            " JOIN accounts_user u USING (id) ORDER BY id ON CONFLICT DO NOTHING",
            params,
        )
        cursor.execute(
            f"SELECT FROM {table} WHERE user_id = ANY (%({ids})s) ORDER BY user_id FOR {strength}",  # noqa: S608
            params,
        )
