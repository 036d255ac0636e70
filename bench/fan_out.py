"""Fan-out: from the queue into followers' feeds, against one raw INSERT … SELECT into the same table."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from statistics import median

from django.conf import settings
from django.db import connection
from django.test.utils import override_settings

from bench import people, seams, service, stage, textbook
from bench.people import execute
from bench.results import Row, figure
from bench.timing import Work, in_turns, medians, wait_until
from feeds import fanout
from feeds.tasks import deliver

# Posts of a round by audience: each round is long enough to be timed and short enough to be repeated.
POSTS = {100: 300, 1_000: 300, 10_000: 30, 100_000: 5}
GOALS = {1_000: 0.60, 100_000: 0.60}
TEXTBOOK_GOAL = 80
HOT_SHARE = 5
PAST_POSTS = 30
RAW = (
    "INSERT INTO feed (user_id, post_id) SELECT follower_id, %s FROM follow WHERE followee_id = %s"
    " ORDER BY follower_id ON CONFLICT DO NOTHING"
)


def fan_out(*, posts: dict[str, int] | None = None, rounds: int = 5, naive_followers: int = 100) -> Iterator[Row]:
    """Rows a second into feeds, by audience; a fifth of the readers have hot timelines.

    Through the real task, the clock runs from the first `delay` until the outbox is empty. Raw is the statement for
    the same number of posts, one after the other on one connection, the two in turns. The goal is for the worker as
    the site starts it (2 processes); with one process it is like for like.
    """
    sizes = {int(audience): number for audience, number in (posts or POSTS).items()}
    with override_settings(FEED_STRATEGY="push", FANOUT_INLINE_FOLLOWERS=0):
        authors = make_audiences(list(sizes))
        for processes in (2, 1):
            with service.running("worker-fanout", workers=processes):
                for audience, number in sizes.items():
                    yield through_the_task(authors[audience], audience, number, processes, rounds)
                for audience in sorted(set(sizes) & set(GOALS)) if processes == 2 else ():
                    yield against_textbook(authors[audience], audience, sizes[audience], naive_followers, rounds)
        for audience, number in sizes.items():
            yield in_process(authors[audience], audience, number, rounds)


def make_audiences(audiences: list[int]) -> dict[int, int]:
    """{audience: author}; the readers already have feeds, and a fifth of them hot timelines."""
    crowd = people.make_people("fan_", max(audiences))
    past, *authors = people.make_people("author_", 1 + len(audiences))
    people.make_history([past], PAST_POSTS)
    people.make_follows(crowd, [past], pull=False)
    people.make_feeds(crowd)
    for author, audience in zip(authors, audiences, strict=True):
        people.make_follows(crowd[:audience], [author], pull=False)
    people.tidy_tables("accounts_user", "follow", "feed", "post")
    seams.make_hot(crowd[::HOT_SHARE])
    return dict(zip(audiences, authors, strict=True))


def through_the_task(author: int, audience: int, posts: int, processes: int, rounds: int) -> Row:
    """A worker with so many processes against raw statements on one connection."""
    queued = [people.publish_quietly(author, posts) for _ in range(rounds + 1)]
    queue(queued.pop())  # warms the worker
    works: dict[str, Work] = {
        "ours": lambda: queue(queued.pop()),
        "raw": partial(raw, author, posts, 1),
    }
    taken = medians(works, rounds=rounds)
    rows = audience * posts
    goal = GOALS.get(audience) if processes == 2 else None
    what = f"fan_out: to {audience:,} through the task, {processes} process{'es' if processes > 1 else ''}"
    return figure(what, "rows/s", rows / taken["ours"], rows / taken["raw"], goal)


def queue(post_ids: list[int]) -> None:
    """Queues the posts and waits until the worker has delivered them."""
    for post_id in post_ids:
        deliver.delay(post_id)
    wait_until(lambda: seams.is_delivered(post_ids), 300, f"{len(post_ids)} posts delivered", every=0.02)


def raw(author: int, posts: int, connections: int) -> None:
    """The limit: the same rows into the same table, a statement a post; the ids are of no post."""
    url = stage.with_database(settings.DATABASE_URL, connection.settings_dict["NAME"])
    ids = [execute("SELECT next_post_id()")[0][0] for _ in range(posts)]
    parts = [ids[number::connections] for number in range(connections)]
    with ThreadPoolExecutor(connections) as threads:
        list(threads.map(partial(raw_statements, url, author), parts))


def raw_statements(url: str, author: int, ids: list[int]) -> None:
    with closing(stage.connect(url)) as made, made.cursor() as cursor:
        for post_id in ids:
            cursor.execute(RAW, [post_id, author])


def in_process(author: int, audience: int, posts: int, rounds: int) -> Row:
    """The same without Celery: `fanout.deliver` called here, post after post."""
    posts = max(posts // 4, 1)
    waiting = [people.publish_quietly(author, posts) for _ in range(rounds)]
    works: dict[str, Work] = {
        "ours": lambda: deliver_here(waiting.pop()),
        "raw": partial(raw, author, posts, 1),
    }
    taken = medians(works, rounds=rounds)
    rows = audience * posts
    return figure(f"fan_out: to {audience:,} in process", "rows/s", rows / taken["ours"], rows / taken["raw"])


def deliver_here(post_ids: list[int]) -> None:
    for post_id in post_ids:
        fanout.deliver(post_id)


def against_textbook(author: int, audience: int, posts: int, naive_followers: int, rounds: int) -> Row:
    """Our rows a second through the running worker, against the textbook's on a sample of the same readers."""
    size = settings.TIMELINE_SIZE
    followers = execute("SELECT follower_id FROM follow WHERE followee_id = %s LIMIT %s", [author, naive_followers])
    sample = [row[0] for row in followers]
    other = people.make_people(f"past_{audience}_", 1)
    people.make_history(other, size + rounds)
    posted = people.posts_of(other[0])
    past, fresh = posted[:size], posted[size:]
    queued = [people.publish_quietly(author, posts) for _ in range(rounds)]
    works: dict[str, Work] = {
        "ours": lambda: queue(queued.pop()),
        "textbook": lambda: textbook.deliver(fresh.pop(), sample, size=size),
    }
    with textbook.table(sample, past):
        taken = in_turns(works, rounds=rounds)
    ours, theirs = audience * posts / median(taken["ours"]), len(sample) / median(taken["textbook"])
    return figure(f"fan_out: to {audience:,} / the textbook way", "rows/s", ours, theirs, TEXTBOOK_GOAL)
