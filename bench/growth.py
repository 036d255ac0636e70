"""Does reading slow down as posts pile up? The same readers on databases of different sizes, in turns."""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.models import User
from bench import people, reads, stage
from bench.people import execute
from bench.results import Row, figure
from bench.timing import Work, in_turns

STEPS = (100_000, 1_000_000, 10_000_000)
GOAL = 1.3


def growth(
    *, steps: tuple[int, ...] = STEPS, authors: int = 10_000, followees: int = 500, readers: int = 10, rounds: int = 30
) -> Iterator[Row]:
    """Milliseconds of skeleton and page at each size; raw is the same at the smallest, taken in turns with it."""
    home = connection.settings_dict["NAME"]
    url = stage.with_database(settings.DATABASE_URL, home)
    connection.close()
    with ExitStack() as opened:
        places = [Place(opened, url, number) for number in steps]
        people_ids = {}
        try:
            for place in places:
                place.enter()
                people_ids[place.posts] = fill(place.posts, authors, followees, readers)
            taken = measure(places, people_ids, rounds)
        finally:
            for place in places:
                place.leave()
            connection.settings_dict["NAME"] = home
    for work in ("skeleton", "page"):
        for number in steps[1:]:
            goal = GOAL if number == steps[-1] else None
            name = f"growth: {work} at {number:,} posts / at {steps[0]:,}"
            yield figure(name, "ms", taken[work, number], taken[work, steps[0]], goal, most=True)


class Place:
    """A copy of the database with so many posts; `enter` makes it the one all code works on.

    Each keeps its own connection, with what is prepared and planned on it.
    """

    def __init__(self, opened: ExitStack, url: str, posts: int) -> None:
        self.posts = posts
        self.name = stage.database_name(opened.enter_context(stage.copy_of(url, f"bench_growth_{posts}")))
        self.connection: Any = None

    def enter(self) -> None:
        connection.connection = self.connection
        connection.settings_dict["NAME"] = self.name
        connection.ensure_connection()
        self.connection = connection.connection

    def leave(self) -> None:
        self.enter()
        connection.close()


def fill(posts: int, authors: int, followees: int, readers: int) -> list[int]:
    """The same authors, readers and edges everywhere; only what was written differs."""
    ids = people.make_people("writer_", authors)
    execute("SET synchronous_commit = off; SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
    people.make_history(ids, posts)
    execute("RESET synchronous_commit; RESET session_replication_role; RESET maintenance_work_mem")
    pulled = max(followees // 50, 1)
    made = people.make_readers("reader_", readers, pulled=ids[:pulled], pushed=ids[pulled:followees])
    execute("VACUUM (FREEZE, ANALYZE)")
    return [reader.pk for reader in made]


def measure(places: list[Place], ids: dict[int, list[int]], rounds: int) -> dict[tuple[str, int], float]:
    """Median milliseconds by work and size; from PostgreSQL alone, for Redis does not grow with posts."""
    works, taken = {"skeleton": reads.skeleton_alone, "page": reads.page_alone}, {}
    readers: dict[int, list[User]] = {}
    for place in places:
        place.enter()
        readers[place.posts] = people.users(ids[place.posts])
    for name, work in works.items():
        turns: dict[str, Work] = {
            str(place.posts): partial(of_place, place, readers[place.posts], work) for place in places
        }
        times = in_turns(turns, rounds=rounds + 1)
        for place in places:
            taken[name, place.posts] = 1000 * median(times[str(place.posts)][1:]) / len(readers[place.posts])
    return taken


def of_place(place: Place, readers: list[User], work: Any) -> None:
    place.enter()
    for reader in readers:
        work(reader)
