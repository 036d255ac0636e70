"""The way to the cache in Redis, and round it: whoever asks here is told of no Redis that is away.

A stopped Redis costs one time limit, once: then the breaker is open, everybody is served from
PostgreSQL at once, and a thread of its own looks when Redis is back.
"""

import functools
import hashlib
import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django_redis import get_redis_connection
from redis.exceptions import (
    BusyLoadingError,
    ConnectionError,
    NoScriptError,
    RedisError,
    ResponseError,
    TimeoutError,
)

__all__ = ["AWAY", "ResponseError", "Script", "breaker", "client", "forgiving"]

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")
LOOK_AGAIN_SECONDS = 0.25
# What Redis and the way to it may raise; and what of that means that it does not answer.
AWAY = (RedisError, OSError)
SILENT = (ConnectionError, TimeoutError, BusyLoadingError, OSError)


class CacheAway(RedisError):
    """The breaker is open: Redis did not answer a moment ago."""


def client() -> Any:
    return get_redis_connection("default")


class Breaker:
    """Open from an error until a ping is answered again; one for each process."""

    def __init__(self) -> None:
        self.is_open = False
        self.lock = threading.Lock()

    def call(self, work: Callable[[], Answer]) -> Answer:
        """The answer of the work; raises CacheAway at once while open, and what the work raises."""
        if self.is_open:
            raise CacheAway("Redis did not answer a moment ago.")
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
        logger.warning("Redis does not answer, reads go to PostgreSQL: %s", error)
        threading.Thread(target=self.wait_for_redis, name="redis-breaker", daemon=True).start()

    def wait_for_redis(self) -> None:
        while not self.answers():
            time.sleep(LOOK_AGAIN_SECONDS)
        self.is_open = False
        logger.warning("Redis answers again.")

    def answers(self) -> bool:
        try:
            return bool(client().ping())
        except AWAY:
            return False


breaker = Breaker()


def forgiving(default: Callable[[], Any]) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Without Redis everything is answered from PostgreSQL, so an error there is only a miss."""

    def wrap(function: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Answer:
            try:
                return breaker.call(lambda: function(*args, **kwargs))
            except CacheAway:
                return default()  # type: ignore[no-any-return]
            except AWAY as error:
                if not isinstance(error, SILENT):  # else the breaker has said so
                    logger.warning("Redis refused %s: %s", function.__name__, error)
                return default()  # type: ignore[no-any-return]

        return call

    return wrap


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
