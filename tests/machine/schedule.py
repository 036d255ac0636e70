"""Two connections in a fixed order: each step lasts until the other side waits for a lock, or is done."""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, connections

WAIT_SECONDS = 20


class Side(threading.Thread):
    """Runs `work(pause)` on a connection of its own; `pause()` in it waits for `go`."""

    def __init__(self, work: Callable[[Callable[[], None]], Any]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.pid = 0
        self.error: BaseException | None = None
        self.is_paused, self.may_go = threading.Event(), threading.Event()
        self.was_blocked = False
        self.start()
        self.wait()

    def run(self) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self.pid = cursor.fetchone()[0]
            self.work(self.pause)
        except BaseException as error:  # noqa: BLE001 - told by `end`
            self.error = error
        finally:
            connections.close_all()

    def pause(self) -> None:
        self.is_paused.set()
        assert self.may_go.wait(WAIT_SECONDS)

    def wait(self) -> None:
        """Until it has paused, waits for a lock, or is done."""
        for _ in range(WAIT_SECONDS * 500):
            self.join(0.002)
            if not self.is_alive() or self.is_paused.is_set():
                return
            if self.is_blocked():
                self.was_blocked = True
                return
        raise AssertionError("this side neither ended nor waited for a lock")

    def is_blocked(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.pid])
            return bool(cursor.fetchone()[0])

    def end(self) -> None:
        self.may_go.set()
        self.join(WAIT_SECONDS)
        assert not self.is_alive()
        if self.error:
            raise self.error
