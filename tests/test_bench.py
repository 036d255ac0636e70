"""The benches run from end to end on toy communities; what they measure there means nothing."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.utils.module_loading import import_string

from bench import hacker_news, load, replay, results, sockets, stage
from bench.registry import BENCHES
from bench.timing import percentile
from tests.site import BASE_DIR

# Those that need no processes of their own, and sizes that take a second.
QUICK = {
    "home": {"followees": (60,), "shares": (0.02, 1.0), "posts_each": 10, "readers": 1, "rounds": 1},
    "learned": {"posts": 50, "rounds": 2},
    "memory": {"readers": 20, "fresh_posts": 10, "use_rounds": 1, "hot_readers": 2, "size": 40},
    "trends": {"posts": 4_000, "accounts": 60, "tags": 20, "rounds": 1, "likes": 50},
    "limits": {"rounds": 3},
    "growth": {"steps": (1_500, 3_000), "authors": 60, "followees": 60, "readers": 1, "rounds": 1},
}
# The rest start the site's own processes: a quarter of a minute each.
SLOW: dict[str, Any] = {
    "fan_out": {"posts": {"50": 4, "1000": 2}, "rounds": 2, "naive_followers": 5},
    "trimming": {"readers": 50, "size": 40, "rounds": 1},
    "http": {"readers": 3, "ordinary": 40, "celebrities": 2, "rounds": 1, "seconds": 0.5, "others": [1]},
    "ranked": {"readers": 2, "ordinary": 40, "celebrities": 2, "rounds": 1},
    "live": {"online": 20, "burst": 3, "paced": 20, "per_second": 100, "posts": 2},
    "goals": {"million": 2_000, "followers": 30, "posts": 2, "seconds": 0.5},
    "celebrity": {"followers": 500, "readers": 3, "ordinary": 50, "posts": 2, "seconds": 1},
}


def check(name: str, rows: list[results.Row]) -> None:
    assert rows
    for row in rows:
        assert list(row) == ["name", "value", "unit", "raw", "ratio", "goal", "met"]
        assert row["name"].startswith(f"{name}: ")
        assert row["value"] > 0
        assert row["raw"] > 0


def test_every_bench_is_tried_here() -> None:
    assert set(QUICK) | set(SLOW) >= set(BENCHES) - {"replay", "search"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", QUICK)
def test_quick_bench_gives_rows(name: str) -> None:
    check(name, list(import_string(BENCHES[name])(**QUICK[name])))


@pytest.mark.django_db(transaction=True)
def test_replay_of_a_small_graph_gives_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    edges = {(chance.randrange(120), int(120 * chance.random() ** 3)) for _ in range(600)}
    (tmp_path / "toy.txt").write_text("".join(f"{follower} {author}\n" for follower, author in sorted(edges)))
    monkeypatch.setattr(replay, "FOLDER", tmp_path)
    monkeypatch.setattr(replay, "REPLAYED", 2)
    rows = list(replay.replay(graphs={"toy": "toy.txt"}, reads=100, verified=20))
    check("replay", rows)
    fixed = [row for row in rows if "counted / by the meter" in row["name"] and "adaptive" not in row["name"]]
    assert len(fixed) == 2
    assert {row["ratio"] for row in fixed} == {1.0}


def test_replay_passes_over_a_graph_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "FOLDER", tmp_path)
    assert list(replay.replay()) == []


@pytest.mark.skipif(not hacker_news.is_here(), reason="the titles of Hacker News are not in ../shared/data")
@pytest.mark.django_db(transaction=True)
def test_searching_a_few_posts_gives_rows() -> None:
    check("search", list(import_string(BENCHES["search"])(posts=3_000, accounts=200, most=400, rounds=1)))


@pytest.mark.skipif(not os.environ.get("PROVE"), reason="starts whole sites for minutes: make prove")
@pytest.mark.parametrize("name", SLOW)
def test_slow_bench_gives_rows(name: str) -> None:
    with stage.engines() as directory:
        env = stage.environment(directory)
        subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=BASE_DIR, env=env, check=True)
        command = [sys.executable, "-m", "bench.inside", name, json.dumps(SLOW[name])]
        done = subprocess.run(command, cwd=BASE_DIR, env=env, stdout=subprocess.PIPE, text=True, check=True)
    check(name, [json.loads(line) for line in done.stdout.splitlines()])


def test_a_goal_is_met_from_its_side() -> None:
    assert results.figure("x: a", "ms", 6, 10, 0.6)["met"]
    assert not results.figure("x: a", "ms", 5, 10, 0.6)["met"]
    assert not results.figure("x: a", "ms", 6, 10, 0.5, most=True)["met"]
    assert results.figure("x: a", "ms", 5, 10)["met"]


def test_one_bench_keeps_the_rows_of_the_others(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FOLDER", tmp_path)
    monkeypatch.setattr(results, "JSON", tmp_path / "latest.json")
    monkeypatch.setattr(results, "TABLE", tmp_path / "latest.md")
    old = [results.figure("home: a", "ms", 1, 2), results.figure("http: b", "ms", 1, 2)]
    results.write(old, {})
    assert [row["name"] for row in results.kept(["http"])] == ["home: a"]
    results.write([results.figure("http: c", "ms", 1, 2), *results.kept(["http"])], {"Redis": "x"})
    assert [row["name"] for row in json.loads(results.JSON.read_text())] == ["home: a", "http: c"]
    assert "| http: c | 1.00 | 2.00 | ms | 0.50 |  |" in results.TABLE.read_text()


def test_percentile_is_the_smallest_that_covers_the_share() -> None:
    assert percentile([3, 1, 2, 4], 0.5) == 2
    assert percentile([3, 1, 2, 4], 0.99) == 4
    assert percentile([7], 0.5) == 7


class Pieces:
    """A socket that gives its bytes in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)

    def recv(self, _: int) -> bytes:
        return self.pieces.pop(0)


def test_load_client_reads_an_answer_that_comes_in_pieces() -> None:
    connection: Any = load.Connection(Pieces(b"HTTP/1.1 200 OK\r\nContent-", b"Length: 4\r\n\r\nab", b"cd"))  # type: ignore[arg-type]
    assert [connection.read() for _ in range(3)] == [None, None, 200]


def test_socket_client_reads_frames_that_come_in_pieces() -> None:
    long = b"y" * 300
    wire: Any = sockets.Wire(Pieces(b"\x81\x02hi\x89\x00\x81", b"\x7e\x01\x2c" + long))  # type: ignore[arg-type]
    assert wire.frames() == [b"hi"]
    assert wire.frames() == [long]
