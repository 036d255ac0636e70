"""Runs programs on what strangers sent: each in a process of its own, with limits, and few at a time."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from django.utils.translation import gettext as _

from feedsite.errors import Busy

GUARD = Path(__file__).with_name("guard.py")
# Programs that one web process runs at once, and how long an upload waits for its turn.
AT_ONCE = 2
WAIT_SECONDS = 10
# What is read of a program's words, however many it makes.
MOST_SAID = 64 * 1024
PIPE = subprocess.PIPE
_slots = threading.BoundedSemaphore(AT_ONCE)
Running: TypeAlias = "subprocess.Popen[bytes]"


@dataclass(frozen=True)
class Bounds:
    """`file_bytes` is the size of a file it may write; processor time counts all its threads."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    wall_seconds: int


class Failed(Exception):
    """It crashed, broke a limit or gave up; `said` is the end of what it told on its way."""

    def __init__(self, said: str = "") -> None:
        super().__init__(said)
        self.said = said


@contextmanager
def turn() -> Iterator[None]:
    """One of the few places for work of requests; raises Busy when none gets free."""
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise Busy(_("Many uploads are being worked on. Try again in a moment."))
    try:
        yield
    finally:
        _slots.release()


def run(command: Sequence[str], bounds: Bounds, folder: Path) -> tuple[str, str]:
    """(what it printed, what it complained of), working in `folder`; raises Failed.

    Its words go to files there, which are held to the same limit, so they cannot fill our memory.
    """
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as complaints:
        process = start(command, bounds, folder, out=out, complaints=complaints)
        try:
            code = process.wait(bounds.wall_seconds)
        except subprocess.TimeoutExpired:
            end(process)
            raise Failed("It took too long.") from None
    if code != 0:
        raise Failed(read_some(folder / "err"))
    return read_some(folder / "out"), read_some(folder / "err")


def read_some(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(MOST_SAID).decode(errors="replace")


def start(command: Sequence[str], bounds: Bounds, folder: Path, *, out: object, complaints: object) -> Running:
    limits = [bounds.memory_bytes, bounds.cpu_seconds, bounds.file_bytes, os.getpid()]
    return subprocess.Popen(  # noqa: S603 - our own argv
        [sys.executable, "-I", "-S", str(GUARD), *map(str, limits), *command],
        cwd=folder,
        # Nothing of ours: no secret, no proxy, no setting.
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=out,  # type: ignore[call-overload]
        stderr=complaints,
        close_fds=True,
    )


def end(process: Running) -> None:
    process.kill()
    process.wait()
