import time
from collections.abc import Iterable
from datetime import datetime

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from feeds import changes, fanout, hot, meter, mover, notes, rates, upkeep
from feeds.experiments import upkeep as experiments
from feeds.impressions import days, forgetting, outcomes, recording
from feeds.notes import Change
from feeds.ranking import frozen
from feeds.search import tag_search
from feeds.search import upkeep as search_upkeep
from feeds.trends import listing

SETTLE_AT_ONCE = 50_000
# Well under the time limit of a task.
TRIM_SECONDS = 15
# A look that waited longer than its turn gives way to the next.
LOOK_SECONDS = 3600

# What was known of a post is asked for when an impression is kept: a later answer would be another one. It also lets a
# worker that was away soon be done with what has waited.
RECORD_WITHIN_SECONDS = 600


@shared_task
def deliver(post_id: int) -> None:
    fanout.deliver(post_id)


@shared_task
def deliver_big(post_id: int) -> None:
    fanout.deliver(post_id)


@shared_task
def sweep_outbox() -> None:
    """Delivers what a killed worker or a lost message has left."""
    fanout.sweep(timezone.now())


@shared_task
def settle_edge(follower_id: int, followee_id: int) -> None:
    mover.settle_edge(follower_id, followee_id)


@shared_task
def settle_edges() -> None:
    mover.settle_flagged(most=SETTLE_AT_ONCE)


@shared_task
def count_reads() -> None:
    meter.drain()


@shared_task
def judge_readers() -> None:
    rates.judge_readers()


@shared_task
def judge_everybody(after: int = 0) -> None:
    """The daily round along all authors and edges, some thousands a task, each starting the next."""
    last = mover.judge_some(after)
    if last is not None:
        judge_everybody.delay(last)


@shared_task
def close_days() -> None:
    meter.close_days()


@shared_task
def tidy_feed(reader_id: int, author_id: int) -> None:
    upkeep.tidy(reader_id, author_id)
    rates.judge_size(author_id)


@shared_task
def retract(post_id: int, after: int = 0) -> None:
    last = upkeep.retract(post_id, after)
    if last is not None:
        retract.delay(post_id, last)


@shared_task
def trim_feeds(after: int = 0) -> None:
    """A round along all feeds, as many a task as it has time for, each starting the next."""
    if not after:
        hot.forget_expired()
    until = time.monotonic() + TRIM_SECONDS
    _, last = upkeep.trim_some_feeds(after)
    while last is not None and time.monotonic() < until:
        _, last = upkeep.trim_some_feeds(last)
    if last is not None:
        trim_feeds.delay(last)


@shared_task
def find_trends() -> None:
    """Counts the hours whose turn it is and lists what rises in them."""
    listing.refresh(timezone.now())


@shared_task
def end_scrolls() -> None:
    frozen.sweep()


@shared_task
def look_at_experiments() -> None:
    """A task for each, so that a slow or broken one is the others' trouble no more than its turn."""
    for experiment_id in experiments.due(timezone.now()):
        look_at_experiment.apply_async((experiment_id,), expires=LOOK_SECONDS)


@shared_task
def look_at_experiment(experiment_id: int) -> None:
    """Counts what the arms have done; stops it when it is over, or does harm."""
    experiments.look_after(experiment_id, timezone.now())


@shared_task
def fill_search() -> None:
    search_upkeep.fill()


@shared_task
def count_hashtags() -> None:
    tag_search.count()


@shared_task
def recount_hashtags() -> None:
    tag_search.recount()


@shared_task(expires=RECORD_WITHIN_SECONDS)
def record_impressions(reader_id: int, token: str, seen: list[list[int]]) -> None:
    """`seen` is [[entry id, milliseconds since 1970], …]."""
    recording.record(reader_id, token, {entry_id: moment for entry_id, moment in seen})


@shared_task
def forget_impressions(reader_id: int) -> None:
    forgetting.forget(reader_id)


@shared_task
def forget_owed() -> None:
    """Hands out the readers whose forgetting was lost, each to a task of its own."""
    now = timezone.now()
    for reader_id in forgetting.lost(now):
        forget_impressions.delay(reader_id)
    forgetting.clear(now)


@shared_task
def join_outcomes() -> None:
    now = timezone.now()
    outcomes.join(now - outcomes.OFTEN, now)


@shared_task
def join_missed_outcomes() -> None:
    """Looks through the last days for what the frequent runs have missed, a part of them in a task of its own."""
    for began in outcomes.parts(timezone.now()):
        join_outcomes_from.delay(began.isoformat())


@shared_task
def join_outcomes_from(began: str) -> None:
    """`began` is an ISO 8601 time."""
    since = datetime.fromisoformat(began)
    outcomes.join(since, since + outcomes.PART)


@shared_task
def keep_impression_days() -> None:
    days.keep(timezone.now())


@shared_task
def tell_changes() -> None:
    changes.tell_noted()


def tell_counts_after_commit(post_id: int) -> None:
    """Open pages get the post's counters a second later. It is only noted: nobody waits for the broker."""
    transaction.on_commit(lambda: notes.note(Change(notes.COUNTS, post_id)))


def tell_card_after_commit(post_id: int, *, visibility: str = "", mentioned: Iterable[int] = ()) -> None:
    """The same with the whole post, or that it is gone; `visibility` and `mentioned` say for whom it was until now."""
    change = Change(notes.CARD, post_id, visibility, sorted(mentioned))
    transaction.on_commit(lambda: notes.note(change))
