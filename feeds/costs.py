"""H and L on this very database: what writing one entry costs, and asking one author at one read.

Both are measured in a transaction that is rolled back, on people and posts made up for it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

from django.db import transaction

from feeds.rates import rows

# The scratch copy of Feed: as large as that of a thousand readers, so that its index is as deep.
FEED_ROWS = 600_000
FEED_READERS = 3000
CHUNK = 2000
CHUNKS = 12
FEW, MANY = 20, 500
POSTS_EACH = 10
READS = 40
PAGE = 20

FILL = """
CREATE TABLE scratch_feed (LIKE feed INCLUDING ALL);
CREATE TABLE scratch_follower AS SELECT n::bigint * 7 AS id FROM generate_series(1, %(readers)s) n;
INSERT INTO scratch_feed SELECT id, n FROM scratch_follower, generate_series(1, %(each)s) n;
ANALYZE scratch_feed, scratch_follower
"""
PUSH = """
INSERT INTO scratch_feed (user_id, post_id) SELECT id, %(post)s FROM scratch_follower WHERE id > %(after)s
 ORDER BY id LIMIT %(chunk)s ON CONFLICT DO NOTHING
"""
PEOPLE = """
INSERT INTO accounts_user (username, password, display_name, bio, avatar, is_superuser)
SELECT 'measure_' || n || '_' || substr(md5(random()::text), 1, 12), '!', '', '', '', false
  FROM generate_series(1, %(number)s) n RETURNING id
"""
# Posts at even distances over a month, everybody in turn.
POSTS = """
INSERT INTO post (id, author_id, content)
SELECT next_post_id() - (30 * 86400000::bigint / %(posts)s * n << 12), (%(ids)s::bigint[])[1 + n %% %(authors)s], 'x'
  FROM generate_series(0, %(posts)s - 1) n
"""
STATES = """
INSERT INTO author_state (user_id, last_post_id) SELECT author_id, max(id) FROM post
 WHERE author_id = ANY (%(ids)s) GROUP BY 1
"""
FOLLOWS = "INSERT INTO follow (follower_id, followee_id) SELECT %(reader)s, id FROM unnest(%(ids)s::bigint[]) id"


class Undo(Exception):
    """Ends the measuring: nothing of it stays."""


@dataclass(frozen=True)
class Costs:
    """Microseconds."""

    push: float
    pull: float


def measure(tell: Callable[[str], Any] = lambda step: None) -> Costs:
    """Measures both, about ten seconds; `tell` hears of each step. Leaves nothing behind."""
    found = []
    for step in (push_cost, pull_cost):
        tell(step.__doc__ or "")
        try:
            with transaction.atomic():
                found.append(step())
                raise Undo
        except Undo:
            pass
    return Costs(*found)


def push_cost() -> float:
    """Writing entries"""
    rows(FILL, readers=FEED_READERS, each=FEED_ROWS // FEED_READERS)
    times = []
    for n in range(CHUNKS):
        after = 7 * (FEED_READERS - CHUNK) * (n % 2)
        times.append(seconds(lambda n=n, after=after: rows(PUSH, post=10**9 + n, after=after, chunk=CHUNK)))
    return median(times) / CHUNK * 1e6


def pull_cost() -> float:
    """Asking authors"""
    ids = [row[0] for row in rows(PEOPLE, number=MANY + 2)]
    authors, readers = ids[:MANY], ids[MANY:]
    rows(POSTS, ids=authors, authors=MANY, posts=MANY * POSTS_EACH)
    rows(STATES, ids=authors)
    # Spread evenly, so that few authors are as lively as many.
    rows(FOLLOWS, reader=readers[0], ids=authors[:: MANY // FEW][:FEW])
    rows(FOLLOWS, reader=readers[1], ids=authors)
    # Plans for the tables as they are now, or a site without posts would be read without its indexes.
    rows("ANALYZE post, author_state, follow")
    few, many = (median(seconds(lambda pk=pk: page(pk)) for _ in range(READS)) for pk in readers)
    # Noise may make the many look cheaper; an author is never free.
    return max(many - few, 1e-9) / (MANY - FEW) * 1e6


def page(reader_id: int) -> None:
    newest = 2**62
    rows(
        "SELECT * FROM timeline_home(%(reader)s, ARRAY[%(top)s, %(top)s, %(top)s]::bigint[], %(page)s)",
        reader=reader_id,
        top=newest,
        page=PAGE,
    )


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
