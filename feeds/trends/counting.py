"""Fills the hourly buckets from the tables. An hour is counted as a whole and may be counted again at any time.

Every run counts the running hour and the one before, of the window the hours that were counted the longest ago, and
whatever is missing: what was deleted, unliked or made private meanwhile is out within a quarter of an hour.
"""

import time
from datetime import datetime
from typing import Any

from django.db import transaction

from feeds.rates import rows
from feeds.trends.models import CountedHour
from feeds.trends.rising import COMMENT, KEPT_HOURS, LIKE, SHARE, first_id_of, hour_of, start_of, window

# Well under the time limit of a task; what is missing after that is counted by the next.
SECONDS_FOR_MISSING = 10
AGAIN_AT_ONCE = 2
# One run at a time: two that count the same hour would wait for each other's rows crosswise.
ALONE = "SELECT 1 WHERE pg_try_advisory_xact_lock(hashtextextended('feeds.trends', 0))"
# Who is suspended, private or limited has no voice.
VOICE = "{account}.is_active AND NOT {account}.is_closed"

TAGS = f"""
WITH counted AS MATERIALIZED (
  SELECT t.tag, count(DISTINCT p.author_id) AS accounts, count(*) AS posts
    FROM post p JOIN accounts_user a ON a.id = p.author_id AND {VOICE.format(account="a")}
         CROSS JOIN LATERAL unnest(p.hashtags) t(tag)
   WHERE p.id >= %(first)s AND p.id < %(end)s
     AND p.visibility = 'public' AND p.root_id IS NULL AND p.share_of_id IS NULL AND p.deleted_at IS NULL
   GROUP BY t.tag
), gone AS (
  DELETE FROM tag_hour h WHERE h.hour = %(hour)s AND NOT EXISTS (SELECT FROM counted c WHERE c.tag = h.tag)
)
INSERT INTO tag_hour AS h (hour, tag, accounts, posts)
SELECT %(hour)s, tag, accounts, posts FROM counted ORDER BY tag
    ON CONFLICT (hour, tag) DO UPDATE SET accounts = excluded.accounts, posts = excluded.posts
 WHERE (h.accounts, h.posts) <> (excluded.accounts, excluded.posts)
"""  # noqa: S608 the rule is written above
# What somebody says in a thread is said to the post it began with.
ENGAGEMENT = f"""
WITH said AS (
  SELECT l.post_id, l.user_id AS account_id, %(like)s AS weight
    FROM post_like l WHERE l.created_at >= %(from)s AND l.created_at < %(until)s
  UNION ALL
  SELECT coalesce(c.root_id, c.share_of_id, c.quote_of_id), c.author_id,
         CASE WHEN c.root_id IS NULL THEN %(share)s ELSE %(comment)s END
    FROM post c
   WHERE c.id >= %(first)s AND c.id < %(end)s AND c.deleted_at IS NULL
     AND (c.root_id IS NOT NULL OR c.visibility = 'public')
), voices AS (
  SELECT s.post_id, s.account_id, max(s.weight) AS weight FROM said s WHERE s.post_id IS NOT NULL GROUP BY 1, 2
), counted AS MATERIALIZED (
  SELECT p.id, count(*) AS accounts, sum(v.weight) AS score
    FROM voices v
    JOIN accounts_user u ON u.id = v.account_id AND {VOICE.format(account="u")}
    JOIN post p ON p.id = v.post_id AND p.author_id <> v.account_id
         AND p.visibility = 'public' AND p.root_id IS NULL AND p.share_of_id IS NULL AND p.deleted_at IS NULL
    JOIN accounts_user a ON a.id = p.author_id AND {VOICE.format(account="a")}
   GROUP BY p.id
), gone AS (
  DELETE FROM posts_by_engagement h
   WHERE h.hour = %(hour)s AND NOT EXISTS (SELECT FROM counted c WHERE c.id = h.post_id)
)
INSERT INTO posts_by_engagement AS h (hour, post_id, accounts, score)
SELECT %(hour)s, id, accounts, score FROM counted ORDER BY id
    ON CONFLICT (hour, post_id) DO UPDATE SET accounts = excluded.accounts, score = excluded.score
 WHERE (h.accounts, h.score) <> (excluded.accounts, excluded.score)
"""  # noqa: S608 the rule is written above
COUNTED = """
INSERT INTO trend_hour (hour, counted_at) VALUES (%(hour)s, clock_timestamp())
ON CONFLICT (hour) DO UPDATE SET counted_at = excluded.counted_at
"""
MISSING = """
SELECT hour FROM generate_series(%(first)s, %(last)s) hour
 WHERE NOT EXISTS (SELECT FROM trend_hour t WHERE t.hour = hour.hour) ORDER BY hour DESC
"""
FORGET = [
    "DELETE FROM tag_hour WHERE hour < %(tags)s OR hour > %(now)s",
    "DELETE FROM posts_by_engagement WHERE hour < %(posts)s OR hour > %(now)s",
    "DELETE FROM trend_hour WHERE hour < %(tags)s OR hour > %(now)s",
]


def count(now: datetime) -> bool:
    """Brings the buckets up to date; False when another worker is at it."""
    hour, until = hour_of(now), time.monotonic() + SECONDS_FOR_MISSING
    for turn in (hour, hour - 1, *counted_longest_ago(hour)):
        if not count_hour(turn, hour):
            return False
    for turn in missing(hour):
        if time.monotonic() > until or not count_hour(turn, hour):
            return False
    forget_old(hour)
    return True


def counted_longest_ago(now: int) -> list[int]:
    """The hours of the window whose turn it is."""
    older = CountedHour.objects.filter(hour__gte=window(now)[0], hour__lt=now - 1)
    return list(older.order_by("counted_at").values_list("hour", flat=True)[:AGAIN_AT_ONCE])


def missing(now: int) -> list[int]:
    """Hours nobody has counted, the latest first: all of them on a fresh site, some after a standstill."""
    return [row[0] for row in rows(MISSING, first=now - KEPT_HOURS + 1, last=now)]


def count_hour(hour: int, now: int) -> bool:
    """One transaction. Engagement is asked of the window only."""
    params: dict[str, Any] = {
        "hour": hour,
        "first": first_id_of(hour),
        "end": first_id_of(hour + 1),
        "from": start_of(hour),
        "until": start_of(hour + 1),
        "like": LIKE,
        "comment": COMMENT,
        "share": SHARE,
    }
    with transaction.atomic():
        if not rows(ALONE):
            return False
        rows(TAGS, **params)
        if hour in window(now):
            rows(ENGAGEMENT, **params)
        rows(COUNTED, **params)
    return True


def forget_old(now: int) -> None:
    """Buckets nobody asks for any more, and those of a clock that went wrong."""
    for statement in FORGET:
        rows(statement, now=now, tags=now - KEPT_HOURS + 1, posts=window(now)[0])
