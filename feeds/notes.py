"""What has changed of posts, and whose open pages show them: in Redis, until the pages are told.

Advice: where Redis is away or forgets, an open page is told nothing, and what it loads next is right.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson

from feeds import keys
from feeds.cache import Script, client, forgiving

NOTED_SECONDS = 60
WATCHED_SECONDS = 90
WATCHED_AT_ONCE = 300
COUNTS, CARD = "counts", "card"
# KEYS: what is noted, what is taken. A killed worker's is taken again before anything new.
TAKE = Script("""
if redis.call('EXISTS', KEYS[2]) == 0 then
    if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
    redis.call('RENAME', KEYS[1], KEYS[2])
end
return redis.call('SMEMBERS', KEYS[2])
""")


class Change(NamedTuple):
    """That a post's counters (`counts`) or more of its card (`card`) changed; a delete is the latter.

    `visibility` and `mentioned` are whom it was for until then, where that has changed too.
    """

    what: str
    post_id: int
    visibility: str = ""
    mentioned: Sequence[int] = ()


@forgiving(lambda: None)
def note(change: Change) -> None:
    """Notes it for whoever tells pages; one trip, however often the same is noted."""
    pipe = client().pipeline(transaction=False)
    pipe.sadd(keys.changed(), orjson.dumps(list(change)))
    pipe.expire(keys.changed(), NOTED_SECONDS)
    pipe.execute()


@forgiving(lambda: False)
def is_any() -> bool:
    return bool(client().exists(keys.changed(), keys.changed_taken()))


@forgiving(list)
def take() -> list[Change]:
    """Sets aside what is noted, until `forget_taken`; what is noted from here on waits for the next time."""
    members = TAKE(client(), [keys.changed(), keys.changed_taken()], [])
    return [Change(*orjson.loads(member)) for member in members]


@forgiving(lambda: None)
def forget_taken() -> None:
    client().delete(keys.changed_taken())


@forgiving(lambda: None)
def watch(watching: Iterable[tuple[int, Sequence[int]]]) -> None:
    """Keeps (reader, the posts an open page of theirs shows) for WATCHED_SECONDS more."""
    until = time.time() + WATCHED_SECONDS
    readers_of: defaultdict[int, dict[str, float]] = defaultdict(dict)
    for reader_id, post_ids in watching:
        for post_id in post_ids:
            readers_of[post_id][str(reader_id)] = until
    pipe = client().pipeline(transaction=False)
    for number, (post_id, readers) in enumerate(readers_of.items(), 1):
        key = keys.watchers(post_id)
        pipe.zadd(key, readers)
        pipe.zremrangebyscore(key, 0, until - WATCHED_SECONDS)
        pipe.expire(key, WATCHED_SECONDS)
        if number % WATCHED_AT_ONCE == 0:
            pipe.execute()
    pipe.execute()


@forgiving(dict)
def watchers_of(post_ids: Sequence[int]) -> dict[int, list[int]]:
    """{post id: who watches it}; one trip."""
    pipe = client().pipeline(transaction=False)
    for post_id in post_ids:
        pipe.zrangebyscore(keys.watchers(post_id), time.time(), "+inf")
    found = zip(post_ids, pipe.execute(), strict=True)
    return {post_id: [int(reader) for reader in readers] for post_id, readers in found}
