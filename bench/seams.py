"""Where the benches touch the engine: the one file to change when its functions get other names."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.test.utils import override_settings

from bench.people import execute
from feeds import cache, cards, copies, counts, hot, keys, meter, tasks, timeline
from feeds.models import FeedDay
from feeds.policy import Spent
from feeds.ranking import candidates, frozen
from feeds.ranking.values import SEED
from feedsite.pagination import PageRequest, read_cursor
from posts.models import Outbox, first_id_at

LIMIT = 20


def page(reader: Any, cursor: tuple[int, ...] | None = None) -> timeline.Page:
    """A page of the home timeline with all that the API's JSON needs: skeleton, rules, cards."""
    found = timeline.home(reader, PageRequest(LIMIT, cursor, "home", reader.pk))
    cards.rendered(reader, found.rows)
    return found


def cursor_after(reader: Any, found: timeline.Page) -> tuple[int, ...]:
    return read_cursor(found.next_cursor or "", "home", reader.pk)


def keep_order(reader: Any) -> Any:
    """The newest 500 entries of home in the order of the formula, kept with their terms."""
    return frozen.begin_by_formula(reader.pk, SEED, candidates.MOST)


def skeleton(reader: Any) -> list[int]:
    """The ids of a page and the one after it, rules applied, nothing fetched for them."""
    entries = timeline.skeleton(reader, timeline.Scroll(), limit=LIMIT + 1)
    return [entry.entry_id for entry in entries]


def make_hot(readers: Iterable[int]) -> None:
    """Gives readers a hot timeline in Redis, by the function that reads do it by."""
    for reader_id in readers:
        copies.fill(reader_id)


def hot_size(reader_id: int) -> tuple[int, int]:
    """(bytes, entries) of a reader's hot timeline, its name counted in; zeros where there is none."""
    redis, name = cache.client(), keys.hot_timeline(reader_id)
    if not redis.exists(name):
        return 0, 0
    length = redis.llen(name) - 1  # the last member is the mark of the fill
    return redis.memory_usage(name, samples=0), length


@contextmanager
def postgres_alone() -> Iterator[None]:
    """Within, this process takes Redis for away: hot copies are neither read nor made."""
    with mock.patch.object(cache.breaker, "is_open", True):
        yield


def by_copies() -> Any:
    """A context within which every page goes by way of the reader's copy, whether that pays or not."""
    return override_settings(HOT_FROM_FOLLOWEES=0)


def forget_redis() -> None:
    """The same for the rest of this process's life."""
    cache.breaker.is_open = True


def is_delivered(post_ids: list[int]) -> bool:
    """Whether each of these posts is pushed and announced; a delivered one may stay in the outbox for a moment."""
    owed = execute(
        "SELECT EXISTS (SELECT FROM fanout WHERE post_id = ANY (%s) AND (next_follower < %s OR announced_at IS NULL))",
        [post_ids, Outbox.ALL_PUSHED],
    )
    return not owed[0][0]


def no_hot_copies() -> Any:
    """A context within which no hot copy is made, and every page is PostgreSQL's; counting goes on."""
    return mock.patch.object(hot, "start_fill", return_value=None)


def forget_hot_copies() -> None:
    """Lets nobody have a hot copy any more; who is not in the register is not served from one."""
    cache.client().delete(keys.hot_readers())


def forget_counts() -> None:
    """Drops what pages have counted and nobody has drained."""
    counts.tally.tell()
    cache.client().delete(keys.counts(), keys.counts_taken())


def deliver(post_id: int) -> None:
    """What the worker does with a post that it finds in its queue."""
    tasks.deliver(post_id)


def compared_since(first_id: int) -> dict[str, Spent]:
    """{threshold or "adaptive": what it would have spent}, by the meter, on posts from that one on and counted reads.

    A day that began before is taken from there on: what is older was made up for the bench.
    """

    def not_before(moment: Any) -> int:
        return max(first_id_at(moment), first_id)

    with mock.patch.object(meter, "first_id_at", not_before):
        days = [meter.compared(meter.groups(day)) for day in FeedDay.objects.values_list("day", flat=True)]
    return {
        name: Spent(sum(day[name].pushed for day in days), sum(day[name].pulled for day in days)) for name in days[0]
    }
