"""What an entry takes: in Feed, fresh and after use, and in a hot timeline."""

from collections.abc import Iterator

from django.conf import settings
from django.test.utils import override_settings
from django_redis import get_redis_connection

from bench import people, seams
from bench.people import execute
from bench.results import Row, figure
from feeds import fanout, upkeep

FEED_BYTES, HOT_BYTES = 95, 25


def memory(
    *, readers: int = 500, fresh_posts: int = 1_000, use_rounds: int = 12, hot_readers: int = 50, size: int = 1_000
) -> Iterator[Row]:
    """Bytes an entry, against the goals' numbers. Nothing is reckoned: sizes are asked of the engines."""
    with override_settings(FANOUT_INLINE_FOLLOWERS=0, TIMELINE_SIZE=size):
        author = people.make_people("author_", 1)[0]
        crowd = people.make_people("crowd_", readers)
        people.make_follows(crowd, [author], pull=False)
        yield fresh(author, fresh_posts)
        yield used(author, crowd, size, use_rounds)
        yield from hot_timelines(crowd[:hot_readers])


def bytes_of_feed() -> float:
    """Table, index and maps, divided by the rows in it."""
    rows, size = execute("SELECT count(*), pg_total_relation_size('feed') FROM feed")[0]
    return float(size / rows)


def fresh(author: int, posts: int) -> Row:
    """Written by fan-out into an empty table, each post to everybody."""
    for post_id in people.publish_quietly(author, posts):
        fanout.deliver(post_id)
    return figure("memory: Feed entry, fresh", "bytes/entry", bytes_of_feed(), FEED_BYTES, 1.0, most=True)


def used(author: int, crowd: list[int], size: int, rounds: int) -> Row:
    """Feeds of all lengths up to the trimming's mark, then rounds of fan-out, trimming and vacuum."""
    execute("TRUNCATE feed")
    start_at_all_lengths(author, crowd, size)
    for _ in range(rounds):
        for post_id in people.publish_quietly(author, max(size // 20, 1)):
            fanout.deliver(post_id)
        upkeep.trim()
        execute("VACUUM feed")
    return figure("memory: Feed entry, after use", "bytes/entry", bytes_of_feed(), FEED_BYTES, 1.0, most=True)


def start_at_all_lengths(author: int, crowd: list[int], size: int) -> None:
    """Feeds as a site in use has them: between TIMELINE_SIZE and where trimming begins, evenly."""
    longest = int(size * settings.TIMELINE_SLACK)
    execute("DELETE FROM reader_state")
    people.make_history([author], longest)
    execute(
        "INSERT INTO feed (user_id, post_id) SELECT reader, post.id"
        " FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS place FROM post WHERE author_id = %s) post,"
        " unnest(%s::bigint[]) reader"
        " WHERE post.place <= %s + hashint8(reader)::bigint & 1023 * %s / 1024 ORDER BY post.id, reader",
        [author, crowd, size, longest - size],
    )


def hot_timelines(readers: list[int]) -> Iterator[Row]:
    """Hot timelines that a read has filled, as Redis counts them with their names."""
    redis = get_redis_connection("default")
    before = redis.info("memory")["used_memory"]
    for reader in people.users(readers):
        seams.page(reader)
    grown = redis.info("memory")["used_memory"] - before
    sizes = [seams.hot_size(reader) for reader in readers]
    taken, entries = (sum(column) for column in zip(*sizes, strict=True))
    assert entries, "no read has made a hot timeline"
    yield figure("memory: hot timeline entry", "bytes/entry", taken / entries, HOT_BYTES, 1.0, most=True)
    yield figure("memory: Redis a hot reader, cards and all", "bytes", grown / len(readers), taken / len(readers))
