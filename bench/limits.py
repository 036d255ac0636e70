"""What it costs that a deed counts: the script against a bare PING, the function against SELECT 1."""

from collections.abc import Iterator
from itertools import count

from bench.people import execute
from bench.results import Row, figure
from bench.timing import Work, medians
from feedsite import windows

WINDOW = (120, 60)
PEOPLE = 1000


def limits(*, rounds: int = 3000) -> Iterator[Row]:
    """Microseconds, the median; each in turn for another of a thousand people."""
    redis, numbers = windows.client(), count()
    someone = lambda: f"bench:{next(numbers) % PEOPLE}"  # noqa: E731
    full = "bench:full"
    for take in (windows.take_from_redis, windows.take_from_postgres):
        take(full, 1, 3600)
    works: dict[str, Work] = {
        "ping": redis.ping,
        "taken": lambda: windows.take(someone(), *WINDOW),
        "refused": lambda: windows.take(full, 1, 3600),
        "select": lambda: execute("SELECT 1"),
        "taken, Redis away": lambda: windows.take_from_postgres(someone(), *WINDOW),
        "refused, Redis away": lambda: windows.take_from_postgres(full, 1, 3600),
    }
    took = {name: 1e6 * seconds for name, seconds in medians(works, rounds=rounds).items()}
    for kind in ("taken", "refused"):
        yield figure(f"limits: one {kind}", "µs", took[kind], took["ping"], 3.0, most=True)
    for kind in ("taken, Redis away", "refused, Redis away"):
        yield figure(f"limits: one {kind}", "µs", took[kind], took["select"])
