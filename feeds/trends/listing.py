"""Finds what rises in the buckets and keeps it for whoever reads: MOST_LISTED of each kind."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from feeds.rates import rows
from feeds.trends import counting
from feeds.trends.models import Rising
from feeds.trends.rising import (
    BASELINE_DAYS,
    HALF_LIFE_HOURS,
    KEPT_HOURS,
    LEAST_ACCOUNTS,
    Rise,
    decayed,
    history,
    hour_of,
    judge,
    window,
)

MOST_LISTED = 100
# Hashtags looked at more closely: those that most used, decayed, against how many did in an hour of the week before:
# or what all use every day would leave no room. Each has KEPT_HOURS rows at most.
MOST_CANDIDATES = 300
BEST_OF_AN_HOUR = 200

TAGS = """
WITH candidates AS MATERIALIZED (
  SELECT tag FROM tag_hour WHERE hour > %(now)s - %(kept)s AND hour <= %(now)s
   GROUP BY tag HAVING max(accounts) FILTER (WHERE hour >= %(first)s) >= %(least)s
   ORDER BY max(accounts * power(0.5::float8, (%(now)s - hour)::float8 / %(half_life)s))
              FILTER (WHERE hour >= %(first)s)
            / sqrt(1 + coalesce(sum(accounts) FILTER (WHERE hour < %(first)s), 0) / %(usual_hours)s::float8) DESC, tag
   LIMIT %(most)s
)
SELECT h.tag, h.hour, h.accounts FROM candidates c JOIN tag_hour h ON h.tag = c.tag AND h.hour > %(now)s - %(kept)s
"""
POSTS = """
SELECT p.id, p.author_id, best.hour, best.score, best.accounts
  FROM generate_series(%(first)s, %(now)s) each(hour)
  CROSS JOIN LATERAL (
    SELECT h.hour, h.post_id, h.score, h.accounts FROM posts_by_engagement h
     WHERE h.hour = each.hour AND h.accounts >= %(least)s ORDER BY h.score DESC, h.post_id LIMIT %(most)s) best
  JOIN post p ON p.id = best.post_id AND p.deleted_at IS NULL
"""


def refresh(now: datetime) -> None:
    """Counts and lists; beside another worker, or with hours still missing, what there is is listed."""
    counting.count(now)
    with transaction.atomic():
        if rows(counting.ALONE):
            keep(now)


def keep(now: datetime) -> None:
    """Replaces the lists; readers have the old ones or the new."""
    hour = hour_of(now)
    listed = [*tags(hour, now), *posts(hour, now)]
    Rising.objects.all().delete()
    Rising.objects.bulk_create(listed)


def tags(hour: int, now: datetime) -> Iterable[Rising]:
    used: defaultdict[str, dict[int, int]] = defaultdict(dict)
    for tag, when, accounts in rows(TAGS, **bounds(hour, MOST_CANDIDATES)):
        used[tag][when] = accounts
    judged = [(rise, tag) for tag, accounts in used.items() if (rise := judge(accounts, hour))]
    for place, (rise, tag) in enumerate(sorted(judged, reverse=True)[:MOST_LISTED], 1):
        yield listed(Rising.Kind.TAG, place, rise, now, tag=tag, history=history(used[tag], hour))


def posts(hour: int, now: datetime) -> Iterable[Rising]:
    """The best post of each author: a list by one person tells of that person only."""
    best: dict[int, tuple[Rise, int]] = {}
    for post_id, author_id, when, score, accounts in rows(POSTS, **bounds(hour, BEST_OF_AN_HOUR)):
        found = Rise(decayed(score, hour - when), when, accounts), post_id
        best[author_id] = max(best.get(author_id, found), found)
    for place, (rise, post_id) in enumerate(sorted(best.values(), reverse=True)[:MOST_LISTED], 1):
        yield listed(Rising.Kind.POST, place, rise, now, post_id=post_id)


def bounds(hour: int, most: int) -> dict[str, int]:
    return {
        "first": window(hour)[0],
        "now": hour,
        "kept": KEPT_HOURS,
        "usual_hours": 24 * BASELINE_DAYS,
        "least": LEAST_ACCOUNTS,
        "half_life": HALF_LIFE_HOURS,
        "most": most,
    }


def listed(kind: str, place: int, rise: Rise, now: datetime, **what: object) -> Rising:
    return Rising(
        kind=kind, place=place, score=rise.score, hour=rise.hour, accounts=rise.accounts, listed_at=now, **what
    )
