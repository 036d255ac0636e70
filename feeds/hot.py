"""The newest part of active readers' timelines in Redis: a cache that may vanish at any moment."""

import secrets
import time
from collections.abc import Sequence
from typing import NamedTuple

from django.conf import settings

from feeds import keys
from feeds.cache import ResponseError, Script, breaker, client, forgiving

# A hot timeline is a list: entry ids in the order they came, and last of all its mark,
# `v<relations version>:<low>` or, while it is being filled, `f<token>`. All candidates above `low` are
# in it, some perhaps twice; those at or below `low` are as they happen to be, and nobody reads them.
# A server that was started anew from a dump, or a replica in its place, may have missed entries: what
# copies there are were made under another run's name, and are not read.
ANEW = """
local run = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
local is_anew = redis.call('GET', KEYS[3]) ~= run
"""

# KEYS: a hot timeline, the register, the run. ARGV: user id. The list, if its reader is told of new entries.
READ = Script(
    ANEW
    + """
if is_anew or not redis.call('ZSCORE', KEYS[2], ARGV[1]) then return false end
return redis.call('LRANGE', KEYS[1], 0, -1)
"""
)
# KEYS: hot timelines. ARGV: entry id, length kept, length that is cut. Adds only where a timeline
# exists. What is cut off at the end raises `low`, for it need not have been the lowest.
ADD = Script("""
for _, key in ipairs(KEYS) do
    if redis.call('LPUSHX', key, ARGV[1]) > tonumber(ARGV[3]) then
        local mark = redis.call('LINDEX', key, -1)
        if string.sub(mark, 1, 1) == 'v' then
            local colon = string.find(mark, ':', 1, true)
            local low = tonumber(string.sub(mark, colon + 1))
            for _, id in ipairs(redis.call('LRANGE', key, ARGV[2], -2)) do
                if tonumber(id) > low then low = tonumber(id) end
            end
            redis.call('LTRIM', key, 0, ARGV[2] - 1)
            redis.call('RPUSH', key, string.sub(mark, 1, colon) .. string.format('%.0f', low))
        end
    end
end
""")
# KEYS: a hot timeline. ARGV: token, mark, lifetime, entry ids newest first.
# Finishes a fill unless something has emptied the key since the fill began.
FINISH = Script("""
if redis.call('LINDEX', KEYS[1], -1) ~= 'f' .. ARGV[1] then return 0 end
redis.call('RPOP', KEYS[1])
for i = 4, #ARGV do redis.call('RPUSH', KEYS[1], ARGV[i]) end
redis.call('RPUSH', KEYS[1], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
""")
# KEYS: a hot timeline, the register, the run. ARGV: token, seconds for the fill, user id, when it expires.
START = Script(
    ANEW
    + """
if is_anew then
    redis.call('DEL', KEYS[2])
    redis.call('SET', KEYS[3], run)
end
local mark = redis.call('LINDEX', KEYS[1], -1)
if mark and string.sub(mark, 1, 1) == 'f' then return 0 end
redis.call('DEL', KEYS[1])
redis.call('RPUSH', KEYS[1], 'f' .. ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
redis.call('ZADD', KEYS[2], ARGV[4], ARGV[3])
return 1
"""
)
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
# Hot timelines that are measured for staff.
SAMPLED = 50


class Copy(NamedTuple):
    """A hot timeline: the relations version it was made at, all candidates above `low`, newest first.

    With `low` 0 the whole timeline is here.
    """

    version: int
    low: int
    ids: list[int]
    # The same as they came, the last first.
    arrivals: list[int]

    def below(self, entry_id: int, *, most: int) -> list[int] | None:
        """The newest `most` candidates below an entry; None where the copy does not reach so far down."""
        found = [pk for pk in self.ids if pk < entry_id][:most] if entry_id <= self.ids[0] else self.ids[:most]
        return found if len(found) == most or self.low == 0 else None

    def arrived_after(self, entry_id: int) -> list[int]:
        """What was added since that entry came first; nothing when the entry is not here."""
        if entry_id not in self.arrivals:
            return []
        return self.arrivals[: len(self.arrivals) - 1 - self.arrivals[::-1].index(entry_id)]


@forgiving(lambda: None)
def read(user_id: int) -> Copy | None:
    """The reader's copy; None when there is none, or it is being filled."""
    names = [keys.hot_timeline(user_id), keys.hot_readers(), keys.hot_run()]
    found = READ(client(), names, [user_id])
    if not found or not found[-1].startswith(b"v"):
        return None
    version, _, low_digits = found.pop()[1:].partition(b":")
    low = int(low_digits)
    arrivals = [pk for pk in map(int, found) if pk > low]
    return Copy(int(version), low, sorted(set(arrivals), reverse=True), arrivals) if arrivals else None


@forgiving(lambda: None)
def start_fill(user_id: int) -> str | None:
    """Opens a fill: from now on new entries are added to the key. None: another fill is under way."""
    token = secrets.token_hex(8)
    # Registered for longer than the copy can live: who has one must be told of new entries.
    until = time.time() + settings.HOT_TIMELINE_SECONDS + 2 * FILL_SECONDS
    names = [keys.hot_timeline(user_id), keys.hot_readers(), keys.hot_run()]
    return token if START(client(), names, [token, FILL_SECONDS, user_id, until]) else None


@forgiving(lambda: False)
def finish_fill(user_id: int, token: str, *, version: int, entries: Sequence[int]) -> bool:
    """Ends a fill with the newest candidates, newest first; fewer than HOT_TIMELINE_LENGTH are all there are.

    False when the copy was emptied meanwhile.
    """
    low = entries[-1] - 1 if len(entries) >= settings.HOT_TIMELINE_LENGTH else 0
    mark = f"v{version}:{low}"
    return bool(FINISH(client(), [keys.hot_timeline(user_id)], [token, mark, settings.HOT_TIMELINE_SECONDS, *entries]))


def add(entry_id: int, user_ids: Sequence[int]) -> None:
    """Puts a new entry into those readers' hot timelines, where they have one.

    Raises RedisError: whoever calls must keep the entry owed until this has worked.
    """
    kept = settings.HOT_TIMELINE_LENGTH
    arguments = [entry_id, kept, kept + kept // 4 + 1]
    for start in range(0, len(user_ids), ADD_AT_ONCE):
        names = keys.hot_timelines(user_ids[start : start + ADD_AT_ONCE])
        breaker.call(lambda names=names: add_or_drop(names, arguments))  # type: ignore[misc]


def add_or_drop(names: list[str], arguments: list[int]) -> None:
    """A Redis too full to add to can still forget: no copy is better than one with a gap."""
    try:
        ADD(client(), names, arguments)
    except ResponseError:
        client().delete(*names)


@forgiving(lambda: None)
def forget(user_ids: Sequence[int]) -> None:
    """Drops the copies of these readers, and any fill under way."""
    if user_ids:
        client().delete(*keys.hot_timelines(user_ids))


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


@forgiving(lambda: False)
def is_online(user_id: int) -> bool:
    score = client().zscore(keys.online(), str(user_id))
    return score is not None and float(score) > time.time()


@forgiving(list)
def online() -> list[int]:
    """All with an open socket."""
    return [int(reader) for reader in client().zrangebyscore(keys.online(), time.time(), "+inf")]


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


class Sizes(NamedTuple):
    """What Redis holds; `entry_bytes` is None while there is no hot timeline to measure."""

    used_bytes: int
    # What Redis may use; 0: no limit.
    most_bytes: int
    timelines: int
    entry_bytes: float | None


@forgiving(lambda: None)
def sizes() -> Sizes | None:
    """For staff: memory, hot timelines, and bytes an entry in up to 50 of them; 2 trips."""
    pipe = client().pipeline(transaction=False)
    pipe.info("memory")
    pipe.zcount(keys.hot_readers(), time.time(), "+inf")
    pipe.zrandmember(keys.hot_readers(), SAMPLED)
    memory, timelines, some = pipe.execute()
    for name in (names := keys.hot_timelines(map(int, some))):
        pipe.memory_usage(name)
        pipe.llen(name)
    measured = pipe.execute() if names else []
    used, entries = sum(size or 0 for size in measured[::2]), sum(measured[1::2])
    return Sizes(memory["used_memory"], memory.get("maxmemory", 0), timelines, used / entries if entries else None)
