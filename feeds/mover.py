"""Brings edges to where the policy wants them, many a transaction, without anybody noticing.

`feeds.rates` says who wants what and flags those whose edges may be out of place, `feeds.looks` finds
these, `feeds.moves` moves. Only one batch at a time moves anything, so that the cap on pushes holds exactly.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from django.conf import settings
from django.db import connection, transaction

from feeds import looks, meter, policy, rates
from feeds.moves import Edges, as_params, is_mover_free, one_mover_at_a_time, pull_edges, push_edges
from feeds.policy import EVERYBODY, INACTIVE
from posts.models import NEVER

# An author who is locked cannot publish, so a transaction moves few edges; one look finds more.
# A reader's edges lock as many authors.
EDGES_AT_ONCE = {looks.AUTHORS: 1000, looks.READERS: 250}
ROWS_AT_ONCE = 20_000
BATCHES_JUDGED = 10

# Those of some edges found before that are still out of place.
STILL = """
SELECT f.follower_id, f.followee_id
  FROM unnest(%(followers)s::bigint[], %(followees)s::bigint[]) AS e(follower, followee)
  JOIN follow f ON f.follower_id = e.follower AND f.followee_id = e.followee
  LEFT JOIN reader_state r ON r.user_id = f.follower_id
  LEFT JOIN author_state s ON s.user_id = f.followee_id
 WHERE f.pull = %(pull)s AND (coalesce(r.class, %(inactive)s) >= coalesce(s.cutoff, %(never)s)) = %(pull)s
"""
# A look at every edge of some authors, for what no flag tells of: an import, a flag lost to chance.
FLAG_MISPLACED = """
INSERT INTO author_state AS mine (user_id, unsettled)
SELECT u.id, true FROM accounts_user u LEFT JOIN author_state s ON s.user_id = u.id
 WHERE u.id > %(after)s AND u.id <= %(last)s AND EXISTS (
       SELECT FROM follow f LEFT JOIN reader_state r ON r.user_id = f.follower_id
        WHERE f.followee_id = u.id AND f.pull = (coalesce(r.class, %(inactive)s) >= coalesce(s.cutoff, %(never)s)))
 ORDER BY u.id
ON CONFLICT (user_id) DO UPDATE SET unsettled = true WHERE NOT mine.unsettled
"""
FLAG = """
UPDATE author_state SET unsettled = true
 WHERE user_id IN (SELECT user_id FROM author_state WHERE user_id = ANY (%(ids)s) ORDER BY user_id FOR NO KEY UPDATE)
"""
# How many each author who may be over the cap pushes to; whom staff have pinned is not asked.
FULL = """
SELECT u.id, (SELECT count(*) FROM follow f WHERE f.followee_id = u.id AND NOT f.pull)
  FROM accounts_user u JOIN author_state s ON s.user_id = u.id
 WHERE u.id = ANY (%(ids)s) AND u.followers_count > %(cap)s AND s.cutoff > %(everybody)s
"""
POSTS = "SELECT id, posts_count FROM accounts_user WHERE id = ANY (%(ids)s)"
BOUNDS = {"inactive": INACTIVE, "never": NEVER}


def settle_edge(follower_id: int, followee_id: int) -> None:
    """Moves one edge to where it belongs, as after a follow; the author's size may have crossed a border."""
    rates.judge_size(followee_id)
    for pull in (True, False):
        move([(follower_id, followee_id)], pull=pull)


def settle(most: int | None = None) -> int:
    """Brings every edge to what the settings and rates say now; the number moved, about `most` at most."""
    return enough(settle_in_batches(), most)


def settle_flagged(most: int | None = None) -> int:
    """Works off what is marked unsettled; costs nothing when nothing is, or when another mover is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        if not is_mover_free(cursor):
            return 0
    return enough(flagged_in_batches(), most)


def enough(batches: Iterator[int], most: int | None) -> int:
    moved = 0
    for number in batches:
        moved += number
        if most is not None and moved >= most:
            break
    return moved


def settle_in_batches() -> Iterator[int]:
    """The same without end, a transaction a batch; yields how many edges each has moved."""
    rates.judge_readers()
    last: int | None = 0
    while last is not None:
        last = judge_some(last)
    # After an import nobody has looked yet how large these have become, and plans would be wild.
    rates.rows("ANALYZE author_state, reader_state")
    yield from flagged_in_batches()


def judge_some(after: int) -> int | None:
    """Judges some thousands of authors with ids above `after`; the last one's id, or None at the end.

    It looks at all their edges, not only at flags. Killed between, it leaves that to the next round.
    """
    last = None
    for ids in islice(rates.author_batches(after), BATCHES_JUDGED):
        rates.judge_round(ids)
        last = ids[-1]
    if last is not None:
        rates.rows(FLAG_MISPLACED, after=after, last=last, **BOUNDS)
    return last


def flagged_in_batches() -> Iterator[int]:
    """Authors before readers, until nobody is flagged; killed anywhere, the flags tell what is left."""
    while side := looks.find_flagged():
        yield from settle_some(side)


def settle_some(side: looks.Side) -> Iterator[int]:
    """Moves what is out of place of some who are flagged, then clears their flags; yields as above.

    A flag goes if the advice is still what was seen and every edge found was moved: an edge out of place
    after that has a flag at its other end, or a newer one at this. (Or the advice has gone and come back,
    and a follow was settled between; the daily round finds that.) Edges to be pulled come first: they
    make room under the cap.
    """
    seen = looks.some_flagged(side)
    left: set[int] = set()
    for pull in (True, False):
        for edges in looks.misplaced(side, seen, pull=pull):
            for some in batches(edges, EDGES_AT_ONCE[side], has_back_fill=not pull):
                yield (moved := move(some, pull=pull))
                if moved < len(some):
                    left.update(edge[side.end] for edge in some)
    looks.clear(side, {pk: advice for pk, advice in seen.items() if pk not in left})


def batches(edges: Edges, most: int, *, has_back_fill: bool) -> Iterator[Edges]:
    """The edges in order, at most `most` at a time, and with a back-fill of at most ROWS_AT_ONCE rows or one edge.

    Whoever is locked cannot publish meanwhile, so a transaction must be short.
    """
    posts = dict(rates.rows(POSTS, ids=list({edge[1] for edge in edges}))) if has_back_fill else {}
    some: Edges = []
    filled = 0
    for edge in edges:
        needed = min(posts.get(edge[1], 0), settings.TIMELINE_SIZE)
        if some and (len(some) == most or filled + needed > ROWS_AT_ONCE):
            yield some
            some, filled = [], 0
        some.append(edge)
        filled += needed
    if some:
        yield some


def move(edges: Edges, *, pull: bool) -> int:
    """Moves those of the edges that are still out of place, in one transaction; how many.

    Edges that would break an author's cap stay; that author is judged and flagged.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        one_mover_at_a_time(cursor)
        wrong = rates.rows(STILL, **as_params(edges), **BOUNDS | {"pull": not pull})
        over = set() if pull else over_the_cap(wrong)
        if kept := [edge for edge in wrong if edge[1] not in over]:
            (pull_edges if pull else push_edges)(kept)
            meter.count_moved(len(kept))
    judge_over_the_cap(over)
    return len(kept)


def over_the_cap(edges: Edges) -> set[int]:
    """Authors who would push to more than CELEBRITY_THRESHOLD with these edges as well."""
    by = rates.rules()
    if by.strategy != "adaptive":
        return set()
    more = Counter(followee for _, followee in edges)
    found = rates.rows(FULL, ids=list(more), cap=by.threshold, everybody=EVERYBODY)
    return {pk for pk, pushed in found if pushed + more[pk] > by.threshold}


def judge_over_the_cap(author_ids: set[int]) -> None:
    """Raises their cut-offs, and flags them, so that edges to be pulled make room.

    After the move's commit: its locks are on other authors, and locks are taken in order.
    """
    if author_ids:
        rates.judge_authors(sorted(author_ids))
        rates.rows(FLAG, ids=sorted(author_ids))


def pushed_most() -> int:
    """The most followers a new author may have to be pushed to all of them; below 0 nobody is."""
    return policy.pushed_from_start(rates.rules())
