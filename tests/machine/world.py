"""Four people on an empty site, and the queue between them and their workers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.app.task import Task
from django.apps import apps
from django.db import connection
from django.test import override_settings

from accounts import actions as accounts
from accounts.models import User
from tests.helpers import bearer, flush_redis
from tests.machine import engine

NAMES = ("alice", "bob", "carol", "dave")
# Small, so that a short history meets trims, chunks, moves and full copies in Redis.
SMALL = {
    "TIMELINE_SIZE": 3,
    "TIMELINE_SLACK": 1,
    "FANOUT_CHUNK_FOLLOWERS": 1,
    "FANOUT_INLINE_FOLLOWERS": 0,
    "HOT_TIMELINE_LENGTH": 4,
    "FEED_STRATEGY": "hybrid",
    "CELEBRITY_THRESHOLD": 2,
}
Message = tuple[Any, tuple[Any, ...]]


class World:
    """Four people, their queue and their apps; emptied and used again by each history."""

    def __init__(self) -> None:
        self.people = [User.objects.create(username=f"{name}_m", email=f"{name}@machine.example") for name in NAMES]
        self.ids = [person.pk for person in self.people]
        self.headers = [bearer(accounts.issue_token(person)) for person in self.people]
        self.queue: list[Message] = []
        self.queue_lock = threading.Lock()
        self.settings = override_settings()
        self.histories = 0

    def begin(self, **chosen: Any) -> None:
        """An empty site with these settings."""
        self.histories += 1
        self.queue.clear()
        empty_tables()
        flush_redis()
        for person in self.people:
            person.is_active, person.is_private, person.is_limited = True, False, False
        self.settings = override_settings(**{**SMALL, "RATE_LIMITS": False, **chosen})
        self.settings.enable()

    def end(self) -> None:
        self.settings.disable()

    @contextmanager
    def broker(self) -> Iterator[None]:
        """Messages sent wait in `queue`, as if every worker were busy."""
        kept = Task.apply_async

        def put(task: Any, args: Any = None, *_: Any, **__: Any) -> None:
            with self.queue_lock:
                self.queue.append((task, tuple(args or ())))

        Task.apply_async = put
        try:
            yield
        finally:
            Task.apply_async = kept

    def take(self, number: int) -> Message | None:
        """One of the waiting messages, not necessarily the oldest."""
        with self.queue_lock:
            return self.queue.pop(number % len(self.queue)) if self.queue else None

    def put_back(self, message: Message) -> None:
        """Acknowledged late: a message whose worker died is given to the next one."""
        with self.queue_lock:
            self.queue.append(message)

    def run_queue(self) -> None:
        while message := self.take(0):
            run(message)

    def run_all(self) -> None:
        """What waits, and what was lost and is found by the sweeper."""
        self.run_queue()
        engine.sweep()


def run(message: Message) -> None:
    task, args = message
    task.run(*args)


def empty_tables() -> None:
    """One round trip. Foreign keys are looked at when it ends, so the order is of no matter."""
    tables = [
        model._meta.db_table
        for app in ("social", "posts", "feeds", "notifications")
        for model in apps.get_app_config(app).get_models()
        if model._meta.managed
    ]
    counters = [field.name for field in User._meta.concrete_fields if field.name.endswith("_count")]
    emptied = "; ".join(f"DELETE FROM {table}" for table in tables)
    reset = ", ".join(
        [*(f"{name} = 0" for name in counters), "is_active = true", "is_private = false", "is_limited = false"]
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{emptied}; UPDATE accounts_user SET {reset} WHERE username LIKE %s", ["%\\_m"])
