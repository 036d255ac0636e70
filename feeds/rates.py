"""Who reads and who posts how often, and what follows: the readers' classes and the authors' cut-offs.

All of it is advice. A changed class or cut-off marks its row `unsettled`, and `feeds.mover` goes
along its edges. Rows are locked in the order of their ids and in one statement each.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from feeds import policy
from feeds.models import FeedDay
from feeds.policy import Rules
from posts.models import NEVER, time_of

AT_ONCE = 2000
DAY_SECONDS = 86_400

AUTHORS = """
SELECT u.id, u.followers_count, coalesce(s.posting, 0), coalesce(s.last_post_id, 0), coalesce(s.cutoff, %(never)s),
       coalesce(s.pin, '')
  FROM accounts_user u LEFT JOIN author_state s ON s.user_id = u.id
 WHERE u.id = ANY (%(ids)s) ORDER BY u.id
"""
CLASSES = """
SELECT f.followee_id, r.class, count(*) FROM follow f JOIN reader_state r ON r.user_id = f.follower_id
 WHERE f.followee_id = ANY (%(ids)s) AND r.class > %(inactive)s
 GROUP BY 1, 2
"""
WRITE_CUTOFFS = """
INSERT INTO author_state AS mine (user_id, cutoff, unsettled)
SELECT u.id, new.cutoff, %(unsettled)s FROM unnest(%(ids)s::bigint[], %(cutoffs)s::smallint[]) AS new(id, cutoff)
  JOIN accounts_user u ON u.id = new.id ORDER BY u.id
ON CONFLICT (user_id) DO UPDATE SET cutoff = excluded.cutoff, unsettled = mine.unsettled OR excluded.unsettled
 WHERE mine.cutoff <> excluded.cutoff
"""
# Whoever has followers, and whoever has been judged while they had some.
AUTHOR_IDS = """
SELECT u.id FROM accounts_user u
 WHERE u.id > %(after)s
   AND (u.followers_count > 0 OR EXISTS (SELECT FROM author_state s WHERE s.user_id = u.id AND s.cutoff <> %(never)s))
 ORDER BY u.id LIMIT %(limit)s
"""
# The rate as it is at `now`: what was there has decayed, what is new counts whole.
COUNT_READS = """
INSERT INTO reader_state AS mine (user_id, reading, read_at)
SELECT u.id, new.reads, %(now)s FROM unnest(%(ids)s::bigint[], %(reads)s::int[]) AS new(id, reads)
  JOIN accounts_user u ON u.id = new.id ORDER BY u.id
ON CONFLICT (user_id) DO UPDATE
   SET reading = excluded.reading + mine.reading * power(0.5::float8, least(60, greatest(0,
           extract(epoch FROM excluded.read_at - coalesce(mine.read_at, excluded.read_at))) / %(half_life)s)),
       read_at = greatest(mine.read_at, excluded.read_at)
RETURNING user_id, reading, read_at, class
"""
ACTIVE_READERS = """
SELECT user_id, reading, read_at, class FROM reader_state
 WHERE user_id > %(after)s AND class > %(inactive)s ORDER BY user_id LIMIT %(limit)s
"""
LOCK_READERS = "SELECT FROM reader_state WHERE user_id = ANY (%(ids)s) ORDER BY user_id FOR NO KEY UPDATE"
WRITE_CLASSES = """
UPDATE reader_state r SET class = new.class, unsettled = true
  FROM unnest(%(ids)s::bigint[], %(classes)s::smallint[], %(seen)s::timestamptz[]) AS new(id, class, seen)
 WHERE r.user_id = new.id AND r.class <> new.class AND r.read_at IS NOT DISTINCT FROM new.seen
"""
RECOUNT_POSTING = """
UPDATE author_state s SET posting = counted.posting
  FROM (SELECT p.author_id, sum(power(0.5::float8, least(60, greatest(0, mine.last_post_id - p.id) / %(half_life)s)))
               AS posting
          FROM post p JOIN author_state mine ON mine.user_id = p.author_id
         WHERE p.root_id IS NULL GROUP BY 1) counted
 WHERE s.user_id = counted.author_id
"""


def rows(sql: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def rules() -> Rules:
    """What the settings say now; under adaptive, the fixed threshold that stands in while that is dearer."""
    strategy, threshold = settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD
    if strategy == "adaptive" and (instead := fallback_threshold()) is not None:
        strategy, threshold = "hybrid", min(instead, threshold)
    return Rules(strategy, threshold, settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US)


def fallback_threshold() -> int | None:
    """The fixed threshold in use instead of adaptive since the last day that is over, or None."""
    last = FeedDay.objects.exclude(strategy="").order_by("-day").values_list("strategy", "fallback").first()
    return last[1] if last and last[0] == "adaptive" else None


def judge_authors(author_ids: Sequence[int]) -> None:
    """Makes the cut-offs of these authors anew and flags those that change. 3 queries, 4 with a celebrity."""
    write_cutoffs(new_cutoffs(author_ids, rules()), unsettled=True)


def judge_round(author_ids: Sequence[int]) -> None:
    """The same for whoever looks at all edges of these authors next, and flags what is out of place."""
    write_cutoffs(new_cutoffs(author_ids, rules()), unsettled=False)


def new_cutoffs(author_ids: Sequence[int], by: Rules) -> dict[int, int]:
    """{author: cut-off} of those whose cut-off changes."""
    found = rows(AUTHORS, ids=list(author_ids), never=NEVER)
    classes = followers_by_class([row[0] for row in found if policy.needs_classes(row[1], row[5], by)])
    now = timezone.now()
    authors = {row[0]: author_of(row, now, classes.get(row[0], {})) for row in found}
    cutoffs = {pk: policy.cutoff(author, by) for pk, author in authors.items()}
    return {pk: cutoff for pk, cutoff in cutoffs.items() if cutoff != authors[pk].cutoff}


def write_cutoffs(cutoffs: dict[int, int], *, unsettled: bool) -> None:
    if cutoffs:
        rows(WRITE_CUTOFFS, ids=list(cutoffs), cutoffs=list(cutoffs.values()), unsettled=unsettled)


def author_of(row: tuple[Any, ...], now: datetime, classes: dict[int, int]) -> policy.Author:
    _, followers, posting, last_post_id, cutoff, pin = row
    half_life = settings.POSTING_HALF_LIFE_DAYS
    posting = policy.decayed(posting, days(time_of(last_post_id), now), half_life) if posting else 0.0
    return policy.Author(followers, policy.per_day(posting, half_life), cutoff, pin, classes)


def days(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / DAY_SECONDS


def followers_by_class(author_ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """{author: {class: followers}}, active ones only; one query along all followers of these authors."""
    found: dict[int, dict[int, int]] = {pk: {} for pk in author_ids}
    if author_ids:
        for pk, reader_class, number in rows(CLASSES, ids=list(author_ids), inactive=policy.INACTIVE):
            found[pk][reader_class] = number
    return found


def author_batches(after: int = 0) -> Iterator[list[int]]:
    """Ids of all authors who may have a cut-off, in order, AT_ONCE at a time."""
    while ids := [row[0] for row in rows(AUTHOR_IDS, after=after, limit=AT_ONCE, never=NEVER)]:
        yield ids
        after = ids[-1]


def judge_size(author_id: int) -> None:
    """Judges an author whose number of followers has changed, where that is one row's work.

    Not a celebrity under adaptive: there all followers would be looked at. `feeds.mover` does that
    when the cap is reached, and the daily round otherwise.
    """
    by = rules()
    found = rows(AUTHORS, ids=[author_id], never=NEVER)
    if found and not policy.needs_classes(found[0][1], found[0][5], by):
        judge_authors([author_id])


def judge_burst(author_id: int, *, posting: float, cutoff: int, pin: str) -> None:
    """Judges an author whose latest post has made the cut-off rise. Calm is seen by the daily round.

    `posting` is the rate as that post has left it.
    """
    if settings.FEED_STRATEGY != "adaptive" or pin or cutoff == policy.EVERYBODY:
        return  # EVERYBODY is never adaptive's: a fixed threshold stands in
    rate = policy.per_day(posting, settings.POSTING_HALF_LIFE_DAYS)
    if policy.author_cutoff(rate, settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US, cutoff) > cutoff:
        judge_authors([author_id])


def count_reads(reads: dict[int, int], now: datetime) -> None:
    """Adds pages to the readers' rates, and marks those whose class that changes.

    To be called in a transaction: it locks the readers, in the order of their ids.
    """
    ids = sorted(reads)
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        found = rows(
            COUNT_READS,
            ids=some,
            reads=[reads[pk] for pk in some],
            now=now,
            half_life=settings.READING_HALF_LIFE_DAYS * DAY_SECONDS,
        )
        write_classes(found, now)


def judge_readers() -> int:
    """Lets the classes follow the decay of the rates, a batch a transaction; how many have changed."""
    after, changed, now = 0, 0, timezone.now()
    while found := rows(ACTIVE_READERS, after=after, limit=AT_ONCE, inactive=policy.INACTIVE):
        changed += write_classes(found, now)
        after = found[-1][0]
    return changed


def write_classes(found: list[tuple[Any, ...]], now: datetime) -> int:
    """Writes the classes that differ from those of the rows (user, reading, read_at, class).

    A reader who has read since those rows were looked at is left to whoever counts that read.
    """
    changed = [(row[0], new, row[2]) for row in found if (new := class_of(row, now)) != row[3]]
    if changed:
        ids, classes, seen = (list(column) for column in zip(*changed, strict=True))
        with transaction.atomic():
            rows(LOCK_READERS, ids=ids)
            rows(WRITE_CLASSES, ids=ids, classes=classes, seen=seen)
    return len(changed)


def class_of(row: tuple[Any, ...], now: datetime) -> int:
    _, reading, read_at, current = row
    idle = None if read_at is None else max(days(read_at, now), 0.0)
    half_life = settings.READING_HALF_LIFE_DAYS
    rate = policy.per_day(policy.decayed(reading, idle or 0.0, half_life), half_life)
    return policy.reader_class(rate, idle, current, idle_most=settings.READER_IDLE_DAYS)


def recount_posting() -> None:
    """Makes the posting rates from the posts themselves, as after an import of posts."""
    rows(RECOUNT_POSTING, half_life=math.floor(settings.POSTING_HALF_LIFE_DAYS * DAY_SECONDS * 1000) << 12)
