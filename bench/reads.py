"""Reading home: the service against one statement prepared by hand, and against the textbook's query."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from functools import partial
from statistics import median
from typing import Any

from accounts.models import User
from bench import people, seams, statements
from bench.people import execute
from bench.results import Row, figure
from bench.statements import NAIVE, NAIVE_BY_AUTHOR, NAIVE_IDS, Prepared
from bench.timing import in_turns

ROWS = seams.LIMIT + 1
FOLLOWEES = (50, 500, 5_000)
SHARES = (0.02, 0.10, 0.50, 1.00)
PAGES = (1, 2, 5, 10)
# The greatest ratio of the service's page to the bare statement, by followees, 2 % of them pulled.
PAGE_GOALS = {500: 2.0, 5_000: 3.0}
SKELETON_GOAL = 25


def home(
    *,
    followees: tuple[int, ...] = FOLLOWEES,
    shares: tuple[float, ...] = SHARES,
    posts_each: int = 50,
    readers: int = 5,
    rounds: int = 20,
) -> Iterator[Row]:
    """Milliseconds of a page, by followees and by the share of them that is pulled.

    Raw is the whole page as one prepared statement on the same connection, giving the same 21 entries.
    """
    authors = people.make_people("writer_", max(followees))
    people.make_history(authors, len(authors) * posts_each)
    for number in followees:
        for share in shares:
            pulled = max(round(number * share), 1)
            name = f"reader_{number}_{round(100 * share)}"
            made = people.make_readers(name, readers, pulled=authors[:pulled], pushed=authors[pulled:number])
            people.tidy_tables("follow", "feed", "post", "author_state", "reader_state", "block", "mute", "post_like")
            yield from by_share(made, number, share, rounds)
            if share == shares[0]:
                yield from against_textbook(made, number, max(rounds // 5, 2))
                yield from deep_pages(made, number, rounds)


def milliseconds(readers: list[User], works: Mapping[str, Callable[[User], Any]], rounds: int) -> dict[str, float]:
    """The median of each work over all readers, each taken in turns; the first round only warms."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for reader in readers:
        of_reader = {name: partial(work, reader) for name, work in works.items()}
        for name, times in in_turns(of_reader, rounds=rounds + 1).items():
            taken[name] += times[1:]
    return {name: 1000 * median(times) for name, times in taken.items()}


def by_share(readers: list[User], number: int, share: float, rounds: int) -> Iterator[Row]:
    """The page as it is served, from PostgreSQL alone and by way of the copy, against the bare statement."""
    prepared = prepare()
    for reader in readers:
        check(reader, prepared)
    goal = PAGE_GOALS.get(number) if share == SHARES[0] else None
    what = f"home: page, {number:,} followees, {share:.0%} pulled"
    works: dict[str, Callable[[User], Any]] = {"raw": partial(bare, prepared), "page": seams.page}
    ways = {"as served": nullcontext, "PostgreSQL alone": seams.postgres_alone, "by its copy": seams.by_copies}
    for how, way in ways.items():
        with way():
            taken = milliseconds(readers, works, rounds)
        goal = None if how == "by its copy" else goal
        yield figure(f"{what}, {how}", "ms", taken["page"], taken["raw"], goal, most=True)


def against_textbook(readers: list[User], number: int, rounds: int) -> Iterator[Row]:
    """How many times faster the skeleton is than the textbook's, left to the planner and by its author index."""
    prepared = Prepared("bench_feed", statements.FEED_JOIN_POSTS)
    works: dict[str, Callable[[User], Any]] = {
        "skeleton": skeleton_alone,
        "by author": lambda reader: execute(NAIVE_BY_AUTHOR, [reader.pk]),
        "ids": lambda reader: execute(NAIVE_IDS, [reader.pk]),
        "planner's": lambda reader: execute(NAIVE, [reader.pk]),
        "feed": partial(bare, prepared),
    }
    taken = milliseconds(readers, works, rounds)
    execute("DEALLOCATE bench_feed")
    what = f"home: {{}} / skeleton, {number:,} followees"
    goal = SKELETON_GOAL if number == 500 else None
    yield figure(what.format("naive by author index"), "ms", taken["by author"], taken["skeleton"], goal)
    yield figure(what.format("naive by author index, ids alone"), "ms", taken["ids"], taken["skeleton"])
    yield figure(what.format("naive IN, planner's way"), "ms", taken["planner's"], taken["skeleton"])
    yield figure(
        f"home: skeleton / Feed joined with posts, {number:,} followees", "ms", taken["skeleton"], taken["feed"]
    )


def deep_pages(readers: list[User], number: int, rounds: int) -> Iterator[Row]:
    """A page far down, by its cursor, against the first one; both from PostgreSQL alone."""
    cursors = {reader.pk: cursors_of(reader) for reader in readers}
    works = {str(page): partial(page_at, cursors, page) for page in PAGES if all(page in c for c in cursors.values())}
    taken = milliseconds(readers, works, rounds)
    for page, value in taken.items():
        yield figure(f"home: page {page} of the scroll, {number:,} followees", "ms", value, taken["1"])


def cursors_of(reader: User) -> dict[int, tuple[int, ...] | None]:
    """Where each page of PAGES begins, as far as the timeline goes."""
    begins: dict[int, tuple[int, ...] | None] = {1: None}
    for page in range(2, max(PAGES) + 1):
        found = seams.page(reader, begins[page - 1])
        if found.next_cursor is None:
            break
        begins[page] = seams.cursor_after(reader, found)
    return begins


def page_at(cursors: dict[int, dict[int, Any]], page: int, reader: User) -> Any:
    with seams.postgres_alone():
        return seams.page(reader, cursors[reader.pk][page])


def prepare() -> Prepared:
    execute("DEALLOCATE ALL")
    return Prepared("bench_page", statements.PAGE)


def bare(prepared: Prepared, reader: User) -> list[Any]:
    return prepared.rows(reader.pk, limit=ROWS)


def page_alone(reader: User) -> Any:
    with seams.postgres_alone():
        return seams.page(reader)


def skeleton_alone(reader: User) -> list[int]:
    with seams.postgres_alone():
        return seams.skeleton(reader)


def check(reader: User, prepared: Prepared) -> None:
    """The statement gives what the service gives, else the two must not be compared.

    It looks at one window only, so it may fall short by what the rules have dropped.
    """
    ours, theirs = skeleton_alone(reader), [row[0] for row in bare(prepared, reader)]
    assert theirs == ours[: len(theirs)], (reader.username, ours, theirs)
    assert len(theirs) >= min(ROWS, len(ours)) - 2, (reader.username, len(ours), len(theirs))
