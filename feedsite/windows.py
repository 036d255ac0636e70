"""Sliding windows: so many in any stretch of so many seconds, exact however many ask at once.

Redis counts, one script and one trip for each. While it is away PostgreSQL does, by the function `rate_take`; the
two do not know of each other's counts, so a Redis that goes or comes back grants a window anew.
"""

import functools
from typing import Any, NamedTuple

import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

from feedsite.breaker import AWAY, Breaker, Script

# A list of moments in microseconds, the newest at its head; it goes when the newest has left the window.
# KEYS: a window. ARGV: most, length in microseconds, now in microseconds (0: what Redis says).
# Answers what `Took` holds.
TAKE = Script("""
local most, length, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if now == 0 then
    local time = redis.call('TIME')
    now = time[1] * 1000000 + time[2]
end
local oldest = redis.call('LINDEX', KEYS[1], -1)
while oldest and tonumber(oldest) <= now - length do
    redis.call('RPOP', KEYS[1])
    oldest = redis.call('LINDEX', KEYS[1], -1)
end
local taken = redis.call('LLEN', KEYS[1])
if taken >= most then
    return {-1, redis.call('LINDEX', KEYS[1], most - 1) + length - now}
end
redis.call('LPUSH', KEYS[1], string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(length / 1000))
return {most - taken - 1, (oldest or now) + length - now}
""")
MICRO = 1_000_000
TAKE_FROM_POSTGRES = "SELECT remaining, wait_us FROM rate_take(%s, %s, %s, %s)"
GIVE_BACK_TO_POSTGRES = """
DELETE FROM rate_count WHERE ctid = (
  SELECT ctid FROM rate_count WHERE name = %s ORDER BY counted_at DESC LIMIT 1 FOR UPDATE SKIP LOCKED)
"""
# Each name's own are deleted when it is used again; these are of names that were not.
CLEAR = "DELETE FROM rate_count WHERE counted_at < now() - interval '1 day'"


class Took(NamedTuple):
    """How many are left in the window, and the microseconds until it has room for one more.

    -1: it was full, and this one was not counted.
    """

    remaining: int
    wait_us: int

    @property
    def wait_seconds(self) -> int:
        """Rounded up, so that whoever waits for so long finds room."""
        return max(-(-self.wait_us // MICRO), 1)


@functools.cache
def client() -> Any:
    """The Redis that never evicts: what it forgot would be counted anew."""
    return redis.Redis.from_url(
        settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://", 1),
        socket_timeout=0.25,
        socket_connect_timeout=0.25,
        retry=Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
    )


breaker = Breaker(lambda: client().ping(), without="PostgreSQL counts for the limits")


def take(name: str, most: int, seconds: int) -> Took:
    """Counts one in the window of that name, if it has room."""
    try:
        return breaker.call(lambda: take_from_redis(name, most, seconds))
    except AWAY:
        return take_from_postgres(name, most, seconds)


def take_from_redis(name: str, most: int, seconds: int, *, now_us: int = 0) -> Took:
    """`now_us` in place of the server's clock, which all processes share."""
    return Took(*TAKE(client(), [key(name)], [most, seconds * MICRO, now_us]))


def take_from_postgres(name: str, most: int, seconds: int, *, now_us: int | None = None) -> Took:
    """The same; in a transaction that is rolled back it was not counted, and until it ends others of the name wait."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE_FROM_POSTGRES, [name, most, seconds * MICRO, now_us])
        return Took(*cursor.fetchone())


def give_back(name: str) -> None:
    """Takes the newest back out of the window."""
    try:
        breaker.call(lambda: client().lpop(key(name)))
    except AWAY:
        with connection.cursor() as cursor:
            cursor.execute(GIVE_BACK_TO_POSTGRES, [name])


def clear() -> None:
    """Forgets what PostgreSQL counted more than a day ago, longer than any window."""
    with connection.cursor() as cursor:
        cursor.execute(CLEAR)


def key(name: str) -> str:
    return f"{settings.REDIS_PREFIX}:limit:{name}"
