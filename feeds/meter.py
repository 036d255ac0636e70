"""What delivery costs: counted by the day as it happens, and what other ways would have cost.

Units are entries written (H each) and authors asked at reads (L each). What other ways would have
cost is worked out on the day's real posts and reads, by one pass over the edges, in parts, and `feeds.policy`.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from feeds import counts, policy, rates
from feeds.counts import Counted
from feeds.models import FeedDay, ReadDay
from feeds.policy import Group, Rules, Spent
from posts.models import first_id_at

logger = logging.getLogger(__name__)

# Fixed thresholds the meter compares with; they also bound the groups of edges. 0 is pull, the last push.
WHOLE = 2**31 - 1
THRESHOLDS = (0, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, WHOLE)
# Authors with more followers than this (or than the cap, if that is less) have groups of their own.
OWN_GROUP_FOLLOWERS = 1000
EDGES_AT_ONCE = 100_000
DAYS_JUDGED = 3
KEPT_DAYS = 7

ADD = """
INSERT INTO feed_day AS d (day, pushed, pulled, moved, posts, reads, hot_reads)
VALUES (%(day)s, %(pushed)s, %(pulled)s, %(moved)s, %(posts)s, %(reads)s, %(hot_reads)s)
ON CONFLICT (day) DO UPDATE
   SET pushed = d.pushed + excluded.pushed, pulled = d.pulled + excluded.pulled, moved = d.moved + excluded.moved,
       posts = d.posts + excluded.posts, reads = d.reads + excluded.reads, hot_reads = d.hot_reads + excluded.hot_reads
"""
ADD_READ_DAYS = """
INSERT INTO feed_read_day AS d (day, user_id, reads)
SELECT %(day)s, new.id, new.reads FROM unnest(%(ids)s::bigint[], %(reads)s::int[]) AS new(id, reads) ORDER BY new.id
ON CONFLICT (day, user_id) DO UPDATE SET reads = d.reads + excluded.reads
"""
ASKED = """
SELECT coalesce(sum(new.reads * (SELECT count(*) FROM follow f WHERE f.follower_id = new.id AND f.pull)), 0)
  FROM unnest(%(ids)s::bigint[], %(reads)s::int[]) AS new(id, reads)
"""
# Where the next EDGES_AT_ONCE edges end, in the order of authors.
LAST_EDGE = """
SELECT followee_id, pull, follower_id FROM follow
 WHERE (followee_id, pull, follower_id) > (%(author)s, %(pull)s, %(reader)s)
 ORDER BY 1, 2, 3 OFFSET %(edges)s - 1 LIMIT 1
"""
# Posts of that day that are deleted and not erased yet: written was written.
GONE = """
SELECT author_id, count(*) FROM post
 WHERE deleted_at >= %(began)s AND id >= %(start)s AND id < %(end)s AND root_id IS NULL GROUP BY 1
"""
# Edges after one and up to another, alike ones together. Authors are reduced to what matters before they meet
# their readers. The limit tells the planner how few they are.
GROUPS = """
WITH edge AS MATERIALIZED (
  SELECT followee_id, follower_id FROM follow
   WHERE (followee_id, pull, follower_id) > (%(author)s, %(pull)s, %(reader)s)
     AND (followee_id, pull, follower_id) <= (%(last_author)s, %(last_pull)s, %(last_reader)s)
   ORDER BY followee_id, pull, follower_id LIMIT %(edges)s
), author AS MATERIALIZED (
  SELECT u.id, CASE WHEN u.followers_count > %(own)s THEN u.id ELSE 0 END AS own,
         CASE WHEN u.followers_count > %(own)s THEN u.followers_count
              ELSE (SELECT min(b) FROM unnest(%(bounds)s::int[]) b WHERE b >= u.followers_count) END AS followers,
         CASE WHEN rate.daily > 1e-6 THEN round(2 * ln(rate.daily) / ln(2::float8)) ELSE %(no_posts)s END AS posting,
         coalesce(gone.posts, 0) + (
           SELECT count(*) FROM post p WHERE p.author_id = u.id AND p.id >= %(start)s AND p.id < %(end)s
              AND p.root_id IS NULL AND p.deleted_at IS NULL) AS posts
    FROM (SELECT DISTINCT followee_id FROM edge) e JOIN accounts_user u ON u.id = e.followee_id
    LEFT JOIN unnest(%(gone)s::bigint[], %(gone_posts)s::bigint[]) AS gone(id, posts) ON gone.id = u.id
    LEFT JOIN author_state s ON s.user_id = u.id
   CROSS JOIN LATERAL (SELECT s.posting * ln(2::float8) / %(half_life)s
           * power(0.5::float8, least(60, greatest(0, %(now)s - s.last_post_id) / %(half_life_ids)s)) AS daily) rate
)
SELECT author.own, author.followers, coalesce(r.class, %(inactive)s), author.posting,
       count(*), sum(author.posts), coalesce(sum(d.reads), 0)
  FROM edge JOIN author ON author.id = edge.followee_id
  LEFT JOIN reader_state r ON r.user_id = edge.follower_id
  LEFT JOIN feed_read_day d ON d.day = %(day)s AND d.user_id = edge.follower_id
 GROUP BY 1, 2, 3, 4
"""


def drain(now: datetime | None = None) -> int:
    """Brings what was counted in Redis into rates and meter, each batch exactly once; pages counted.

    1. One drain at a time. 2. What was counted is set aside in Redis, under a number. 3. It is written
    with its number, in one transaction. 4. The next drain forgets it there, for it finds the number here.
    """
    now = now or timezone.now()
    with transaction.atomic():
        if not rates.rows("SELECT 1 WHERE pg_try_advisory_xact_lock(hashtextextended('feeds.meter', 0))"):
            return 0
        written = FeedDay.objects.aggregate(last=Max("batch"))["last"] or 0
        taken = counts.take(written)
        if taken is None:
            return 0
        rates.count_reads(taken.reads, now)
        count_day(now, taken)
        FeedDay.objects.filter(pk=today(now)).update(batch=taken.batch)
    return sum(taken.reads.values())


def count_day(now: datetime, taken: Counted) -> None:
    """Adds it to the day. Who had pages from a copy alone was here, too, and is written down with none."""
    day, reads, others = today(now), taken.reads, taken.others
    here = sorted(reads.keys() | taken.hot.keys())
    pages = {"ids": here, "reads": [reads.get(pk, 0) for pk in here]}
    rates.rows(ADD_READ_DAYS, day=day, **pages)
    asked = int(rates.rows(ASKED, **pages)[0][0])
    # The meter's row last: whoever moves edges writes to it as well, after its other locks.
    names = ("pushed", "posts", "hot_reads")
    add(day, pulled=asked, reads=sum(reads.values()), **{name: others.get(name, 0) for name in names})
    add_times(day, others)


def add(day: date, **more: int) -> None:
    nothing = dict.fromkeys(("pushed", "pulled", "moved", "posts", "reads", "hot_reads"), 0)
    rates.rows(ADD, day=day, **(nothing | more))


def add_times(day: date, counted: dict[str, int]) -> None:
    """Adds to `FeedDay.times`; its row is locked already."""
    times = FeedDay.objects.values_list("times", flat=True).get(pk=day)
    for name, number in counted.items():
        kind, _, bucket = name.partition(":")
        if kind == "fresh":
            times[name] = times.get(name, 0) + number
        elif kind == "push" and bucket.endswith(":posts"):
            size = bucket.removesuffix(":posts")
            posts, milliseconds = times.get(f"push:{size}", (0, 0.0))
            more = counted.get(f"push:{size}:us", 0) / 1000
            times[f"push:{size}"] = [posts + number, round(milliseconds + more, 3)]
    FeedDay.objects.filter(pk=day).update(times=times)


def count_moved(edges: int) -> None:
    add(today(timezone.now()), moved=edges)


def today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def groups(day: date) -> list[Group]:
    """The edges with that day's posts and reads, alike ones together; some seconds for a million edges.

    Followers, classes and rates are those of now, so ask soon after the day is over, or during it. An
    edge that a mover flips meanwhile may be counted twice or not at all.
    """
    of_day, sums = what_counts(day), defaultdict[tuple[int, ...], Counter[str]](Counter)
    for part in parts_of_edges():
        for row in rates.rows(GROUPS, **of_day, **part):
            *alike, edges, posts, reads = map(int, row)
            sums[tuple(alike)].update(edges=edges, posts=posts, reads=reads)
    return [Group(*alike, **more) for alike, more in sums.items()]


def what_counts(day: date) -> dict[str, Any]:
    """What GROUPS asks for, the same for all parts of the edges."""
    start = datetime.combine(day, time(), UTC)
    ids = {"start": first_id_at(start), "end": first_id_at(start + timedelta(days=1))}
    gone = rates.rows(GONE, began=start, **ids)
    days = settings.POSTING_HALF_LIFE_DAYS
    return ids | {
        "day": day,
        "gone": [row[0] for row in gone],
        "gone_posts": [row[1] for row in gone],
        "now": first_id_at(timezone.now()),
        "bounds": list(THRESHOLDS),
        "own": min(OWN_GROUP_FOLLOWERS, settings.CELEBRITY_THRESHOLD),
        "no_posts": policy.NO_POSTS,
        "inactive": policy.INACTIVE,
        "half_life": days,
        "half_life_ids": float(int(days * rates.DAY_SECONDS * 1000) << 12),
    }


def parts_of_edges() -> Iterator[dict[str, Any]]:
    """Bounds of EDGES_AT_ONCE edges each for GROUPS, in the order of authors; big authors are cut as well."""
    edge, end = (0, False, 0), (WHOLE << 31, True, 0)
    while edge != end:
        part = dict(zip(("author", "pull", "reader"), edge, strict=True)) | {"edges": EDGES_AT_ONCE}
        edge = next(iter(rates.rows(LAST_EDGE, **part)), end)
        yield part | dict(zip(("last_author", "last_pull", "last_reader"), edge, strict=True))


def compared(found: list[Group]) -> dict[str, Spent]:
    """{"<threshold>" and "adaptive": what that way would have spent}."""
    spent = {str(threshold): policy.what_if(found, Rules("hybrid", threshold)) for threshold in THRESHOLDS}
    costs = settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US
    return spent | {"adaptive": policy.what_if(found, Rules("adaptive", settings.CELEBRITY_THRESHOLD, *costs))}


def close_days(now: datetime | None = None) -> None:
    """Works out what other ways would have cost, for days that are over and were not looked at yet."""
    day = today(now or timezone.now())
    kept = day - timedelta(days=KEPT_DAYS)
    ReadDay.objects.filter(day__lt=kept).delete()
    open_days = FeedDay.objects.filter(day__lt=day, day__gte=kept, strategy="").order_by("day")
    for past in open_days.values_list("day", flat=True):
        close_day(past)


def close_day(day: date) -> None:
    thresholds = {name: [spent.pushed, spent.pulled] for name, spent in compared(groups(day)).items()}
    before = rates.fallback_threshold()
    with transaction.atomic():
        FeedDay.objects.filter(pk=day).update(thresholds=thresholds, strategy=settings.FEED_STRATEGY)
        after = policy.fallback(last_days(day), before) if settings.FEED_STRATEGY == "adaptive" else None
        FeedDay.objects.filter(pk=day).update(fallback=after)
    if after != before:
        logger.warning("Feed: %s", status().words)


def last_days(day: date) -> list[tuple[float, float, dict[int, float]]]:
    """What `policy.fallback` asks for: the days up to `day` in a row that adaptive was chosen on."""
    past = list(FeedDay.objects.filter(day__lte=day, day__gt=day - timedelta(days=DAYS_JUDGED)).order_by("day"))
    return [costs_of(one) for one in past if one.strategy == "adaptive" and one.thresholds]


def costs_of(one: FeedDay) -> tuple[float, float, dict[int, float]]:
    """(really spent, adaptive, {threshold}) of a day that is over, in microseconds; no threshold above the cap."""
    costs = settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US
    by_name = {name: Spent(*units).cost(*costs) for name, units in one.thresholds.items()}
    fixed = {int(name): cost for name, cost in by_name.items() if name != "adaptive"}
    allowed = {threshold: cost for threshold, cost in fixed.items() if threshold <= settings.CELEBRITY_THRESHOLD}
    return Spent(one.pushed, one.pulled).cost(*costs), by_name["adaptive"], allowed


@dataclass(frozen=True)
class Status:
    """How cut-offs are made now; `words` for people."""

    strategy: str
    fallback: int | None
    since: date | None
    words: str


def status() -> Status:
    """Whether the strategy of the settings is in use, or a fixed threshold instead, and since when."""
    instead = rates.fallback_threshold() if settings.FEED_STRATEGY == "adaptive" else None
    if instead is None:
        return Status(settings.FEED_STRATEGY, None, None, f"The strategy is {settings.FEED_STRATEGY}.")
    other = FeedDay.objects.exclude(strategy="").exclude(fallback=instead).order_by("-day").first()
    after = {"day__gt": other.day} if other else {}
    since = FeedDay.objects.filter(fallback=instead, **after).order_by("day").values_list("day", flat=True).first()
    words = (
        f"Adaptive was over 10 % dearer than a fixed threshold, so authors with at most {instead:,} followers"
        f" are pushed and the others pulled, since {since}, until adaptive would be cheaper."
    )
    return Status("adaptive", instead, since, words)
