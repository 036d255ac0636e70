"""Limits in tests: time that passes, and a Redis that is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from feedsite import windows

real_client = windows.client


def later(seconds: float) -> None:
    """Everything that was counted, here and there, is so much older."""
    redis = real_client()
    for name in redis.scan_iter(windows.key("*")):
        moments = [int(moment) - int(seconds * windows.MICRO) for moment in redis.lrange(name, 0, -1)]
        redis.delete(name)
        redis.rpush(name, *moments)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE rate_count SET counted_at = counted_at - %s * interval '1 second'", [seconds])


@contextmanager
def redis_away(monkeypatch: Any) -> Iterator[None]:
    """The limits ask where no Redis listens; afterwards it answers again."""
    nowhere = Redis(unix_socket_path="/nowhere/redis.sock", retry=Retry(NoBackoff(), 0))
    with monkeypatch.context() as patch:
        patch.setattr(windows, "client", lambda: nowhere)
        yield
    windows.breaker.wait_for_redis()
