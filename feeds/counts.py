"""What pages and deliveries count while they pass, in Redis; drained into PostgreSQL every few seconds.

Counts are advice: where Redis forgets them, or a crash lets some be lost or counted twice, edges
stand a little off their best place and the meter is a little wrong. Nobody's timeline depends on them.
"""

import time
from typing import Any

from feeds import keys
from feeds.cache import client, forgiving

READS = b"reads:"
# Upper bounds of the buckets of freshness, in seconds; a post that took longer is in `inf`.
FRESH_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 100)


@forgiving(lambda: None)
def note_read(reader_id: int) -> None:
    """Counts a page of home that PostgreSQL answered; one trip."""
    client().hincrby(keys.counts(), f"reads:{reader_id}", 1)


class HotReads:
    """Pages that the copies in Redis answered: summed up in the process, and told once a second."""

    def __init__(self) -> None:
        self.number, self.told_at = 0, 0.0

    def note(self) -> None:
        self.number += 1
        if time.monotonic() - self.told_at > 1:
            number, self.number, self.told_at = self.number, 0, time.monotonic()
            tell_hot_reads(number)


@forgiving(lambda: None)
def tell_hot_reads(number: int) -> None:
    client().hincrby(keys.counts(), "hot_reads", number)


hot_reads = HotReads()


@forgiving(lambda: None)
def note_delivery(followers: int, pushed: int, push_seconds: float, fresh_seconds: float) -> None:
    """Counts a delivered post: entries written, how long that took, and how old it then was; one trip."""
    pipe, key = client().pipeline(transaction=False), keys.counts()
    pipe.hincrby(key, "posts", 1)
    pipe.hincrby(key, "pushed", pushed)
    pipe.hincrby(key, f"push:{size_bucket(followers)}:posts", 1)
    pipe.hincrby(key, f"push:{size_bucket(followers)}:us", round(push_seconds * 1e6))
    pipe.hincrby(key, f"fresh:{fresh_bucket(fresh_seconds)}", 1)
    pipe.execute()


def size_bucket(followers: int) -> int:
    """The least power of ten that is not below `followers`."""
    bucket = 1
    while bucket < followers:
        bucket *= 10
    return bucket


def fresh_bucket(seconds: float) -> str:
    return next((f"{most:g}" for most in FRESH_SECONDS if seconds <= most), "inf")


@forgiving(lambda: None)
def take() -> tuple[dict[int, int], dict[str, int]] | None:
    """({reader id: pages}, {other counter: sum}) since the last time, or None when there is nothing.

    Set aside first, and read as often as it takes until `drop` says that it is safe in PostgreSQL.
    """
    redis: Any = client()
    if not redis.exists(keys.counts_taken()):
        if not redis.exists(keys.counts()):
            return None
        redis.rename(keys.counts(), keys.counts_taken())
    counted = {name: int(number) for name, number in redis.hgetall(keys.counts_taken()).items()}
    reads = {int(name[len(READS) :]): number for name, number in counted.items() if name.startswith(READS)}
    return reads, {name.decode(): number for name, number in counted.items() if not name.startswith(READS)}


@forgiving(lambda: None)
def drop() -> None:
    """Forgets what was taken."""
    client().delete(keys.counts_taken())
