"""What every way to a Redis has: a breaker, and Lua scripts.

A stopped Redis costs one time limit, once: then the breaker is open, everybody is served without it at once, and a
thread of its own looks when Redis is back.
"""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from redis.exceptions import BusyLoadingError, ConnectionError, NoScriptError, RedisError, TimeoutError

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
LOOK_AGAIN_SECONDS = 0.25
# What Redis and the way to it may raise; and what of that means that it does not answer.
AWAY = (RedisError, OSError)
SILENT = (ConnectionError, TimeoutError, BusyLoadingError, OSError)


class OutOfReach(RedisError):
    """The breaker is open: Redis did not answer a moment ago."""


class Breaker:
    """Open from an error until a ping is answered again; one for each server and process."""

    def __init__(self, ping: Callable[[], Any], *, without: str) -> None:
        """`without` says in the log what is done meanwhile."""
        self.ping = ping
        self.without = without
        self.is_open = False
        self.lock = threading.Lock()

    def call(self, work: Callable[[], Answer]) -> Answer:
        """The answer of the work; raises OutOfReach at once while open, and what the work raises."""
        if self.is_open:
            raise OutOfReach("Redis did not answer a moment ago.")
        try:
            return work()
        except SILENT as error:
            self.trip(error)
            raise

    def trip(self, error: Exception) -> None:
        with self.lock:
            if self.is_open:
                return
            self.is_open = True
        logger.warning("Redis does not answer, %s: %s", self.without, error)
        threading.Thread(target=self.wait_for_redis, name="redis-breaker", daemon=True).start()

    def wait_for_redis(self) -> None:
        while not self.answers():
            time.sleep(LOOK_AGAIN_SECONDS)
        self.is_open = False
        logger.warning("Redis answers again.")

    def answers(self) -> bool:
        try:
            return bool(self.ping())
        except AWAY:
            return False


class Script:
    """A Lua script by its SHA-1, loaded where the server does not know it (any more)."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.sha = hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()

    def __call__(self, redis: Any, keys: Sequence[str], arguments: Sequence[Any]) -> Any:
        try:
            return redis.execute_command("EVALSHA", self.sha, len(keys), *keys, *arguments)
        except NoScriptError:
            return redis.execute_command("EVAL", self.source, len(keys), *keys, *arguments)
