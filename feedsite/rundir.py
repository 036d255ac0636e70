"""DATA_DIR/run: where sockets, pid files and locks of one site live, and how to read and take them."""

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

# A unix socket's path may have 107 bytes; the longest name below run/ ("postgres/.s.PGSQL.5432") takes 24.
LONGEST_RUN_PATH = 80
# What needs no quoting in a URL, in postgresql.conf and in a Redis option.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")


@dataclass(frozen=True)
class Place:
    """The real data directory, and a short and plain path that leads to its `run` folder."""

    data: Path
    run: Path

    @property
    def logs(self) -> Path:
        return self.data / "log"

    def pid_file(self, name: str) -> Path:
        return self.data / "run" / f"{name}.pid"


class Busy(Exception):
    """Somebody else holds the lock."""


def place_of(data_dir: Path) -> Place:
    """Pure: says where things will be, makes nothing."""
    data = data_dir.resolve()
    run = data / "run"
    if not _is_plain_and_short(run, LONGEST_RUN_PATH):
        run = _short_path(run)
    return Place(data, run)


def _is_plain_and_short(path: Path, limit: int) -> bool:
    return len(os.fsencode(path)) <= limit and PLAIN_PATH.fullmatch(str(path)) is not None


def _short_path(run: Path) -> Path:
    """The name of a link in the temp folder; its hash keeps two sites apart."""
    folder = Path(tempfile.gettempdir())
    if not _is_plain_and_short(folder, LONGEST_RUN_PATH - 30):
        folder = Path("/tmp")  # noqa: S108 - the link's owner is checked when it is used
    digest = hashlib.sha256(os.fsencode(run)).hexdigest()[:12]
    return folder / f"feedsite-{os.getuid()}-{digest}"


def prepare(data_dir: Path) -> Place:
    """Makes the folders, and the short link where one is needed. Raises OSError when it cannot."""
    place = place_of(data_dir)
    place.logs.mkdir(parents=True, exist_ok=True)
    real_run = place.data / "run"
    # Under root PostgreSQL is another user and must get through to its own folder below this one.
    real_run.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, exist_ok=True)
    if place.run != real_run:
        _link(place.run, real_run)
    return place


def _link(link: Path, target: Path) -> None:
    """Makes the link; one that another user put there is never followed. Raises FileExistsError."""
    with contextlib.suppress(FileExistsError):
        link.symlink_to(target)
    if link.lstat().st_uid != os.getuid() or not link.is_symlink() or link.readlink() != target:
        raise FileExistsError(f"{link} is in the way: remove it.")


@contextlib.contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[IO[str]]:
    """Holds an exclusive lock on the file while the block runs; raises Busy when `wait` is off and it is held."""
    with path.open("a+") as file:
        if wait:
            fcntl.flock(file, fcntl.LOCK_EX)
        elif not try_lock(file):
            raise Busy(path)
        yield file


def try_lock(file: IO[str]) -> bool:
    """Takes the exclusive lock if nobody else holds any lock on the file."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_locked(path: Path) -> bool:
    try:
        with locked(path, wait=False):
            return False
    except Busy:
        return True


def read_pid(path: Path) -> int | None:
    """The number in the file's first line, None when there is none."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def is_alive(pid: int, marker: str) -> bool:
    """Whether the process runs and is the one meant (its command line has `marker`), not a later one of that pid."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and marker in "\0".join(process.cmdline())
    except psutil.Error:
        return False


def find_pid(place: Place, name: str, marker: str) -> int | None:
    pid = read_pid(place.pid_file(name))
    return pid if pid is not None and is_alive(pid, marker) else None
