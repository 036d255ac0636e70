"""Real PostgreSQL and Redis from wheels: their URLs, and whoever needs them holds them running.

Three locks in DATA_DIR/run keep everybody in step (a killed process lets go of its locks by itself):

* `using.lock`: every user holds it shared; who leaves and gets it exclusively was the last and stops the engines.
* `starting.lock`: held exclusively for the moment of starting or stopping.
* `supervised.lock`: held by the runner for as long as it starts engines that die; others then only wait for them.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

import psutil

from feedsite import engines_postgres, engines_redis, rundir
from feedsite.rundir import Place

START_SECONDS = 60
STOP_SECONDS = 30
POLL_SECONDS = 0.03
TEMPORARY_PREFIX = "feedsite-temporary-"
SPAWN = Path(__file__).with_name("spawn.py")


class EngineError(Exception):
    """An engine did not start; the text is for people."""


@dataclass(frozen=True)
class Engines:
    """Addresses: for Django (dj-database-url), for redis-py, for Celery."""

    database_url: str
    cache_url: str
    broker_url: str


@dataclass(frozen=True)
class Engine:
    """One server: how to make, run, find and ask it."""

    name: str
    is_made: Callable[[Place], bool]
    prepare: Callable[..., None]
    argv: Callable[..., list[str]]
    find_pid: Callable[[Place], int | None]
    is_ready: Callable[[Place], bool]
    stop_signal: int
    user: Callable[[], str | None]


def _redis(name: str) -> Engine:
    module = engines_redis
    return Engine(
        name=name,
        is_made=lambda place: True,  # noqa: ARG005 - there is nothing that takes time
        prepare=lambda place, *, durable: module.prepare(place, name),  # noqa: ARG005 - one signature for all
        argv=lambda place, *, durable: module.argv(place, name, durable=durable),
        find_pid=partial(module.find_pid, name=name),
        is_ready=partial(module.is_ready, name=name),
        stop_signal=signal.SIGTERM,
        user=lambda: None,
    )


POSTGRES = Engine(
    name=engines_postgres.NAME,
    is_made=lambda place: engines_postgres.data(place).exists(),
    prepare=engines_postgres.prepare,
    argv=engines_postgres.argv,
    find_pid=engines_postgres.find_pid,
    is_ready=engines_postgres.is_ready,
    # "Fast shutdown": ends the sessions and writes everything out. SIGTERM would wait for the sessions.
    stop_signal=signal.SIGINT,
    user=engines_postgres.user,
)
REDIS = (_redis(engines_redis.CACHE), _redis(engines_redis.BROKER))


def wanted(*, postgres: bool, redis: bool) -> tuple[Engine, ...]:
    return (*((POSTGRES,) if postgres else ()), *(REDIS if redis else ()))


def urls(data_dir: Path) -> Engines:
    """Where the engines of this data folder answer when they run. Starts nothing."""
    place = rundir.place_of(data_dir)
    host = quote(str(engines_postgres.sockets(place)), safe="")
    return Engines(
        database_url=f"postgresql://postgres@{host}/{engines_postgres.DATABASE}",
        cache_url=f"unix://{engines_redis.socket(place, engines_redis.CACHE)}?db=0",
        broker_url=f"redis+socket://{engines_redis.socket(place, engines_redis.BROKER)}",
    )


@contextmanager
def hold(data_dir: Path, *, postgres: bool, redis: bool) -> Iterator[Engines]:
    """Keeps the engines running while the block runs, for this process and any beside it.

    Starts what does not answer; the last to leave stops what runs. Raises EngineError.
    """
    place = rundir.prepare(data_dir)
    with (place.run / "using.lock").open("a") as using:
        fcntl.flock(using, fcntl.LOCK_SH)
        try:
            _join(place, wanted(postgres=postgres, redis=redis))
            yield urls(data_dir)
        finally:
            with rundir.locked(place.run / "starting.lock"):
                if rundir.try_lock(using):
                    stop(place)
                # Let go before the next one looks whether it is the last.
                using.close()


def _join(place: Place, engines: tuple[Engine, ...]) -> None:
    with rundir.locked(place.run / "starting.lock"):
        if not rundir.is_locked(place.run / "supervised.lock"):
            start(place, engines)
        wait_until_ready(place, engines)


def start(place: Place, engines: tuple[Engine, ...], *, durable: bool = True, parent: int | None = None) -> None:
    """Starts those that do not run, detached from this terminal; with `parent` they die with that process.

    Does not wait until they answer. Callers hold the start lock.
    """
    for engine in engines:
        if engine.find_pid(place) is None:
            engine.prepare(place, durable=durable)
            _launch(spawn_argv(place, engine, durable=durable, parent=parent))


def spawn_argv(place: Place, engine: Engine, *, durable: bool = True, parent: int | None = None) -> list[str]:
    """The whole command of one engine in the foreground; its pid file is written by the process itself."""
    return spawn_command(
        place.pid_file(engine.name),
        engine.argv(place, durable=durable),
        log=log_file(place, engine),
        user=engine.user(),
        parent=parent,
        death_signal=engine.stop_signal,
    )


def spawn_command(
    pid_file: Path,
    argv: list[str],
    *,
    log: Path | None = None,
    user: str | None = None,
    parent: int | None = None,
    death_signal: int = signal.SIGTERM,
) -> list[str]:
    """`argv` by way of spawn.py, which see."""
    options = ["--pid-file", str(pid_file)]
    options += ["--log", str(log)] if log else []
    options += ["--user", user] if user else []
    options += ["--parent", str(parent), "--signal", str(int(death_signal))] if parent else []
    return [sys.executable, "-I", "-S", str(SPAWN), *options, "--", *argv]


def _launch(argv: list[str]) -> None:
    """Detached: a Ctrl-C in this terminal is not for the engine."""
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd="/", start_new_session=True
    )
    # From here on the engine is found by its pid file; without this Python would warn that it still runs.
    process.returncode = 0


def log_file(place: Place, engine: Engine) -> Path:
    return place.logs / f"{engine.name}.log"


def wait_until_ready(place: Place, engines: tuple[Engine, ...]) -> None:
    """Raises EngineError with the end of the log when one does not answer in time."""
    deadline = time.monotonic() + START_SECONDS
    for engine in engines:
        while not engine.is_ready(place):
            if time.monotonic() > deadline:
                raise EngineError(f"{engine.name} did not start:\n{_end_of_log(place, engine)}")
            time.sleep(POLL_SECONDS)


def _end_of_log(place: Place, engine: Engine) -> str:
    try:
        return "\n".join(log_file(place, engine).read_text(errors="replace").splitlines()[-5:])
    except OSError:
        return "(no log)"


def stop(place: Place) -> None:
    """Stops every engine of the place that runs, Redis before PostgreSQL. Callers hold the start lock."""
    for engine in (*REDIS, POSTGRES):
        pid = engine.find_pid(place)
        if pid is not None:
            _stop_process(pid, engine.stop_signal)
        place.pid_file(engine.name).unlink(missing_ok=True)


def _stop_process(pid: int, stop_signal: int) -> None:
    try:
        process = psutil.Process(pid)
        process.send_signal(stop_signal)
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(STOP_SECONDS)
    except psutil.NoSuchProcess:
        pass


@contextmanager
def temporary(*, postgres: bool = True, redis: bool = True) -> Iterator[Path]:
    """A new data folder with its own engines, fast and forgetful, for tests; both gone afterwards.

    The engines die with this process even when it is killed; a folder left by that goes at the next call.
    """
    _remove_abandoned()
    directory = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
    try:
        place = rundir.prepare(directory)
        with rundir.locked(place.run / "using.lock"):
            engines = wanted(postgres=postgres, redis=redis)
            start(place, engines, durable=False, parent=os.getpid())
            wait_until_ready(place, engines)
            yield directory
    finally:
        stop(rundir.place_of(directory))
        shutil.rmtree(directory, ignore_errors=True)


def _remove_abandoned() -> None:
    """Removes folders whose test run was killed: their lock is free. Younger than an hour, they may be starting."""
    for directory in Path(tempfile.gettempdir()).glob(f"{TEMPORARY_PREFIX}*"):
        lock = directory / "run" / "using.lock"
        try:
            if time.time() - lock.stat().st_mtime > 3600 and not rundir.is_locked(lock):
                shutil.rmtree(directory, ignore_errors=True)
        except OSError:
            continue
