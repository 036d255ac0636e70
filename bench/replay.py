"""A part of a day on a real graph, replayed under each strategy: what it costs in work and in waiting.

Work is counted by the engine's own meter: entries written times FEED_PUSH_COST_US, authors asked at pages read times
FEED_PULL_COST_US, shown in entries. `bench.habits` says who reads and posts, and why that is fair.

1. The graph is imported, and everybody given a past: posts, and the rates that follow from them and from past pages.
2. The same posts and pages, in the same order, are replayed on copies of that database, each settled under one
   strategy. Posts go through `publish` and the worker's task, pages through `timeline.home`; drain and mover come by
   ten times, since what is replayed is half an hour to two hours of a day.
3. After each, `verify_feeds` must find nothing, and the meter must agree with plain counts of rows and edges.

Adaptive goes first. What the meter (`policy.what_if`) makes of these posts and pages tells which fixed thresholds, push
and pull among them, are best; three are replayed. Hot copies in Redis are off for all alike, since they spare every
strategy the same pages; adaptive has the same events once more with them on. Waiting is taken one strategy after the
other, so that what else the machine does shows in it; work is not touched by that.
"""

import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from django.conf import settings

from bench import people
from bench.habits import Crowd, Habits, make_past
from bench.people import execute
from bench.results import Row, figure
from bench.strategies import Event, Outcome, copy_of_database, on_copy, without_and_with_hot, without_hot
from bench.timing import percentile
from feeds import meter
from feeds.policy import Spent
from social import graph

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
GRAPHS = {"slashdot": "soc-Slashdot0902.txt.gz", "higgs": "higgs-retweet_network.edgelist.gz"}
GOAL = 0.60
# The fixed thresholds by the names that the meter has for them, and how many of them are replayed.
FIXED = {"push": str(meter.WHOLE), "pull": "0"} | {f"hybrid {n}": str(n) for n in (10, 30, 100, 300, 1000, 3000)}
REPLAYED = 3


def replay(
    *,
    graphs: Mapping[str, str] = GRAPHS,
    reads: int = 6_000,
    verified: int = 300,
    habits: Mapping[str, Any] | None = None,
) -> Iterator[Row]:
    """Work and milliseconds of adaptive and the fixed thresholds, on each graph whose file is there."""
    for name, file in graphs.items():
        if (FOLDER / file).is_file():
            yield from on_graph(name, FOLDER / file, reads, verified, Habits(**(habits or {})))
        else:
            print(f"replay: {name} is skipped, there is no {file} in ../shared/data", file=sys.stderr)


def on_graph(name: str, file: Path, reads: int, verified: int, habits: Habits) -> Iterator[Row]:
    with copy_of_database("bench_replay_graph"):
        events = prepare(file, reads, habits)
        readers = to_verify(events, verified)
        adaptive, with_hot = on_copy("adaptive", events, readers, without_and_with_hot)
        outcomes = {"adaptive": adaptive}
        for way in best_fixed(adaptive.told):
            outcomes[way] = on_copy(way, events, readers, without_hot)
    yield from rows(name, events, outcomes, with_hot)


def prepare(file: Path, reads: int, habits: Habits) -> list[Event]:
    """Imports the graph with a past, all edges pulled; what is to be replayed, in order."""
    execute("SET synchronous_commit = off")
    graph.load(file, prefix="u")
    people.tidy_tables("accounts_user", "follow")
    crowd = Crowd(habits)
    make_past(crowd)
    people.tidy_tables("post", "author_state", "reader_state", "accounts_user")
    days = reads / crowd.reads[-1]
    events = [Event(pk, False) for pk in crowd.readers(days)] + [Event(pk, True) for pk in crowd.authors(days)]
    crowd.random.shuffle(events)
    return events


def to_verify(events: list[Event], number: int) -> list[int]:
    """Half of them read that day, half are anybody."""
    chance = random.Random(1)
    came = sorted({event.user_id for event in events if not event.is_post})
    anybody = [row[0] for row in execute("SELECT id FROM accounts_user ORDER BY id")]
    return [pk for ids in (came, anybody) for pk in chance.sample(ids, min(number // 2, len(ids)))]


def best_fixed(told: dict[str, Spent]) -> list[str]:
    """The cheapest fixed thresholds by the meter; of those that cost the same, one."""
    different = {told[name]: way for way, name in reversed(FIXED.items())}
    return [different[spent] for spent in sorted(different, key=work)[:REPLAYED]]


def work(spent: Spent) -> float:
    """In entries written."""
    return spent.cost(settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US) / settings.FEED_PUSH_COST_US


def rows(graph: str, events: list[Event], outcomes: dict[str, Outcome], with_hot: Outcome) -> Iterator[Row]:
    """The goal first, then what stands behind it."""
    works = {way: work(outcome.spent) for way, outcome in outcomes.items()}
    adaptive, best = outcomes["adaptive"], min(list(outcomes)[1:], key=works.__getitem__)
    ours = works["adaptive"]
    yield figure(f"replay: {graph}, adaptive / best fixed ({best})", "units", ours, works[best], GOAL, most=True)
    moved = adaptive.moved + adaptive.back_filled
    yield figure(f"replay: {graph}, the same with edges moved and back-filled", "units", ours + moved, works[best])
    for way, name in FIXED.items():
        yield figure(f"replay: {graph}, adaptive / {way} by the meter", "units", ours, work(adaptive.told[name]))
    for way in outcomes:
        told = work(adaptive.told[FIXED.get(way, way)])
        yield figure(f"replay: {graph}, {way}, counted / by the meter", "units", works[way], told)
    told = work(adaptive.told_after["adaptive"])
    yield figure(f"replay: {graph}, adaptive, counted / by the meter afterwards", "units", ours, told)
    yield from latencies(graph, outcomes, best)
    reads = sum(not event.is_post for event in events)
    yield figure(f"replay: {graph}, pages / posts", "events", reads, len(events) - reads)
    yield figure(f"replay: {graph}, with hot copies / without", "units", work(with_hot.spent), ours)
    pages = [1000 * median(one.page_seconds) for one in (with_hot, adaptive)]
    yield figure(f"replay: {graph}, page p50 with hot copies / without", "ms", pages[0], pages[1])


def latencies(graph: str, outcomes: dict[str, Outcome], best: str) -> Iterator[Row]:
    """Milliseconds of a page, and of a post until all its followers have it, by strategy; raw is the best fixed one."""
    for what in ("page", "post"):
        for share in (0.5, 0.95):
            taken = {way: 1000 * percentile(getattr(one, f"{what}_seconds"), share) for way, one in outcomes.items()}
            for way in taken:
                yield figure(f"replay: {graph}, {what} p{share * 100:.0f}, {way}", "ms", taken[way], taken[best])
