"""Sessions from impressions: what readers of this site had on their screens, a page each, and what they did with it."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from feeds.impressions import days
from feeds.ranking import features
from feeds.ranking.training.examples import Example, Session, session_of
from feeds.ranking.values import Candidate

# What is done within a day of seeing counts, and the job that joins it comes a little later.
OUTCOME_HOURS = 25
# The newest so many are enough, and bound the memory this takes (about 1 KiB each).
MOST = 300_000
# Of a candidate these are columns of their own; the rest are kept as numbers, in the order of its fields.
IDS = ("entry_id", "shown_id", "author_id", "sharer_id")
FACTS = [name for name in Candidate._fields if name not in IDS]
FLAGS = {"has_link", "has_poll", "is_quote", "follows_back"}

# Newest pages first, of one day: the table is in days, so no more than one of them is sorted.
NEWEST = """
    SELECT served_at, reader_id, entry_id, shown_id, author_id, sharer_id, features, position, propensity,
        liked_at IS NOT NULL, commented_at IS NOT NULL, shared_at IS NOT NULL, hidden_at IS NOT NULL
    FROM impression WHERE served_at >= %(since)s AND served_at < %(until)s AND seen_at < %(done)s
    ORDER BY served_at DESC, reader_id, position LIMIT %(most)s
"""


class Row(NamedTuple):
    served_at: datetime
    reader_id: int
    entry_id: int
    shown_id: int
    author_id: int
    sharer_id: int | None
    facts: list[float]
    position: int
    propensity: float
    like: bool
    comment: bool
    share: bool
    hide: bool


def sessions(now: datetime) -> Iterator[Session]:
    """One for each page of the last IMPRESSION_DAYS on which more than one post was seen, newest first."""
    left = MOST
    for day in reversed(days.all_days()):
        found = seen_on(day, now, left) if left else []
        left -= len(found)
        yield from sessions_of(found)


def seen_on(day: date, now: datetime, most: int) -> list[Row]:
    """What was seen on that day of which all is done that counts, at most so many, the newest pages first."""
    begins = datetime.combine(day, time.min, UTC)
    given: dict[str, Any] = {
        "since": max(begins, days.oldest_kept(now)),
        "until": begins + timedelta(days=1),
        "done": now - timedelta(hours=OUTCOME_HOURS),
        "most": most,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWEST, given)
        return list(map(Row._make, cursor.fetchall()))


def sessions_of(rows: Iterable[Row]) -> Iterator[Session]:
    for (served_at, _), page in groupby(rows, key=lambda row: (row.served_at, row.reader_id)):
        examples = [example_of(row) for row in page if len(row.facts) == len(FACTS)]
        if len(examples) > 1:
            yield session_of(served_at.timestamp(), examples)


def example_of(row: Row) -> Example:
    done = frozenset(name for name in ("like", "comment", "share", "hide") if getattr(row, name))
    return Example(features.of(candidate_of(row)), done, row.position, row.propensity)


def candidate_of(row: Row) -> Candidate:
    facts: dict[str, Any] = dict(zip(FACTS, row.facts, strict=True))
    facts |= {name: bool(facts[name]) for name in FLAGS}
    return Candidate(row.entry_id, row.shown_id, row.author_id, row.sharer_id, **facts)
