"""The way to the cache in Redis, and round it: whoever asks here is told of no Redis that is away."""

import functools
import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django_redis import get_redis_connection
from redis.exceptions import ResponseError

from feedsite.breaker import AWAY, SILENT, Breaker, OutOfReach, Script

__all__ = ["AWAY", "Breaker", "ResponseError", "Script", "breaker", "client", "forgiving"]

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")


def client() -> Any:
    return get_redis_connection("default")


breaker = Breaker(lambda: client().ping(), without="reads go to PostgreSQL")


def forgiving(default: Callable[[], Any]) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Without Redis everything is answered from PostgreSQL, so an error there is only a miss."""

    def wrap(function: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Answer:
            try:
                return breaker.call(lambda: function(*args, **kwargs))
            except OutOfReach:
                return default()  # type: ignore[no-any-return]
            except AWAY as error:
                if not isinstance(error, SILENT):  # else the breaker has said so
                    logger.warning("Redis refused %s: %s", function.__name__, error)
                return default()  # type: ignore[no-any-return]

        return call

    return wrap
