"""Home by the formula against home by time, over HTTP; and what its candidates cost.

Every visit begins a new order: none is served from an earlier one.
"""

import http.client
import json
import time
from collections import defaultdict
from collections.abc import Iterator
from functools import partial
from statistics import median
from typing import Any

from accounts.actions import issue_token
from bench import people, seams, service
from bench.reads import bare, milliseconds, prepare
from bench.results import Row, figure
from feeds.ranking.values import CHRONOLOGICAL, ENGAGEMENT

GOAL = 1.5
PAGES = 3
Times = dict[str, dict[str, list[float]]]


def ranked(
    *, readers: int = 20, ordinary: int = 490, celebrities: int = 10, posts_each: int = 50, rounds: int = 15
) -> Iterator[Row]:
    """Milliseconds of a visit: the first page and two more by their cursors, each after the answer before it."""
    authors = people.make_people("writer_", ordinary + celebrities)
    people.make_history(authors, len(authors) * posts_each)
    made = people.make_readers("reader", readers, pulled=authors[:celebrities], pushed=authors[celebrities:])
    people.tidy_tables("accounts_user", "follow", "feed", "post", "author_state", "reader_state", "post_like")
    yield candidates(made, rounds)
    tokens = [issue_token(reader) for reader in made]
    with service.running("web") as site:
        taken = visits(site.port, tokens, rounds)
    yield row("a visit of three pages", taken, "visit", GOAL)
    yield row("the first page", taken, "first")
    yield row("a later page", taken, "later")
    yield row("the median request of a visit", taken, "request", GOAL)


def candidates(readers: list[Any], rounds: int) -> Row:
    """500 candidates ordered and kept, against the bare statement that gives a page of 21."""
    works = {"raw": partial(bare, prepare()), "ranked": seams.keep_order}
    taken = milliseconds(readers, works, rounds)
    return figure("ranked: 500 candidates in order and kept / a bare page of 21", "ms", taken["ranked"], taken["raw"])


def row(what: str, taken: Times, kind: str, goal: float | None = None) -> Row:
    value, raw = (median(taken[ranking][kind]) for ranking in (ENGAGEMENT, CHRONOLOGICAL))
    return figure(f"ranked: {what}, by the formula / by time", "ms", 1000 * value, 1000 * raw, goal, most=True)


def visits(port: int, tokens: list[str], rounds: int) -> Times:
    """{ranking: {visit, first, later, request}}, in seconds; both rankings in turns, the first round only warms.

    A request is any of a visit, so two in three are later pages.
    """
    connection = http.client.HTTPConnection(service.HOST, port)
    taken: Times = {name: defaultdict(list) for name in (CHRONOLOGICAL, ENGAGEMENT)}
    for turn in range(rounds + 1):
        for token in tokens:
            for ranking in list(taken)[:: -1 if turn % 2 else 1]:
                first, *later = visit(connection, token, ranking)
                if turn:
                    taken[ranking]["visit"].append(first + sum(later))
                    taken[ranking]["first"].append(first)
                    taken[ranking]["later"] += later
                    taken[ranking]["request"] += [first, *later]
    return taken


def visit(connection: http.client.HTTPConnection, token: str, ranking: str) -> list[float]:
    """The seconds of each page."""
    seconds, cursor = [], ""
    for _ in range(PAGES):
        path = f"/api/v1/timeline?ranking={ranking}{cursor and '&cursor=' + cursor}"
        began = time.perf_counter()
        connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        seconds.append(time.perf_counter() - began)
        assert answer.status == 200, body
        page = json.loads(body)
        assert page["ranking"] == ranking
        assert len(page["posts"]) == seams.LIMIT
        cursor = page["next_cursor"]
    return seconds
