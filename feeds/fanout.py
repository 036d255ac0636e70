"""Fan-out on write: a post leaves the outbox once it is pushed to followers and announced."""

import logging
import time
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.utils import timezone

from feeds import counts, hot, live
from feeds.cache import AWAY
from posts.models import Outbox, first_id_at, time_of

logger = logging.getLogger(__name__)


class Owed(NamedTuple):
    """A post in the outbox, how many follow its author, and how many were served while it was posted."""

    post_id: int
    author_id: int
    is_announced: bool
    followers: int
    served: int = 0


def deliver(post_id: int) -> None:
    """Announces and pushes what is still owed; any number of calls at once do it once.

    1. Open pages and hot timelines are told, so that they need not wait for the pushing.
    2. Followers get the post into their feeds, a chunk each transaction.
    3. The outbox row is done, and goes a moment later: until then readers look for the post there.
    """
    owed = find_owed(post_id)
    if owed is None:
        return
    announced = owed.is_announced or announce(owed)
    start = time.perf_counter()
    pushed = owed.served + push(post_id)
    taken = time.perf_counter() - start
    if announced:
        finish(post_id)
    if announced and not owed.is_announced:
        fresh = (timezone.now() - time_of(post_id)).total_seconds()
        counts.note_delivery(owed.followers, pushed, taken, fresh)


def push(post_id: int) -> int:
    """Serves whoever is left, a chunk each transaction; how many that were."""
    pushed = 0
    while served := push_chunk(post_id):
        pushed += served
        if served < settings.FANOUT_CHUNK_FOLLOWERS:
            break
    return pushed


def find_owed(post_id: int) -> Owed | None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT o.post_id, o.author_id, o.announced_at IS NOT NULL, u.followers_count,
                   CASE WHEN o.next_follower = %s THEN (
                     SELECT count(*) FROM (SELECT FROM follow f WHERE f.followee_id = o.author_id AND NOT f.pull
                                            LIMIT %s) few) ELSE 0 END
              FROM fanout o JOIN accounts_user u ON u.id = o.author_id WHERE o.post_id = %s
            """,
            [Outbox.ALL_PUSHED, settings.FANOUT_INLINE_FOLLOWERS, post_id],
        )
        row = cursor.fetchone()
    return Owed(*row) if row else None


def push_chunk(post_id: int) -> int:
    """Serves the next followers in one transaction; how many, 0 when nobody is left (or another has it)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fanout_chunk(%s, %s)", [post_id, settings.FANOUT_CHUNK_FOLLOWERS])
        return cursor.fetchone()[0] or 0


def finish(post_id: int) -> None:
    """Marks the post as announced, and clears away what was done a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fanout_finish(%s, make_interval(secs => %s))", [post_id, settings.FANOUT_LINGER_SECONDS])


def announce(owed: Owed) -> bool:
    """Tells hot timelines and open sockets; False when Redis is away, and the post stays owed."""
    try:
        hot_ids, online_ids = listeners(owed)
        hot.add(owed.post_id, hot_ids)
    except AWAY as error:
        logger.warning("Post %s stays in the outbox, Redis does not answer: %s", owed.post_id, error)
        return False
    if online_ids:
        live.tell_new_post(owed.post_id, online_ids)
    return True


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
    if not candidates:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id FROM unnest(%s::bigint[]) AS c(id)
             WHERE c.id = %s OR EXISTS (SELECT FROM follow f WHERE f.follower_id = c.id AND f.followee_id = %s)
            """,
            [candidates, author_id, author_id],
        )
        return [row[0] for row in cursor.fetchall()]


def lost(now: object) -> list[int]:
    """Posts owed for longer than a worker should need, oldest first: what a crash has left."""
    before = first_id_at(now) - (settings.FANOUT_LOST_AFTER_SECONDS * 1000 << 12)  # type: ignore[arg-type]
    with connection.cursor() as cursor:
        cursor.execute("SELECT post_id FROM fanout WHERE post_id < %s ORDER BY post_id LIMIT 500", [before])
        return [row[0] for row in cursor.fetchall()]
