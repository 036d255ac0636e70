"""Trends: what the task of each minute costs beside the bare count of its hours, a read, and what a like pays."""

from collections.abc import Iterator
from datetime import datetime
from statistics import median

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from bench import people
from bench.people import execute
from bench.results import Row, figure
from bench.timing import in_turns, medians, seconds
from feeds.models import CountedHour
from feeds.trends import counting, listing, reading
from feeds.trends.rising import first_id_of, hour_of, start_of
from posts.cards import post_cards
from posts.models import first_id_at

DAYS = 8
READ = 20
# The greatest multiple of counting the same rows without grouping them, and the least share of likes a second.
TASK_GOAL, LIKE_GOAL = 8.0, 0.9

# Two in five posts have hashtags, one or two, a few of them in very many posts: the square of an even draw.
POSTS = """
INSERT INTO post (id, author_id, content, hashtags)
SELECT %(first)s + n * %(step)s, (%(authors)s::bigint[])[1 + floor(random() * %(people)s)], 'Post ' || n,
       CASE WHEN random() < 0.4
            THEN ARRAY(SELECT DISTINCT 'tag' || floor(power(random(), 2) * %(tags)s)
                         FROM generate_series(1, 1 + n %% 2))
            ELSE '{}' END
  FROM generate_series(0::bigint, %(last)s) n
"""
# Each post is liked within hours of its making.
LIKES = """
INSERT INTO post_like (post_id, user_id, created_at)
SELECT id, account, created_at FROM (
  SELECT p.id, (%(authors)s::bigint[])[1 + floor(random() * %(people)s)] AS account,
         least(timestamptz '2024-01-01 00:00Z' + (p.id >> 12) * interval '1 millisecond'
               + random() * random() * interval '12 hours', %(now)s) AS created_at
    FROM post p CROSS JOIN generate_series(1, %(each)s)) likes
 ORDER BY created_at ON CONFLICT DO NOTHING
"""
BARE = """
SELECT (SELECT count(*) FROM post p JOIN accounts_user a ON a.id = p.author_id AND a.is_active
         WHERE p.id >= %(first)s AND p.id < %(end)s AND p.visibility = 'public' AND p.root_id IS NULL
           AND p.share_of_id IS NULL AND p.deleted_at IS NULL),
       (SELECT count(*) FROM post_like l JOIN post p ON p.id = l.post_id
         WHERE l.created_at >= %(from)s AND l.created_at < %(until)s)
"""
SHOWN = """
SELECT p.*, a.* FROM rising r JOIN post p ON p.id = r.post_id JOIN accounts_user a ON a.id = p.author_id
 WHERE r.kind = 'post' ORDER BY r.place LIMIT %s
"""
LIKE_MANY = """
INSERT INTO post_like (post_id, user_id, created_at)
SELECT id, %s, clock_timestamp() FROM post ORDER BY id DESC LIMIT %s ON CONFLICT DO NOTHING
"""


def trends(
    *,
    posts: int = 1_000_000,
    accounts: int = 20_000,
    tags: int = 5_000,
    likes_each: int = 3,
    rounds: int = 5,
    likes: int = 50_000,
) -> Iterator[Row]:
    """Milliseconds of the task and of reads over so many posts of eight days; the like path in rows a second."""
    authors = people.make_people("writer_", accounts)
    now = fill(authors, posts, tags, likes_each)
    first = seconds(lambda: listing.refresh(now))
    yield figure(f"trends: all hours of {posts:,} posts, once", "s", first, first)
    yield from minute(now, rounds, posts)
    yield from read(rounds)
    yield like(authors[0], likes, rounds)


def fill(authors: list[int], posts: int, tags: int, likes_each: int) -> datetime:
    now = timezone.now()
    oldest = first_id_at(now) - (DAYS * 86_400_000 << 12)
    step = (DAYS * 86_400_000 << 12) // posts
    params = {"authors": authors, "people": len(authors), "tags": tags, "each": likes_each, "now": now}
    execute("SET session_replication_role = replica; SET synchronous_commit = off")
    execute(POSTS, params | {"first": oldest, "step": step, "last": posts - 1})
    execute(LIKES, params)
    execute("RESET session_replication_role; RESET synchronous_commit")
    people.tidy_tables("accounts_user", "post", "post_like")
    return now


def minute(now: datetime, rounds: int, posts: int) -> Iterator[Row]:
    """A run when nothing is missing, and its parts; raw counts the posts and the likes of the same four hours."""
    hour = hour_of(now)
    turns = [hour, hour - 1, *counting.counted_longest_ago(hour)]
    works = {
        "task": lambda: listing.refresh(now),
        "list": lambda: listing_alone(now),
        "bare": lambda: [bare(turn) for turn in turns],
    }
    taken = {name: 1000 * seconds for name, seconds in medians(works, rounds=rounds).items()}
    assert CountedHour.objects.filter(hour=hour).exists()
    of = f"over {posts:,} posts"
    yield figure(f"trends: the task of a minute, {of}", "ms", taken["task"], taken["bare"], TASK_GOAL, most=True)
    yield figure(f"trends: finding what rises in the buckets, {of}", "ms", taken["list"], taken["bare"])


def listing_alone(now: datetime) -> None:
    with transaction.atomic():
        listing.keep(now)


def bare(hour: int) -> None:
    times = {"from": start_of(hour), "until": start_of(hour + 1)}
    execute(BARE, {"first": first_id_of(hour), "end": first_id_of(hour + 1)} | times)


def read(rounds: int) -> Iterator[Row]:
    """A page of each list as the API makes it, the HTTP left out; raw is the page's rows in one statement."""
    viewer = AnonymousUser()
    works = {
        "hashtags": lambda: list(reading.tags()[:READ]),
        "posts": lambda: post_cards(viewer, list(reading.posts(viewer)[:READ])),
        "bare": lambda: execute(SHOWN, [READ]),
    }
    taken = {name: 1000 * seconds for name, seconds in medians(works, rounds=20 * rounds).items()}
    for name in ("hashtags", "posts"):
        yield figure(f"trends: a page of {name}", "ms", taken[name], taken["bare"])


def like(account: int, number: int, rounds: int) -> Row:
    """Likes a second with the index of their times; raw is the same without it. Both are taken back."""
    works = {"with": lambda: like_many(account, number), "without": lambda: like_many(account, number, "like_time")}
    taken = {name: median(times) for name, times in in_turns(works, rounds=rounds).items()}
    rates = {name: number / seconds for name, seconds in taken.items()}
    return figure("trends: likes with the index of their times", "rows/s", rates["with"], rates["without"], LIKE_GOAL)


def like_many(account: int, number: int, without: str = "") -> None:
    with transaction.atomic():
        if without:
            execute(f"DROP INDEX {without}")
        execute(LIKE_MANY, [account, number])
        transaction.set_rollback(True)
