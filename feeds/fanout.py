"""Fan-out on write: a post leaves the outbox once it is pushed to followers and announced."""

import logging

from django.conf import settings
from django.db import connection
from django.utils import timezone
from redis.exceptions import RedisError

from feeds import hot, live
from posts.models import Outbox, first_id_at

logger = logging.getLogger(__name__)


def deliver(post_id: int) -> None:
    """Announces and pushes what is still owed; any number of calls at once do it once.

    1. Open pages and hot timelines are told, so that they need not wait for the pushing.
    2. Followers get the post into their feeds, a chunk each transaction.
    3. The outbox row goes, and with it the readers' duty to look for the post there.
    """
    owed = Outbox.objects.filter(pk=post_id).first()
    if owed is None:
        return
    announced = owed.announced_at is not None or announce(owed)
    while push_chunk(post_id):
        pass
    if announced:
        Outbox.objects.filter(pk=post_id, announced_at__isnull=False, next_follower=Outbox.ALL_PUSHED).delete()


def push_chunk(post_id: int) -> bool:
    """Serves the next followers in one transaction; False when nobody is left (or another has it)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fanout_chunk(%s, %s)", [post_id, settings.FANOUT_CHUNK_FOLLOWERS])
        return bool(cursor.fetchone()[0])


def announce(owed: Outbox) -> bool:
    """Tells hot timelines and open sockets; False when Redis is away, and the post stays owed."""
    try:
        hot_ids, online_ids = hot.hot_readers(), hot.online_readers()
        hot.add(owed.pk, audience(owed.author_id, hot_ids))
    except (RedisError, OSError) as error:
        logger.warning("Post %s stays in the outbox, Redis does not answer: %s", owed.pk, error)
        return False
    live.tell_new_post(owed.pk, audience(owed.author_id, online_ids))
    Outbox.objects.filter(pk=owed.pk).update(announced_at=timezone.now())
    return True


def audience(author_id: int, candidates: list[int]) -> list[int]:
    """Those of the candidates who follow the author, and the author; one query."""
    if not candidates:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id FROM unnest(%s::bigint[]) AS c(id)
             WHERE c.id = %s OR EXISTS (SELECT FROM follow f WHERE f.follower_id = c.id AND f.followee_id = %s)
             ORDER BY c.id
            """,
            [candidates, author_id, author_id],
        )
        return [row[0] for row in cursor.fetchall()]


def lost(now: object) -> list[int]:
    """Posts owed for longer than a worker should need, oldest first: what a crash has left."""
    before = first_id_at(now) - (settings.FANOUT_LOST_AFTER_SECONDS * 1000 << 12)  # type: ignore[arg-type]
    return list(Outbox.objects.filter(pk__lt=before).order_by("pk").values_list("pk", flat=True)[:500])
