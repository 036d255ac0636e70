"""Taking times. Works to be compared are run in turns, so that what else the machine does hits them alike."""

import math
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

Work = Callable[[], Any]


def seconds(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_turns(works: Mapping[str, Work], *, rounds: int) -> dict[str, list[float]]:
    """Seconds of each work in each round; the order turns round from one to the next."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(rounds):
        for name in list(works)[:: -1 if turn % 2 else 1]:
            taken[name].append(seconds(works[name]))
    return taken


def medians(works: Mapping[str, Work], *, rounds: int) -> dict[str, float]:
    return {name: median(taken) for name, taken in in_turns(works, rounds=rounds).items()}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of them do not exceed."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def wait_until(true: Callable[[], Any], seconds: float, what: str, *, every: float = 0.005) -> None:
    """Polls; raises TimeoutError when it takes longer."""
    until = time.monotonic() + seconds
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(every)
