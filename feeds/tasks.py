from celery import shared_task
from django.utils import timezone

from feeds import fanout, hot, mover, upkeep

SETTLE_AT_ONCE = 50_000


@shared_task
def deliver(post_id: int) -> None:
    fanout.deliver(post_id)


@shared_task
def deliver_big(post_id: int) -> None:
    fanout.deliver(post_id)


@shared_task
def sweep_outbox() -> None:
    """Delivers what a killed worker or a lost message has left."""
    for post_id in fanout.lost(timezone.now()):
        fanout.deliver(post_id)


@shared_task
def settle_edge(follower_id: int, followee_id: int) -> None:
    mover.settle_edge(follower_id, followee_id)


@shared_task
def settle_edges() -> None:
    mover.settle(most=SETTLE_AT_ONCE)


@shared_task
def tidy_feed(reader_id: int, author_id: int) -> None:
    upkeep.tidy(reader_id, author_id)


@shared_task
def retract(post_id: int) -> None:
    upkeep.retract(post_id)


@shared_task
def trim_feeds() -> None:
    upkeep.trim()
    hot.forget_expired()
