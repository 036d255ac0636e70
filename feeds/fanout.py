"""Fan-out on write: a post leaves the outbox once it is pushed to followers and announced."""

import functools
import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from feeds import counts, hot, live, rates
from feeds.cache import AWAY
from posts.models import NEVER, Outbox, first_id_at, time_of

logger = logging.getLogger(__name__)
# From here on it pays to push while Redis adds.
MANY_HOT = 50
# A fan-out that is under way serves a chunk in a tenth of this, pauses included.
MOVES_WITHIN_SECONDS = 0.25
# These transactions do not wait for the disk. What a crash of the server takes back it takes back whole, the rows
# with the note in the outbox that they are there, and a sweeper does it again.
SOON = "set_config('synchronous_commit', 'off', true)"


class Owed(NamedTuple):
    """A post in the outbox, how many follow its author, and how many were served while it was posted.

    The rest is the author's state that `rates.judge_burst` looks at.
    """

    post_id: int
    author_id: int
    is_announced: bool
    followers: int
    served: int = 0
    posting: float = 0
    cutoff: int = NEVER
    pin: str = ""
    # The post's making, or later where it was restored or is seen by more people.
    since: datetime | None = None


def deliver(post_id: int) -> None:
    """Announces and pushes what is still owed; any number of calls at once do it once.

    1. Open pages and hot timelines are told, so that they need not wait for the pushing.
    2. Followers get the post into their feeds, a chunk each transaction.
    3. The outbox row is done, and goes a moment later: until then readers look for the post there.
    """
    owed = find_owed(post_id)
    if owed is None:
        return
    announced = as_done(True) if owed.is_announced else announce(owed)
    start = time.perf_counter()
    is_known = announced.done()
    pause = settings.FANOUT_BIG_PAUSE if owed.followers > settings.FANOUT_BIG_FOLLOWERS else 0
    pushed = owed.served + push(post_id, announced, pause)
    taken = time.perf_counter() - start
    counts.note_pushed(pushed)
    if announced.result():
        if not is_known:  # else the last chunk has done it
            finish(post_id)
        if not owed.is_announced:
            fresh = (timezone.now() - (owed.since or time_of(post_id))).total_seconds()
            counts.note_delivery(owed.followers, taken, fresh)
            rates.judge_burst(owed.author_id, posting=owed.posting, cutoff=owed.cutoff, pin=owed.pin)


def find_owed(post_id: int) -> Owed | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT o.post_id, o.author_id, o.announced_at IS NOT NULL, u.followers_count,
                   CASE WHEN o.next_follower = %s THEN (
                     SELECT count(*) FROM (SELECT FROM follow f WHERE f.followee_id = o.author_id AND NOT f.pull
                                            LIMIT %s) few) ELSE 0 END,
                   coalesce(s.posting, 0), coalesce(s.cutoff, %s), coalesce(s.pin, ''), o.since
              FROM fanout o JOIN accounts_user u ON u.id = o.author_id
              LEFT JOIN author_state s ON s.user_id = o.author_id
             WHERE o.post_id = %s
            """,
            [Outbox.ALL_PUSHED, settings.FANOUT_INLINE_FOLLOWERS, NEVER, post_id],
        )
        row = cursor.fetchone()
    return Owed(*row) if row else None


def push(post_id: int, announced: "Future[bool]", pause: float = 0) -> int:
    """Serves whoever is left, a chunk each transaction; how many that were.

    `pause` is how long it leaves the machine to others after a chunk, as a share of what that took.

    The first chunk after Redis has answered marks the post as announced, so that a sweeper who finds it
    in the middle announces nothing again; the last one is the end of it.
    """
    pushed, began = 0, time.perf_counter()
    while served := push_chunk(post_id, is_announced=announced.done() and announced.result()):
        pushed += served
        if served < settings.FANOUT_CHUNK_FOLLOWERS:
            break
        if pause:
            time.sleep(pause * (time.perf_counter() - began))
        began = time.perf_counter()
    return pushed


def push_chunk(post_id: int, *, is_announced: bool = False) -> int:
    """Serves the next followers in one transaction; how many, 0 when nobody is left (or another has it)."""
    chunk: list[float] = [post_id, settings.FANOUT_CHUNK_FOLLOWERS]
    with connection.cursor() as cursor:
        if is_announced:
            chunk.append(settings.FANOUT_LINGER_SECONDS)
            cursor.execute(f"SELECT {SOON}, fanout_chunk_and_finish(%s, %s, make_interval(secs => %s))", chunk)
        else:
            cursor.execute(f"SELECT {SOON}, fanout_chunk(%s, %s)", chunk)
        return cursor.fetchone()[1] or 0


def finish(post_id: int) -> None:
    """Marks the post as announced, and clears away what was done a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {SOON}, fanout_finish(%s, make_interval(secs => %s))", [post_id, settings.FANOUT_LINGER_SECONDS]
        )


def announce(owed: Owed) -> "Future[bool]":
    """Tells open sockets and hot timelines; False when Redis is away, and the post stays owed.

    With many hot timelines Redis is at work while PostgreSQL pushes; a thread waits for it.
    """
    try:
        hot_ids, online_ids = listeners(owed)
    except AWAY as error:
        return as_done(add(owed.post_id, [], after=error))
    if online_ids:
        live.tell_new_post(owed.post_id, online_ids)
    if len(hot_ids) > MANY_HOT:
        return beside().submit(add, owed.post_id, hot_ids)
    return as_done(add(owed.post_id, hot_ids))


def add(post_id: int, hot_ids: list[int], after: Exception | None = None) -> bool:
    """Whether these hot timelines have the post; never, when Redis was away before."""
    try:
        if after is not None:
            raise after
        hot.add(post_id, hot_ids)
    except AWAY as error:
        logger.warning("Post %s stays in the outbox, Redis does not answer: %s", post_id, error)
        return False
    return True


def as_done(answer: bool) -> "Future[bool]":
    done: Future[bool] = Future()
    done.set_result(answer)
    return done


@functools.cache
def beside() -> ThreadPoolExecutor:
    """Made where it is first used, which in a worker is after its fork."""
    return ThreadPoolExecutor(1, thread_name_prefix="hot-timelines")


def listeners(owed: Owed) -> tuple[list[int], list[int]]:
    """(followers with a hot timeline, followers with an open socket), the author among them.

    Goes from whichever side is shorter: the register of readers or the author's followers.
    Raises RedisError.
    """
    hot_ids, online_ids = hot.registered(most=owed.followers + 1)
    if hot_ids is None or online_ids is None:
        followers = followers_of(owed.author_id)
        return followers, hot.online_among(followers) if online_ids is None else [
            *{*online_ids}.intersection(followers)
        ]
    if not hot_ids and not online_ids:
        return [], []
    heard = set(audience(owed.author_id, list({*hot_ids, *online_ids})))
    return sorted(heard.intersection(hot_ids)), sorted(heard.intersection(online_ids))


def followers_of(author_id: int) -> list[int]:
    """The author and all followers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT follower_id FROM follow WHERE followee_id = %s", [author_id])
        return [author_id, *(row[0] for row in cursor.fetchall())]


def audience(author_id: int, candidates: list[int]) -> list[int]:
    """Those of the candidates who follow the author, and the author; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT f.follower_id FROM unnest(%s::bigint[]) AS c(id)"
            "  JOIN follow f ON f.follower_id = c.id AND f.followee_id = %s",
            ["{" + ",".join(map(str, candidates)) + "}", author_id],
        )
        found = [row[0] for row in cursor.fetchall()]
    return [*found, author_id] if author_id in candidates else found


def lost(now: object) -> list[int]:
    """Posts owed for longer than a worker should need: what a crash has left, first what is not pushed.

    A post that is under way, or a big one that waits for another big one to be through, is not lost.
    """
    found = owed_long(now)
    if not any(place.is_under_way or place.is_big for place in found.values()):
        return list(found)
    time.sleep(MOVES_WITHIN_SECONDS)
    later = owed_long(now)
    moving = {post_id for post_id, place in found.items() if later.get(post_id) != place}
    is_queue = any(found[post_id].is_big for post_id in moving)
    waits = {post_id for post_id, place in found.items() if is_queue and place.is_big and not place.is_under_way}
    return [post_id for post_id in found if post_id not in moving | waits]


class Progress(NamedTuple):
    """How far a post in the outbox has come."""

    next_follower: int
    is_big: bool

    @property
    def is_under_way(self) -> bool:
        return 0 < self.next_follower < Outbox.ALL_PUSHED


def owed_long(now: object) -> dict[int, Progress]:
    before = first_id_at(now) - (settings.FANOUT_LOST_AFTER_SECONDS * 1000 << 12)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT o.post_id, o.next_follower, u.followers_count > %s FROM fanout o"
            "  JOIN accounts_user u ON u.id = o.author_id"
            " WHERE o.post_id < %s ORDER BY o.next_follower = %s, o.post_id LIMIT 500",
            [settings.FANOUT_BIG_FOLLOWERS, before, Outbox.ALL_PUSHED],
        )
        return {post_id: Progress(*place) for post_id, *place in cursor.fetchall()}


def sweep(now: object) -> None:
    """Delivers what is lost; a post that cannot be delivered does not stop the others."""
    for post_id in lost(now):
        try:
            deliver(post_id)
        except DatabaseError:
            logger.exception("Post %s could not be delivered", post_id)
