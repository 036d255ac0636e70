"""The one list of the site's own processes; `make run` and docker-compose.yml both start from it.

`python -m feedsite.processes NAME` becomes that process (the containers use it; HOST, PORT, DATA_DIR from the
environment).
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from feedsite import spawn

FANOUT_QUEUES = ("fanout", "fanout_big")
WORK_QUEUES = ("default", "notify", "maint")
# What waits for servers of others: a slow one keeps nobody from being told, and no sweeper from its turn.
OUTSIDE_QUEUES = ("mail", "push", "links")
MEDIA_QUEUES = ("media",)
# What pages tell of what was read: as much as people read, and of no account to whoever waits for anything else.
IMPRESSION_QUEUES = ("impressions",)
WEB_WORKERS = 2
WEB_THREADS = 4
FANOUT_WORKERS = 2
WORK_WORKERS = 2
OUTSIDE_WORKERS = 2
# A video at a time: ffmpeg takes two threads for it.
MEDIA_WORKERS = 1
IMPRESSION_WORKERS = 1
DEFAULT_PORT = 8000
# A frame of the socket; what a client may send is far less and refused by the consumer.
SOCKET_FRAME_BYTES = 65_536
SOCKET_STOP_SECONDS = 5
WEB_STOP_SECONDS = 5


@dataclass(frozen=True)
class Process:
    """`name` is also that of the pid file; `module` is run by `python -m` with `arguments`."""

    name: str
    module: str
    arguments: tuple[str, ...]

    def argv(self) -> list[str]:
        return [sys.executable, "-m", self.module, *self.arguments]


def site(*, host: str, port: int, socket_port: int, run: Path) -> list[Process]:
    """All of them, those people wait for first."""
    return [
        Process("web", "granian", _web(host, port)),
        Process("sockets", "uvicorn", _sockets(host, socket_port)),
        # The next deliveries wait in the worker, not in the broker: they take milliseconds each.
        Process("worker-fanout", "celery", _worker("worker-fanout", FANOUT_QUEUES, FANOUT_WORKERS, fetched=4)),
        Process("worker", "celery", _worker("worker", WORK_QUEUES, WORK_WORKERS)),
        Process("worker-outside", "celery", _worker("worker-outside", OUTSIDE_QUEUES, OUTSIDE_WORKERS)),
        Process("worker-media", "celery", _worker("worker-media", MEDIA_QUEUES, MEDIA_WORKERS)),
        Process(
            "worker-impressions",
            "celery",
            _worker("worker-impressions", IMPRESSION_QUEUES, IMPRESSION_WORKERS, fetched=4),
        ),
        Process("beat", "celery", _beat(run)),
    ]


def _web(host: str, port: int) -> tuple[str, ...]:
    return (
        *("--interface", "wsgi", "--host", host, "--port", str(port), "--no-ws"),
        *("--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS)),
        # A worker that dies is replaced by its parent while the other serves.
        *("--respawn-failed-workers", "--respawn-interval", "0.5"),
        *("--workers-kill-timeout", str(WEB_STOP_SECONDS), "--log-level", "warning"),
        "feedsite.wsgi:application",
    )


def _sockets(host: str, port: int) -> tuple[str, ...]:
    return (
        *("--host", host, "--port", str(port), "--lifespan", "off", "--log-level", "warning", "--no-access-log"),
        *("--ws", "websockets-sansio", "--ws-max-size", str(SOCKET_FRAME_BYTES)),
        *("--timeout-graceful-shutdown", str(SOCKET_STOP_SECONDS)),
        "feedsite.asgi:application",
    )


def _worker(name: str, queues: tuple[str, ...], processes: int, fetched: int = 1) -> tuple[str, ...]:
    return (
        *("--quiet", "--skip-checks", "--app", "feedsite", "worker", "--queues", ",".join(queues)),
        *("--concurrency", str(processes), "--prefetch-multiplier", str(fetched), "--hostname", f"{name}@%h"),
        # Workers need not know of one another; without these a start is faster and the broker calmer.
        *("--without-gossip", "--without-mingle", "--loglevel", "WARNING"),
    )


def _beat(run: Path) -> tuple[str, ...]:
    # No pid file of its own: a stale one would keep it from starting.
    return (
        *("--quiet", "--skip-checks", "--app", "feedsite", "beat", "--loglevel", "WARNING"),
        *("--pidfile", "", "--schedule", str(run / "beat-schedule")),
    )


def from_environment() -> list[Process]:
    """The list for HOST (all interfaces of the container unless given), PORT and DATA_DIR."""
    port = int(os.environ.get("PORT") or DEFAULT_PORT)
    run = Path(os.environ.get("DATA_DIR") or ".data").resolve() / "run"
    return site(host=os.environ.get("HOST") or "127.0.0.1", port=port, socket_port=port + 1, run=run)


def main(arguments: list[str]) -> None:
    chosen = {process.name: process for process in from_environment()}
    if len(arguments) != 1 or arguments[0] not in chosen:
        sys.exit(f"usage: python -m feedsite.processes {'|'.join(chosen)}")
    argv = chosen[arguments[0]].argv()
    run = Path(os.environ.get("DATA_DIR") or ".data").resolve() / "run"
    run.mkdir(parents=True, exist_ok=True)
    spawn.write_pid_file(str(run / f"{arguments[0]}.pid"), os.getpid())
    os.execv(argv[0], argv)  # noqa: S606 - our own argv


if __name__ == "__main__":
    main(sys.argv[1:])
