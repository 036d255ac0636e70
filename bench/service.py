"""The site's own processes, started as `make run` starts them but under the bench's settings."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.db import connection

from bench import people, seams, stage
from bench.timing import wait_until
from feeds.tasks import deliver
from feedsite import embedded, processes
from feedsite.processes import Process

BASE_DIR = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 3


@dataclass(frozen=True)
class Site:
    """Where pages and sockets answer."""

    port: int
    socket_port: int


@contextmanager
def running(*names: str, workers: int | None = None, **env: str) -> Iterator[Site]:
    """Runs these of `feedsite.processes` while the block runs; `workers` is the number of a worker's processes."""
    port = free_ports()
    run = Path(settings.DATA_DIR) / "run"
    site = processes.site(host=HOST, port=port, socket_port=port + 1, run=run)
    chosen = [with_workers(process, workers) for process in site if process.name in names]
    started = [start(process, run / f"bench-{process.name}-{port}.pid", port, env) for process in chosen]
    try:
        wait_for(names, port)
        yield Site(port, port + 1)
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            end(process)


def with_workers(process: Process, number: int | None) -> Process:
    arguments = list(process.arguments)
    if number is None or "--concurrency" not in arguments:
        return process
    arguments[arguments.index("--concurrency") + 1] = str(number)
    return replace(process, arguments=tuple(arguments))


def start(process: Process, pid_file: Path, port: int, env: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Dies with this process even when it is killed; its own children go with its group."""
    return subprocess.Popen(
        embedded.spawn_command(pid_file, process.argv(), parent=os.getpid()),
        cwd=BASE_DIR,
        env=environment(port) | env,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def environment(port: int) -> dict[str, str]:
    """This process's own, with the database it is connected to."""
    url = stage.with_database(settings.DATABASE_URL, connection.settings_dict["NAME"])
    return os.environ | {
        "DATABASE_URL": url,
        "PORT": str(port),
        "LIVE_PORT": str(port + 1),
        "FEED_STRATEGY": settings.FEED_STRATEGY,
        "DJANGO_SETTINGS_MODULE": "bench.settings",
    }


def wait_for(names: tuple[str, ...], port: int) -> None:
    if "web" in names:
        wait_until(lambda: answers(port), START_SECONDS, "web answers", every=0.05)
    if "sockets" in names:
        wait_until(lambda: listens(port + 1), START_SECONDS, "sockets answers", every=0.05)
    if "worker-fanout" in names:
        wait_until(works, START_SECONDS, "the fan-out worker works")


def works() -> bool:
    """Whether a post that has just been queued leaves the outbox."""
    lonely = people.make_people(f"nobody_{os.urandom(4).hex()}_", 1)[0]
    post_ids = people.publish_quietly(lonely, 1)
    deliver.delay(post_ids[0])
    wait_until(lambda: seams.is_delivered(post_ids), START_SECONDS, "the worker delivers")
    return True


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://{HOST}:{port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def listens(port: int) -> bool:
    try:
        socket.create_connection((HOST, port), 2).close()
    except OSError:
        return False
    return True


def end(process: "subprocess.Popen[bytes]") -> None:
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS)


def free_ports() -> int:
    """A port that is free together with the one after it."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind((HOST, 0))
            port = first.getsockname()[1]
            try:
                second.bind((HOST, port + 1))
            except OSError:
                continue
            return int(port)
