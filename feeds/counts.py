"""What pages and deliveries count while they pass, in Redis; drained into PostgreSQL every few seconds.

Counts are advice: where Redis forgets them, or a crash lets some be lost, edges stand a little off
their best place and the meter is a little wrong. Nobody's timeline depends on them.
"""

import atexit
import os
import threading
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from feeds import keys
from feeds.cache import Script, client, forgiving

READS, HOT = b"reads:", b"hot:"
TELL_SECONDS = 1.0
# Upper bounds of the buckets of freshness, in seconds; a post that took longer is in `inf`.
FRESH_SECONDS = (0.1, 0.3, 1, 3, 10, 30, 100)
# Sets the counts aside under the number after the last one written, unless others are set aside that are not
# written yet; answers what is set aside.
TAKE = Script("""
local batch = redis.call('HGET', KEYS[2], 'batch')
if batch and tonumber(batch) <= tonumber(ARGV[1]) then redis.call('DEL', KEYS[2]) end
if redis.call('EXISTS', KEYS[2]) == 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
  redis.call('RENAME', KEYS[1], KEYS[2])
end
redis.call('HSETNX', KEYS[2], 'batch', tonumber(ARGV[1]) + 1)
return redis.call('HGETALL', KEYS[2])
""")


class Tally:
    """What this process has counted since it last told Redis: a count costs no trip of its own."""

    def __init__(self) -> None:
        self.reset()
        # A child of a fork has no part in what its parent counted, nor in the thread that would tell it.
        os.register_at_fork(after_in_child=self.reset)
        atexit.register(self.tell)

    def reset(self) -> None:
        self.sums: Counter[str] = Counter()
        self.lock, self.telling = threading.Lock(), threading.Lock()
        self.is_waiting = False

    def add(self, more: Mapping[str, int]) -> None:
        """Adds to these fields; Redis is told of all of them together TELL_SECONDS later."""
        with self.lock:
            self.sums.update(more)
            if self.is_waiting:
                return
            self.is_waiting = True
        timer = threading.Timer(TELL_SECONDS, self.tell)
        timer.daemon = True
        try:
            timer.start()
        except RuntimeError:  # no thread to be had: the next count tries again
            self.is_waiting = False

    def tell(self) -> None:
        """Tells Redis now; when this returns, all that was counted before stands there."""
        with self.telling:
            with self.lock:
                sums, self.sums, self.is_waiting = self.sums, Counter(), False
            if sums:
                tell(sums)


@forgiving(lambda: None)
def tell(sums: Mapping[str, int]) -> None:
    pipe, key = client().pipeline(transaction=False), keys.counts()
    for name, number in sums.items():
        pipe.hincrby(key, name, number)
    pipe.execute()


tally = Tally()


def note_read(reader_id: int) -> None:
    """Counts a page of home that PostgreSQL answered."""
    tally.add({f"reads:{reader_id}": 1})


def note_hot_read(reader_id: int) -> None:
    """Counts a page that a copy in Redis answered, and that its reader was here."""
    tally.add({"hot_reads": 1, f"hot:{reader_id}": 1})


def note_pushed(entries: int) -> None:
    """Counts entries written, by whichever of the workers that take part in a delivery."""
    if entries:
        tally.add({"pushed": entries})


def note_delivery(followers: int, push_seconds: float, fresh_seconds: float) -> None:
    """Counts a delivered post: how long its pushing took, pauses included, and how old it then was."""
    size = size_bucket(followers)
    tally.add(
        {
            "posts": 1,
            f"push:{size}:posts": 1,
            f"push:{size}:us": round(push_seconds * 1e6),
            f"fresh:{fresh_bucket(fresh_seconds)}": 1,
        }
    )


def size_bucket(followers: int) -> int:
    """The least power of ten that is not below `followers`."""
    bucket = 1
    while bucket < followers:
        bucket *= 10
    return bucket


def fresh_bucket(seconds: float) -> str:
    return next((f"{most:g}" for most in FRESH_SECONDS if seconds <= most), "inf")


class Counted(NamedTuple):
    """What was counted since the last batch: pages of readers, by PostgreSQL and by copies, and other sums by name."""

    batch: int
    reads: dict[int, int]
    hot: dict[int, int]
    others: dict[str, int]


@forgiving(lambda: None)
def take(written: int) -> Counted | None:
    """What is to be written next, or None when nothing was counted.

    `written` is the last batch that PostgreSQL has: only now it is forgotten here. Any other that is set
    aside is answered as often as it takes.
    """
    tally.tell()
    answer: list[bytes] = TAKE(client(), [keys.counts(), keys.counts_taken()], [written])
    counted = {name: int(number) for name, number in zip(answer[::2], answer[1::2], strict=True)}
    if not counted:
        return None
    batch = counted.pop(b"batch")
    others = {name.decode(): number for name, number in counted.items() if not name.startswith((READS, HOT))}
    return Counted(batch, of_readers(counted, READS), of_readers(counted, HOT), others)


def of_readers(counted: Mapping[bytes, int], kind: bytes) -> dict[int, int]:
    return {int(name[len(kind) :]): number for name, number in counted.items() if name.startswith(kind)}
