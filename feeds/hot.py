"""The newest part of active readers' timelines in Redis: a cache that may vanish at any moment."""

import secrets
import time
from collections.abc import Iterable, Sequence

from django.conf import settings

from feeds import keys
from feeds.cache import Script, breaker, client, forgiving

# KEYS: a hot timeline, the register. ARGV: user id, below, most. The version it was filled at and the
# entry ids newest first; nothing unless it is complete and its reader is told of new entries.
READ = Script("""
local first = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
if not first or string.sub(first, 1, 1) ~= 'v' or not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return false end
return {first, redis.call('ZREVRANGEBYSCORE', KEYS[1], ARGV[2], 1, 'LIMIT', 0, ARGV[3])}
""")
# KEYS: hot timelines. ARGV: entry id, length kept. Adds only where a timeline exists; the member
# with score 0 stays first, whatever is trimmed.
ADD = Script("""
for _, key in ipairs(KEYS) do
    if redis.call('EXISTS', key) == 1 then
        redis.call('ZADD', key, ARGV[1], ARGV[1])
        redis.call('ZREMRANGEBYRANK', key, 1, -(ARGV[2] + 1))
    end
end
""")
# KEYS: a hot timeline. ARGV: token, version, lifetime, length kept, entry ids newest first.
# Finishes a fill unless something has emptied the key since the fill began.
FINISH = Script("""
if not redis.call('ZSCORE', KEYS[1], 'f' .. ARGV[1]) then return 0 end
redis.call('ZREM', KEYS[1], 'f' .. ARGV[1])
redis.call('ZADD', KEYS[1], 0, 'v' .. ARGV[2])
for i = 5, #ARGV do redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i]) end
-- Newest first: what was added meanwhile below a full copy's end would leave a gap above itself.
if #ARGV - 4 >= tonumber(ARGV[4]) then redis.call('ZREMRANGEBYSCORE', KEYS[1], 1, '(' .. ARGV[#ARGV]) end
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
""")
# KEYS: a hot timeline, the register. ARGV: token, seconds for the fill, user id, when it expires.
START = Script("""
local first = redis.call('ZRANGE', KEYS[1], 0, 0)[1]
if first and string.sub(first, 1, 1) == 'f' then return 0 end
redis.call('DEL', KEYS[1])
redis.call('ZADD', KEYS[1], 0, 'f' .. ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
return 1
""")
# KEYS: registers. ARGV: now, most. For each the members that have not expired, nothing when more than most.
REGISTERED = Script("""
local found = {}
for i, key in ipairs(KEYS) do
    if redis.call('ZCOUNT', key, ARGV[1], '+inf') <= tonumber(ARGV[2]) then
        found[i] = redis.call('ZRANGEBYSCORE', key, ARGV[1], '+inf')
    else
        found[i] = false
    end
end
return found
""")
FILL_SECONDS = 10
ADD_AT_ONCE = 500
ONLINE_SECONDS = 90


@forgiving(lambda: None)
def read(user_id: int, *, below: int, limit: int) -> tuple[int, list[bytes]] | None:
    """(relations version it was filled at, entry ids newest first as digits), or None when there is none."""
    found = READ(client(), [keys.hot_timeline(user_id), keys.hot_readers()], [user_id, f"({below}", limit])
    return (int(found[0][1:]), found[1]) if found else None


@forgiving(lambda: None)
def start_fill(user_id: int) -> str | None:
    """Opens a fill: from now on new entries are added to the key. None: another fill is under way."""
    token = secrets.token_hex(8)
    # Registered for longer than the copy can live: who has one must be told of new entries.
    until = time.time() + settings.HOT_TIMELINE_SECONDS + 2 * FILL_SECONDS
    names = [keys.hot_timeline(user_id), keys.hot_readers()]
    return token if START(client(), names, [token, FILL_SECONDS, user_id, until]) else None


@forgiving(lambda: None)
def finish_fill(user_id: int, token: str, *, version: int, entries: Iterable[int]) -> None:
    kept = (settings.HOT_TIMELINE_SECONDS, settings.HOT_TIMELINE_LENGTH)
    FINISH(client(), [keys.hot_timeline(user_id)], [token, version, *kept, *entries])


def add(entry_id: int, user_ids: Sequence[int]) -> None:
    """Puts a new entry into those readers' hot timelines, where they have one.

    Raises RedisError: whoever calls must keep the entry owed until this has worked.
    """
    for start in range(0, len(user_ids), ADD_AT_ONCE):
        names = keys.hot_timelines(user_ids[start : start + ADD_AT_ONCE])
        breaker.call(lambda names=names: ADD(client(), names, [entry_id, settings.HOT_TIMELINE_LENGTH]))  # type: ignore[misc]


def registered(*, most: int) -> tuple[list[int] | None, list[int] | None]:
    """(user ids with a hot timeline, with an open socket); None in place of more than `most`.

    Raises RedisError.
    """
    found = breaker.call(lambda: REGISTERED(client(), [keys.hot_readers(), keys.online()], [time.time(), most]))
    hot, online = (None if ids is None else [int(member) for member in ids] for ids in found)
    return hot, online


def online_among(user_ids: Sequence[int]) -> list[int]:
    """Those with an open socket; raises RedisError."""
    scores = breaker.call(lambda: client().zmscore(keys.online(), [str(pk) for pk in user_ids])) if user_ids else []
    now = time.time()
    return [pk for pk, score in zip(user_ids, scores, strict=True) if score is not None and score > now]


@forgiving(lambda: None)
def forget_expired() -> None:
    """Takes those out of the registers who have not come for long."""
    now = time.time()
    for key in (keys.hot_readers(), keys.online()):
        client().zremrangebyscore(key, 0, now)


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
