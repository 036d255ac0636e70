"""Folders for work on files that strangers sent; gone with the work, or an hour after whoever did it was killed."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "feedsite-media-"
FORGOTTEN_SECONDS = 3600


@contextmanager
def scratch() -> Iterator[Path]:
    clear_forgotten()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        yield Path(folder)


def clear_forgotten() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):  # another process clears as well
            if folder.stat().st_mtime < time.time() - FORGOTTEN_SECONDS:
                shutil.rmtree(folder, ignore_errors=True)
