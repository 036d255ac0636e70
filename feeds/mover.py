"""Moves edges between push and pull, to where the policy wants them, without anybody noticing.

Lock order everywhere: author rows, then reader rows, each in the order of their ids, then edges.
"""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from feeds import policy

Edges = list[tuple[int, int]]
EDGES_AT_ONCE = 2000

# An author's posts from before the reader's floor need no row: below it everything is pulled. A
# reader for whom the back-fill alone would exceed a timeline has the floor raised instead.
RAISE_FLOOR = """
UPDATE reader_state r SET floor = greatest(r.floor, far.id)
  FROM (SELECT e.follower, max(deep.id) AS id
          FROM unnest(%(followers)s::bigint[], %(followees)s::bigint[]) AS e(follower, followee)
          JOIN LATERAL (SELECT p.id FROM post p
                         WHERE p.author_id = e.followee AND p.root_id IS NULL AND p.deleted_at IS NULL
                         ORDER BY p.id DESC OFFSET %(size)s LIMIT 1) deep ON true
         GROUP BY e.follower) far
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
# In the order of the key, so that two movers never wait for each other.
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
# Each goes along an index from where the last batch ended, so that a batch costs the same whether
# it is the first or the thousandth.
WANT_PUSH = """
SELECT f.follower_id, f.followee_id FROM follow f JOIN accounts_user u ON u.id = f.followee_id
 WHERE f.pull AND u.followers_count <= %(reach)s AND (f.follower_id, f.followee_id) > (%(follower)s, %(followee)s)
 ORDER BY f.follower_id, f.followee_id LIMIT %(limit)s
"""
WANT_PULL = """
SELECT f.follower_id, f.followee_id FROM follow f JOIN accounts_user u ON u.id = f.followee_id
 WHERE NOT f.pull AND u.followers_count > %(reach)s AND u.id >= %(followee)s
   AND (f.followee_id, f.follower_id) > (%(followee)s, %(follower)s)
 ORDER BY f.followee_id, f.follower_id LIMIT %(limit)s
"""


def push_edges(edges: Edges) -> None:
    """Makes these edges pushed, each with its back-fill, in one transaction."""
    params = as_params(edges) | {"size": settings.TIMELINE_SIZE, "pull": False}
    with transaction.atomic(), connection.cursor() as cursor:
        lock(cursor, params)
        # Each a statement of its own: their snapshots must be newer than the locks.
        cursor.execute(RAISE_FLOOR, params)
        cursor.execute(BACK_FILL, params)
        cursor.execute(SET_PULL, params)


def pull_edges(edges: Edges) -> None:
    """Makes these edges pulled. What was pushed stays and does no harm."""
    params = as_params(edges) | {"pull": True}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK_EDGES, params)
        cursor.execute(SET_PULL, params)


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


def settle_edge(follower_id: int, followee_id: int) -> None:
    """Moves one edge to where it belongs, as after a follow."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.followers_count, f.pull FROM follow f JOIN accounts_user u ON u.id = f.followee_id"
            " WHERE f.follower_id = %s AND f.followee_id = %s",
            [follower_id, followee_id],
        )
        row = cursor.fetchone()
    if row and row[1] and wanted(row[0]):
        push_edges([(follower_id, followee_id)])


def wanted(followers_count: int) -> bool:
    return policy.should_push(
        settings.FEED_STRATEGY, followers_count=followers_count, threshold=settings.CELEBRITY_THRESHOLD
    )


def pushed_most() -> int:
    """The most followers an author may have to be pushed; below 0 nobody is."""
    return policy.pushed_range(settings.FEED_STRATEGY, threshold=settings.CELEBRITY_THRESHOLD)


def settle(most: int | None = None) -> int:
    """Moves edges that stand where the policy does not want them; the number moved, at most `most`."""
    moved = 0
    for number in settle_in_batches():
        moved += number
        if most is not None and moved >= most:
            break
    return moved


def settle_in_batches() -> Iterator[int]:
    """The same without end, a transaction a batch; yields how many edges each has moved."""
    reach = pushed_most()
    for query, move in ((WANT_PULL, pull_edges), (WANT_PUSH, push_edges)):
        last = (0, 0)
        while edges := select_edges(query, reach, after=last):
            move(edges)
            last = edges[-1]
            yield len(edges)


def select_edges(query: str, reach: int, *, after: tuple[int, int]) -> Edges:
    """The next edges behind `after`, (follower, followee)."""
    params = {"reach": reach, "follower": after[0], "followee": after[1], "limit": EDGES_AT_ONCE}
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return [(follower, followee) for follower, followee in cursor.fetchall()]
