"""The embedded engines: who starts them, who stops them, and what heals by itself."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from feedsite import embedded, engines_postgres, rundir

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = embedded.POSTGRES
# Holds the engines until a line comes on its stdin.
HOLDER = """
import sys
from pathlib import Path
from feedsite import embedded
with embedded.hold(Path(sys.argv[1]), postgres=sys.argv[2] == "all", redis=True):
    print("held", flush=True)
    sys.stdin.readline()
"""


def wait_until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def parent() -> Iterator[Path]:
    """Not tmp_path: under root, another run of pytest closes its folders to the user PostgreSQL runs as."""
    with tempfile.TemporaryDirectory(prefix="feedsite-test-", ignore_cleanup_errors=True) as name:
        yield Path(name)


@pytest.fixture
def folder(parent: Path) -> Iterator[Path]:
    data_dir = parent / "data"
    yield data_dir
    embedded.stop(rundir.place_of(data_dir))


def holder(folder: Path, engines: str = "redis") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder), engines],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)
    assert process.returncode == 0


def running(folder: Path) -> list[str]:
    place = rundir.place_of(folder)
    return [engine.name for engine in (POSTGRES, *embedded.REDIS) if engine.find_pid(place)]


def query(folder: Path, sql: str) -> object:
    with psycopg2.connect(embedded.urls(folder).database_url) as connection, connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone() if cursor.description else None


def test_engines_run_while_held_and_stop_afterwards(folder: Path) -> None:
    with embedded.hold(folder, postgres=True, redis=True) as engines:
        assert running(folder) == ["postgres", "redis-cache", "redis-broker"]
        assert query(folder, "SELECT current_setting('jit'), lower('É'), current_setting('listen_addresses')") == (
            "off",
            "é",
            "",
        )
        assert redis.Redis.from_url(engines.cache_url).config_get("maxmemory-policy") == {
            "maxmemory-policy": "allkeys-lru"
        }
    assert running(folder) == []


def test_sockets_lie_in_the_data_folder_and_no_port_is_open(folder: Path) -> None:
    with embedded.hold(folder, postgres=True, redis=True):
        place = rundir.place_of(folder)
        assert {path.name for path in (folder / "run").glob("*.sock")} == {"redis-cache.sock", "redis-broker.sock"}
        for engine in (POSTGRES, *embedded.REDIS):
            pid = engine.find_pid(place)
            assert pid == rundir.read_pid(folder / "run" / f"{engine.name}.pid")
            assert psutil.Process(pid).net_connections(kind="inet") == []


def test_two_folders_side_by_side_do_not_meet(parent: Path) -> None:
    one, two = parent / "one", parent / "two"
    with embedded.hold(one, postgres=False, redis=True) as first:
        with embedded.hold(two, postgres=False, redis=True) as second:
            redis.Redis.from_url(first.cache_url).set("whose", "first")
            assert redis.Redis.from_url(second.cache_url).get("whose") is None
        assert redis.Redis.from_url(first.cache_url).get("whose") == b"first"


def test_last_of_two_processes_stops_the_engines(folder: Path) -> None:
    first, second = holder(folder), holder(folder)
    leave(first)
    assert running(folder) == ["redis-cache", "redis-broker"]
    leave(second)
    assert running(folder) == []


def test_engines_of_a_killed_holder_are_used_and_then_stopped(folder: Path) -> None:
    killed = holder(folder)
    place = rundir.place_of(folder)
    before = embedded.REDIS[0].find_pid(place)
    killed.kill()
    killed.communicate()
    with embedded.hold(folder, postgres=False, redis=True):
        assert embedded.REDIS[0].find_pid(place) == before
    assert running(folder) == []


def test_long_and_odd_path(parent: Path) -> None:
    folder = parent / "mit Leerzeichen, 100 % ünicode" / ("deep" * 20) / ("deeper" * 20)
    with embedded.hold(folder, postgres=True, redis=True) as engines:
        assert query(folder, "SELECT 1") == (1,)
        assert redis.Redis.from_url(engines.cache_url).ping()
        assert (folder / "run" / "redis-cache.sock").is_socket()
        assert (folder / "run" / "postgres" / ".s.PGSQL.5432").is_socket()
    rundir.place_of(folder).run.unlink()


def test_link_put_there_by_somebody_else_is_not_followed(parent: Path) -> None:
    folder = parent / ("deep" * 30)
    link = rundir.place_of(folder).run
    link.symlink_to(parent)
    with pytest.raises(FileExistsError):
        rundir.prepare(folder)
    link.unlink()


def test_killed_postgres_comes_back_with_its_data(folder: Path) -> None:
    with embedded.hold(folder, postgres=True, redis=False):
        query(folder, "CREATE TABLE kept AS SELECT 42 AS answer")
        pid = POSTGRES.find_pid(rundir.place_of(folder))
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: POSTGRES.find_pid(rundir.place_of(folder)) is None)
    with embedded.hold(folder, postgres=True, redis=False):
        assert query(folder, "SELECT answer FROM kept") == (42,)


@pytest.mark.parametrize("content", ["{mine}\n{pgdata}\n1700000000\n5432\n\n\n", "", "nonsense\n"])
def test_stale_lock_file_heals(folder: Path, content: str) -> None:
    """Also one whose pid belongs to a living process that is no PostgreSQL: this one."""
    with embedded.hold(folder, postgres=True, redis=False):
        pass
    pgdata = engines_postgres.data(rundir.place_of(folder))
    (pgdata / "postmaster.pid").write_text(content.format(mine=os.getpid(), pgdata=pgdata))
    (folder / "run" / "postgres" / ".s.PGSQL.5432.lock").write_text(f"{os.getpid()}\n")
    (folder / "run" / "postgres.pid").write_text(f"{os.getpid()}\n")
    with embedded.hold(folder, postgres=True, redis=False):
        assert query(folder, "SELECT 1") == (1,)
    assert psutil.pid_exists(os.getpid())


def test_stale_redis_socket_heals(folder: Path) -> None:
    place = rundir.prepare(folder)
    (place.run / "redis-cache.sock").touch()
    place.pid_file("redis-cache").write_text(f"{os.getpid()}\n")
    with embedded.hold(folder, postgres=False, redis=True) as engines:
        assert redis.Redis.from_url(engines.cache_url).ping()


def test_interrupted_initdb_is_done_again(folder: Path) -> None:
    (folder / "pgdata.new").mkdir(parents=True)
    (folder / "pgdata.new" / "PG_VERSION").write_text("18\n")
    with embedded.hold(folder, postgres=True, redis=False):
        assert query(folder, "SELECT 1") == (1,)


def test_beside_a_supervisor_nothing_is_started_but_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = rundir.prepare(folder)
    monkeypatch.setattr(embedded, "START_SECONDS", 0.2)
    with (
        rundir.locked(place.run / "supervised.lock"),
        pytest.raises(embedded.EngineError, match="redis-cache did not start"),
        embedded.hold(folder, postgres=False, redis=True),
    ):
        pass
    assert running(folder) == []


def test_temporary_engines_leave_nothing() -> None:
    with embedded.temporary(postgres=False) as directory:
        pid = embedded.REDIS[0].find_pid(rundir.place_of(directory))
        assert pid is not None
    assert not directory.exists()
    assert not psutil.pid_exists(pid)


def test_temporary_engines_die_with_a_killed_process() -> None:
    script = HOLDER.replace('hold(Path(sys.argv[1]), postgres=sys.argv[2] == "all", redis=True)', "temporary() as d")
    script = script.replace('"held"', "d")
    process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    directory = Path(process.stdout.readline().decode().strip())
    place = rundir.place_of(directory)
    pids = [engine.find_pid(place) for engine in (POSTGRES, *embedded.REDIS)]
    assert all(pids)
    process.kill()
    process.communicate()
    wait_until(lambda: not any(psutil.pid_exists(pid) for pid in pids if pid))
    shutil.rmtree(directory)
