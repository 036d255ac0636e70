"""`GET /api/v1/timeline` over HTTP, against a constant view with the same authentication under the same server."""

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from statistics import median
from urllib.request import Request, urlopen

from accounts.actions import issue_token
from bench import load, people, service
from bench.results import Row, figure

CONNECTIONS, OTHERS = 16, (1, 4, 64)
TAIL_GOAL = 3.0
TIMELINE, CONSTANT = "/api/v1/timeline", "/api/v1/bench/constant"
# (path, which server) by the name of what is measured.
TARGETS = {
    "constant": (CONSTANT, "served"),
    "as served": (TIMELINE, "served"),
    "by copies": (TIMELINE, "copies"),
    "PostgreSQL alone": (TIMELINE, "alone"),
}
GOALS = {"as served": 0.40, "by copies": 0.40, "PostgreSQL alone": 0.15}
Figures = dict[str, dict[str, float]]


def http(
    *, readers: int = 50, ordinary: int = 490, celebrities: int = 10, posts_each: int = 50,
    rounds: int = 7, seconds: float = 3, others: tuple[int, ...] = OTHERS,
) -> Iterator[Row]:  # fmt: skip
    """Requests a second and latencies of two web processes, the targets in turns, medians over the rounds."""
    tokens = make_tokens(readers, ordinary, celebrities, posts_each)
    with tempfile.NamedTemporaryFile() as body, service.running("web", BENCH_REDIS="off") as alone:
        body.write(fetch(alone.port, TIMELINE, tokens[0]))
        body.flush()
        copies = service.running("web", HOT_FROM_FOLLOWEES="0")
        with copies as by_copies, service.running("web", BENCH_BODY_FILE=body.name) as served:
            ports = {"served": served.port, "copies": by_copies.port, "alone": alone.port}
            check(ports, tokens)
            yield from rows(measure(ports, tokens, CONNECTIONS, rounds, seconds))
            for connections in others:
                yield from informing(measure(ports, tokens, connections, 1 + rounds // 3, seconds), connections)


def make_tokens(readers: int, ordinary: int, celebrities: int, posts_each: int) -> list[str]:
    """A token for each of some readers who pull the celebrities and are pushed the others."""
    authors = people.make_people("writer_", ordinary + celebrities)
    people.make_history(authors, len(authors) * posts_each)
    made = people.make_readers("reader", readers, pulled=authors[:celebrities], pushed=authors[celebrities:])
    people.tidy_tables("accounts_user", "follow", "feed", "post", "author_state", "reader_state", "post_like")
    return [issue_token(reader) for reader in made]


def fetch(port: int, path: str, token: str) -> bytes:
    request = Request(f"http://{service.HOST}:{port}{path}", headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def check(ports: dict[str, int], tokens: list[str]) -> None:
    """All answer the same page, in as many bytes; it also warms every process.

    Only the cursors differ: they name the moment at which a scroll began.
    """
    bodies = [fetch(ports[server], path, tokens[0]) for path, server in TARGETS.values()]
    pages = [json.loads(body)["posts"] for body in bodies]
    assert all(page == pages[0] for page in pages), "the targets answer differently"
    assert len({len(body) for body in bodies}) == 1, "the targets' answers differ in size"
    for path, server in TARGETS.values():
        load.measure(ports[server], requests(path, tokens), connections=CONNECTIONS, seconds=1)


def requests(path: str, tokens: list[str]) -> list[load.Request]:
    return [("GET", path, token, "") for token in tokens]


def measure(ports: dict[str, int], tokens: list[str], connections: int, rounds: int, seconds: float) -> Figures:
    """{target: {rate, p50, p95, p99}}, each the median of its rounds; times in milliseconds."""
    taken: dict[str, dict[str, list[float]]] = {name: defaultdict(list) for name in TARGETS}
    for turn in range(rounds):
        for name in list(TARGETS)[:: -1 if turn % 2 else 1]:
            path, server = TARGETS[name]
            found = load.measure(ports[server], requests(path, tokens), connections=connections, seconds=seconds)
            found["rate"] = found["requests"] / found["seconds"]
            for key, value in found.items():
                taken[name][key].append(value)
    return {name: {key: median(values) for key, values in of.items()} for name, of in taken.items()}


def rows(taken: Figures) -> Iterator[Row]:
    constant = taken["constant"]["rate"]
    for name, goal in GOALS.items():
        of = taken[name]
        yield figure(f"http: GET timeline, {CONNECTIONS} connections, {name}", "requests/s", of["rate"], constant, goal)
        yield figure(f"http: p99 / p50, {name}", "ms", of["p99"], of["p50"], TAIL_GOAL, most=True)
    of = taken["constant"]
    yield figure("http: p99 / p50, constant", "ms", of["p99"], of["p50"])


def informing(taken: Figures, connections: int) -> Iterator[Row]:
    for name in GOALS:
        what = f"http: {{}}, {connections} connections, {name}"
        yield figure(what.format("GET timeline"), "requests/s", taken[name]["rate"], taken["constant"]["rate"])
        yield figure(what.format("p50"), "ms", taken[name]["p50"], taken["constant"]["p50"])
