"""The newest part of active readers' timelines in Redis: a cache that may vanish at any moment."""

import functools
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from feeds import keys

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

# KEYS: hot timelines. ARGV: entry id, length kept. Adds only where a timeline exists; the member
# with score 0 stays first, whatever is trimmed.
ADD = """
for _, key in ipairs(KEYS) do
    if redis.call('EXISTS', key) == 1 then
        redis.call('ZADD', key, ARGV[1], ARGV[1])
        redis.call('ZREMRANGEBYRANK', key, 1, -(ARGV[2] + 1))
    end
end
"""
# KEYS: a hot timeline. ARGV: token, version, lifetime, length kept, entry ids newest first.
# Finishes a fill unless something has emptied the key since the fill began.
FINISH = """
if not redis.call('ZSCORE', KEYS[1], 'f' .. ARGV[1]) then return 0 end
redis.call('ZREM', KEYS[1], 'f' .. ARGV[1])
redis.call('ZADD', KEYS[1], 0, 'v' .. ARGV[2])
for i = 5, #ARGV do redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i]) end
-- Newest first: what was added meanwhile below a full copy's end would leave a gap above itself.
if #ARGV - 4 >= tonumber(ARGV[4]) then redis.call('ZREMRANGEBYSCORE', KEYS[1], 1, '(' .. ARGV[#ARGV]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
FILL_SECONDS = 10
ADD_AT_ONCE = 500
ONLINE_SECONDS = 90


def client() -> Any:
    return get_redis_connection("default")


def forgiving(default: Callable[[], Any]) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    """Without Redis everything is answered from PostgreSQL, so an error here is only a miss."""

    def wrap(function: Callable[..., Answer]) -> Callable[..., Answer]:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Answer:
            try:
                return function(*args, **kwargs)
            except (RedisError, OSError) as error:
                logger.warning("Redis did not answer %s: %s", function.__name__, error)
                return default()  # type: ignore[no-any-return]

        return call

    return wrap


@forgiving(lambda: None)
def read(user_id: int, *, below: int, limit: int) -> tuple[int, list[int]] | None:
    """(relations version it was filled at, entry ids newest first), or None when there is none."""
    key = keys.hot_timeline(user_id)
    pipe = client().pipeline(transaction=False)
    pipe.zrange(key, 0, 0)
    pipe.zrevrangebyscore(key, f"({below}", 1, start=0, num=limit)
    pipe.zscore(keys.hot_readers(), user_id)
    first, entries, registered = pipe.execute()
    # A reader missing from the register (evicted, expired) is not told of new entries.
    if registered is None or not first or not first[0].startswith(b"v"):
        return None
    return int(first[0][1:]), [int(entry) for entry in entries]


@forgiving(lambda: None)
def start_fill(user_id: int) -> str | None:
    """Opens a fill: from now on new entries are added to the key. None: another fill is under way."""
    key, token = keys.hot_timeline(user_id), secrets.token_hex(8)
    pipe = client().pipeline()
    pipe.zrange(key, 0, 0)
    first = pipe.execute()[0]
    if first and first[0].startswith(b"f"):
        return None
    pipe.delete(key)
    pipe.zadd(key, {f"f{token}": 0})
    pipe.expire(key, FILL_SECONDS)
    pipe.zadd(keys.hot_readers(), {str(user_id): time.time() + settings.HOT_TIMELINE_SECONDS})
    pipe.execute()
    return token


@forgiving(lambda: None)
def finish_fill(user_id: int, token: str, *, version: int, entries: Iterable[int]) -> None:
    kept = (settings.HOT_TIMELINE_SECONDS, settings.HOT_TIMELINE_LENGTH)
    client().eval(FINISH, 1, keys.hot_timeline(user_id), token, version, *kept, *entries)


def add(entry_id: int, user_ids: list[int]) -> None:
    """Puts a new entry into those readers' hot timelines, where they have one.

    Raises RedisError: whoever calls must keep the entry owed until this has worked.
    """
    script = client().register_script(ADD)
    for start in range(0, len(user_ids), ADD_AT_ONCE):
        names = [keys.hot_timeline(pk) for pk in user_ids[start : start + ADD_AT_ONCE]]
        script(keys=names, args=[entry_id, settings.HOT_TIMELINE_LENGTH])


def alive(key: str) -> list[int]:
    pipe = client().pipeline(transaction=False)
    pipe.zremrangebyscore(key, 0, time.time())
    pipe.zrange(key, 0, -1)
    return [int(member) for member in pipe.execute()[1]]


def hot_readers() -> list[int]:
    """User ids with a hot timeline; raises RedisError."""
    return alive(keys.hot_readers())


def online_readers() -> list[int]:
    """User ids with an open socket; raises RedisError."""
    return alive(keys.online())


@forgiving(list)
def mark_online(user_ids: list[int]) -> list[int]:
    """Keeps readers online for ONLINE_SECONDS more; those of whom that had been forgotten."""
    members = [str(pk) for pk in user_ids]
    if not members:
        return []
    until = time.time() + ONLINE_SECONDS
    pipe = client().pipeline(transaction=False)
    pipe.zmscore(keys.online(), members)
    pipe.zadd(keys.online(), dict.fromkeys(members, until))
    known, _ = pipe.execute()
    return [pk for pk, score in zip(user_ids, known, strict=True) if score is None]
