"""Finds edges that stand where the policy does not want them, of those who are flagged `unsettled`."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection, transaction

from feeds import rates
from feeds.moves import Edges, one_mover_at_a_time
from feeds.policy import INACTIVE
from posts.models import NEVER

EDGES_LOOKED_AT = 40_000

# The flagged with the least ids, and how many edges each has to look at.
FLAGGED_AUTHORS = """
SELECT s.user_id, s.cutoff, u.followers_count FROM author_state s JOIN accounts_user u ON u.id = s.user_id
 WHERE s.unsettled ORDER BY s.user_id LIMIT 5000
"""
FLAGGED_READERS = """
SELECT r.user_id, r.class, u.following_count FROM reader_state r JOIN accounts_user u ON u.id = r.user_id
 WHERE r.unsettled ORDER BY r.user_id LIMIT 5000
"""
# The next edges at `pull` of authors, after the one between `at` and `after`; two branches, so that each goes
# along the index from where it has to begin.
OF_AUTHORS = """
WITH part AS MATERIALIZED (
  SELECT author, reader FROM (
    (SELECT f.followee_id AS author, f.follower_id AS reader FROM follow f
      WHERE f.followee_id = %(at)s AND f.pull = %(pull)s AND f.follower_id > %(after)s ORDER BY 2 LIMIT %(limit)s)
    UNION ALL
    (SELECT f.followee_id, f.follower_id FROM follow f
      WHERE f.followee_id = ANY (%(ids)s) AND f.followee_id > %(at)s AND f.pull = %(pull)s
      ORDER BY 1, 2 LIMIT %(limit)s)) f
   ORDER BY 1, 2 LIMIT %(limit)s
), judged AS (
  SELECT f.*, (coalesce(r.class, %(inactive)s) >= s.advice) = %(pull)s AS is_misplaced
    FROM part f JOIN unnest(%(ids)s::bigint[], %(seen)s::smallint[]) AS s(id, advice) ON s.id = f.author
    LEFT JOIN reader_state r ON r.user_id = f.reader)
"""
OF_READERS = """
WITH part AS MATERIALIZED (
  SELECT reader, author FROM (
    (SELECT f.follower_id AS reader, f.followee_id AS author FROM follow f
      WHERE f.follower_id = %(at)s AND f.pull = %(pull)s AND f.followee_id > %(after)s ORDER BY 2 LIMIT %(limit)s)
    UNION ALL
    (SELECT f.follower_id, f.followee_id FROM follow f
      WHERE f.follower_id = ANY (%(ids)s) AND f.follower_id > %(at)s AND f.pull = %(pull)s
      ORDER BY 1, 2 LIMIT %(limit)s)) f
   ORDER BY 1, 2 LIMIT %(limit)s
), judged AS (
  SELECT f.*, (r.advice >= coalesce(s.cutoff, %(never)s)) = %(pull)s AS is_misplaced
    FROM part f JOIN unnest(%(ids)s::bigint[], %(seen)s::smallint[]) AS r(id, advice) ON r.id = f.reader
    LEFT JOIN author_state s ON s.user_id = f.author)
"""
# Of all that were looked at, those out of place, and the last one, which tells where to go on.
MISPLACED = """
SELECT reader, author, is_misplaced FROM judged
 WHERE is_misplaced OR (reader, author) = (SELECT reader, author FROM part ORDER BY {0} DESC, {1} DESC LIMIT 1)
 ORDER BY {0}, {1}
"""
CLEAR_AUTHORS = """
WITH mine AS MATERIALIZED (
  SELECT s.user_id FROM author_state s JOIN unnest(%(ids)s::bigint[], %(seen)s::smallint[]) AS old(id, advice)
      ON s.user_id = old.id AND s.cutoff = old.advice
   ORDER BY s.user_id FOR NO KEY UPDATE OF s)
UPDATE author_state s SET unsettled = false FROM mine WHERE s.user_id = mine.user_id
"""
CLEAR_READERS = """
WITH mine AS MATERIALIZED (
  SELECT r.user_id FROM reader_state r JOIN unnest(%(ids)s::bigint[], %(seen)s::smallint[]) AS old(id, advice)
      ON r.user_id = old.id AND r.class = old.advice
   ORDER BY r.user_id FOR NO KEY UPDATE OF r)
UPDATE reader_state r SET unsettled = false FROM mine WHERE r.user_id = mine.user_id
"""


@dataclass(frozen=True)
class Side:
    """Whose flags are worked off: the statements for authors, or for readers, and which end of an edge they are."""

    flagged: str
    misplaced: str
    clear: str
    end: int


READERS = Side(FLAGGED_READERS, OF_READERS + MISPLACED.format("reader", "author"), CLEAR_READERS, 0)
AUTHORS = Side(FLAGGED_AUTHORS, OF_AUTHORS + MISPLACED.format("author", "reader"), CLEAR_AUTHORS, 1)

Seen = dict[int, int]


def find_flagged() -> Side | None:
    """Authors before readers; None when nobody is flagged."""
    return next((side for side in (AUTHORS, READERS) if rates.rows(side.flagged)), None)


def some_flagged(side: Side) -> Seen:
    """{id: cut-off or class} of some who are flagged: as many as have EDGES_LOOKED_AT together, or one."""
    seen: Seen = {}
    edges = 0
    with transaction.atomic(), connection.cursor() as cursor:
        # A move that has read older advice has ended before, and any later one reads this or newer.
        one_mover_at_a_time(cursor)
        flagged = rates.rows(side.flagged)
    for pk, advice, number in flagged:
        edges += number
        if seen and edges > EDGES_LOOKED_AT:
            break
        seen[pk] = advice
    return seen


def misplaced(side: Side, seen: Seen, *, pull: bool) -> Iterator[Edges]:
    """Edges that should be at `pull` by the advice seen, part by part; each edge is looked at once.

    Each part in the order of authors, so that those moved together lock few.
    """
    ids, advice = sorted(seen), [seen[pk] for pk in sorted(seen)]
    # Standing at `not pull`, they should be at `pull`.
    fixed = {"ids": ids, "seen": advice, "pull": not pull, "limit": EDGES_LOOKED_AT}
    fixed |= {"inactive": INACTIVE, "never": NEVER}
    at, after = min(ids, default=0), 0
    while found := rates.rows(side.misplaced, at=at, after=after, **fixed):
        yield sorted(((reader, author) for reader, author, is_wrong in found if is_wrong), key=lambda edge: edge[::-1])
        last = found[-1]
        at, after = last[side.end], last[1 - side.end]


def clear(side: Side, seen: Seen) -> None:
    """Takes their flags away, where the advice is still what was seen."""
    rates.rows(side.clear, ids=list(seen), seen=list(seen.values()))
