"""What delivery costs: counted by the day as it happens, and what other ways would have cost.

Units are entries written (H each) and authors asked at reads (L each). What other ways would have
cost is worked out on the day's real posts and reads, by one pass over the edges and `feeds.policy`.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from feeds import counts, policy, rates
from feeds.models import FeedDay, ReadDay
from feeds.policy import Group, Rules, Spent
from posts.models import first_id_at

logger = logging.getLogger(__name__)

# Fixed thresholds the meter compares with; they also bound the groups of edges. 0 is pull, the last push.
WHOLE = 2**31 - 1
THRESHOLDS = (0, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000, 300_000, WHOLE)
# Authors with more followers than this (or than the cap, if that is less) have groups of their own.
OWN_GROUP_FOLLOWERS = 1000
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
# Authors and readers are reduced to what matters before they meet on the edges.
GROUPS = """
WITH written AS (
  SELECT author_id, count(*) AS posts FROM post WHERE id >= %(start)s AND id < %(end)s AND root_id IS NULL GROUP BY 1
), author AS MATERIALIZED (
  SELECT u.id, CASE WHEN u.followers_count > %(own)s THEN u.id ELSE 0 END AS own,
         CASE WHEN u.followers_count > %(own)s THEN u.followers_count
              ELSE (SELECT min(b) FROM unnest(%(bounds)s::int[]) b WHERE b >= u.followers_count) END AS followers,
         CASE WHEN rate.daily > 1e-6 THEN round(2 * ln(rate.daily) / ln(2::float8)) ELSE %(no_posts)s END AS posting,
         coalesce(w.posts, 0) AS posts
    FROM accounts_user u
    LEFT JOIN written w ON w.author_id = u.id
    LEFT JOIN author_state s ON s.user_id = u.id
   CROSS JOIN LATERAL (SELECT s.posting * ln(2::float8) / %(half_life)s
           * power(0.5::float8, least(60, greatest(0, %(now)s - s.last_post_id) / %(half_life_ids)s)) AS daily) rate
   WHERE u.followers_count > 0
), reader AS MATERIALIZED (
  SELECT u.id, coalesce(r.class, %(inactive)s) AS class, coalesce(d.reads, 0) AS reads
    FROM accounts_user u
    LEFT JOIN reader_state r ON r.user_id = u.id
    LEFT JOIN feed_read_day d ON d.day = %(day)s AND d.user_id = u.id
   WHERE u.following_count > 0
)
SELECT author.own, author.followers, reader.class, author.posting, count(*), sum(author.posts), sum(reader.reads)
  FROM follow f JOIN author ON author.id = f.followee_id JOIN reader ON reader.id = f.follower_id
 GROUP BY 1, 2, 3, 4
"""


def drain(now: datetime | None = None) -> int:
    """Brings what was counted in Redis into rates and meter, in one transaction; pages counted.

    1. One drain at a time. 2. What was counted is set aside in Redis. 3. It is written. 4. It is
    forgotten there; a crash before that counts it twice.
    """
    now = now or timezone.now()
    with transaction.atomic():
        if not rates.rows("SELECT 1 WHERE pg_try_advisory_xact_lock(hashtextextended('feeds.meter', 0))"):
            return 0
        taken = counts.take()
        if taken is None:
            return 0
        reads, others = taken
        rates.count_reads(reads, now)
        count_day(now, reads, others)
    counts.drop()
    return sum(reads.values())


def count_day(now: datetime, reads: dict[int, int], others: dict[str, int]) -> None:
    day, ids = today(now), sorted(reads)
    pages = {"ids": ids, "reads": [reads[pk] for pk in ids]}
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
    """The edges with that day's posts and reads, alike ones together; about 1 s for a million edges.

    Followers, classes and rates are those of now, so ask soon after the day is over, or during it.
    """
    start = datetime.combine(day, time(), UTC)
    days = settings.POSTING_HALF_LIFE_DAYS
    found = rates.rows(
        GROUPS,
        day=day,
        start=first_id_at(start),
        end=first_id_at(start + timedelta(days=1)),
        now=first_id_at(timezone.now()),
        bounds=list(THRESHOLDS),
        own=min(OWN_GROUP_FOLLOWERS, settings.CELEBRITY_THRESHOLD),
        no_posts=policy.NO_POSTS,
        inactive=policy.INACTIVE,
        half_life=days,
        half_life_ids=float(int(days * rates.DAY_SECONDS * 1000) << 12),
    )
    return [Group(*(int(value) for value in row)) for row in found]


def compared(found: list[Group]) -> dict[str, Spent]:
    """{"<threshold>" and "adaptive": what that way would have spent}."""
    spent = {str(threshold): policy.what_if(found, Rules("hybrid", threshold)) for threshold in THRESHOLDS}
    costs = settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US
    return spent | {"adaptive": policy.what_if(found, Rules("adaptive", settings.CELEBRITY_THRESHOLD, *costs))}


def close_days(now: datetime | None = None) -> None:
    """Works out what other ways would have cost, for days that are over and were not looked at yet."""
    day = today(now or timezone.now())
    kept = day - timedelta(days=KEPT_DAYS)
    open_days = FeedDay.objects.filter(day__lt=day, day__gte=kept, strategy="").order_by("day")
    for past in open_days.values_list("day", flat=True):
        close_day(past)
    ReadDay.objects.filter(day__lt=kept).delete()


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
