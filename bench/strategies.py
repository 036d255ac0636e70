"""The same posts and pages under one strategy: on a copy of the database, settled, replayed and verified."""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import override_settings

from accounts.models import User
from bench import people, seams, stage
from bench.people import execute
from bench.timing import seconds
from feeds import meter, mover, policy, rates, timeline, verify
from feeds.models import FeedDay
from feeds.policy import Spent
from feedsite.pagination import PageRequest
from posts.actions import publish

Result = TypeVar("Result")
# Drain and mover come by so many times.
PARTS = 10
# What the mover would have done in a thousand batches: it is asked afterwards and must find nothing to move.
PLACE = """
UPDATE follow f SET pull = false
  FROM author_state s, accounts_user u LEFT JOIN reader_state r ON r.user_id = u.id
 WHERE s.user_id = f.followee_id AND u.id = f.follower_id AND coalesce(r.class, %(inactive)s) >= s.cutoff
"""
FILL = """
INSERT INTO feed (user_id, post_id)
SELECT f.follower_id, p.id FROM follow f JOIN post p ON p.author_id = f.followee_id WHERE NOT f.pull ORDER BY 1, 2
"""
PULLED = "SELECT follower_id, count(*) FROM follow WHERE pull AND follower_id = ANY (%s) GROUP BY 1"
# What is known of people, kept aside and put back, to ask the meter with the knowledge of before.
REMEMBER = """
CREATE TEMPORARY TABLE author_before AS SELECT user_id, posting, last_post_id FROM author_state;
CREATE TEMPORARY TABLE reader_before AS SELECT user_id, class FROM reader_state
"""
RECALL = """
DELETE FROM author_state s WHERE NOT EXISTS (SELECT FROM author_before b WHERE b.user_id = s.user_id);
DELETE FROM reader_state r WHERE NOT EXISTS (SELECT FROM reader_before b WHERE b.user_id = r.user_id);
UPDATE author_state s SET posting = b.posting, last_post_id = b.last_post_id FROM author_before b
 WHERE b.user_id = s.user_id AND b.last_post_id <> s.last_post_id;
UPDATE reader_state r SET class = b.class FROM reader_before b WHERE b.user_id = r.user_id AND b.class <> r.class
"""


@dataclass(frozen=True)
class Event:
    """Somebody posts, or reads the first page."""

    user_id: int
    is_post: bool


@dataclass
class Outcome:
    """What a replay under one strategy has cost.

    `told` is what the meter makes of every strategy, {name: Spent}, with the rates and classes of before the replay;
    `told_after` with those of after it, as the site's own meter does at the end of a day.
    """

    spent: Spent = Spent()
    moved: int = 0
    hot_reads: int = 0
    # Counted without the meter: entries of the posts replayed, authors on pull edges of each page's reader.
    written: int = 0
    asked: int = 0
    back_filled: int = 0
    told: dict[str, Spent] = field(default_factory=dict)
    told_after: dict[str, Spent] = field(default_factory=dict)
    post_ids: list[int] = field(default_factory=list)
    post_seconds: list[float] = field(default_factory=list)
    page_seconds: list[float] = field(default_factory=list)


@contextmanager
def copy_of_database(name: str) -> Iterator[None]:
    """Within, all code works on a copy of the database that it works on outside."""
    home = connection.settings_dict["NAME"]
    connection.close()
    with stage.copy_of(stage.with_database(settings.DATABASE_URL, home), name):
        connection.settings_dict["NAME"] = name
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = home


def on_copy(way: str, events: list[Event], readers: list[int], run: Callable[..., Result]) -> Result:
    """What `run` tells of the events under one strategy, from the same state as under any other."""
    with copy_of_database("bench_replay_run"), override_settings(**settings_of(way)):
        settle()
        return run(events, readers)


def without_hot(events: list[Event], readers: list[int]) -> Outcome:
    """Every page from PostgreSQL."""
    with seams.no_hot_copies():
        return run_and_check(events, readers)


def without_and_with_hot(events: list[Event], readers: list[int]) -> tuple[Outcome, Outcome]:
    """The same events once more on the same tables, with hot copies; before that the meter is asked."""
    execute(REMEMBER)
    first = next_id()
    alone = without_hot(events, readers)
    alone.told_after = seams.compared_since(first)
    with transaction.atomic():
        execute(RECALL)
        alone.told = seams.compared_since(first)
        transaction.set_rollback(True)
    try:
        return alone, run_and_check(events, readers)
    finally:
        seams.forget_hot_copies()


def run_and_check(events: list[Event], readers: list[int]) -> Outcome:
    seams.forget_counts()
    FeedDay.objects.all().delete()
    outcome = run(events)
    check(outcome, readers)
    return outcome


def settings_of(way: str) -> dict[str, Any]:
    strategy, _, threshold = way.partition(" ")
    return {"FEED_STRATEGY": strategy} | ({"CELEBRITY_THRESHOLD": int(threshold)} if threshold else {})


def settle() -> None:
    """Classes and cut-offs by the engine's functions, then all edges at once."""
    execute("SET synchronous_commit = off")
    rates.judge_readers()
    for author_ids in rates.author_batches():
        rates.judge_round(author_ids)
    execute("UPDATE reader_state SET unsettled = false WHERE unsettled")
    execute(PLACE, {"inactive": policy.INACTIVE})
    execute(FILL)
    people.tidy_tables("follow", "feed", "author_state", "reader_state")
    moved = mover.settle()
    assert moved == 0, f"the mover wants {moved} edges elsewhere"
    execute("RESET synchronous_commit")
    # What settling has left to be written would be waited for by the first who post.
    execute("CHECKPOINT")


def run(events: list[Event]) -> Outcome:
    """Replays all events; what the meter says of them, and what plain counts say."""
    users = User.objects.in_bulk({event.user_id for event in events})
    outcome, entries = Outcome(), entries_from(0)
    size = math.ceil(len(events) / PARTS)
    for start in range(0, len(events), size):
        run_part(events[start : start + size], users, outcome)
    outcome.back_filled = entries_from(0) - entries - outcome.written
    total = FeedDay.objects.aggregate(*map(Sum, ("pushed", "pulled", "moved", "hot_reads")))
    outcome.spent = Spent(total["pushed__sum"], total["pulled__sum"])
    outcome.moved, outcome.hot_reads = total["moved__sum"], total["hot_reads__sum"]
    return outcome


def run_part(events: list[Event], users: dict[int, User], outcome: Outcome) -> None:
    """Some events, and then what the beat does every ten seconds."""
    first = next_id()
    pulled = dict(execute(PULLED, [[event.user_id for event in events if not event.is_post]]))
    for event in events:
        if event.is_post:
            outcome.post_seconds.append(seconds(lambda event=event: post(users[event.user_id], outcome)))
        else:
            outcome.page_seconds.append(seconds(lambda event=event: read(users[event.user_id])))
            outcome.asked += pulled.get(event.user_id, 0)
    outcome.written += entries_from(first)
    meter.drain()
    mover.settle_flagged()


def post(author: User, outcome: Outcome) -> None:
    made = publish(author=author, content=f"Post {len(outcome.post_ids)}")
    seams.deliver(made.pk)
    outcome.post_ids.append(made.pk)


def read(reader: User) -> None:
    timeline.home(reader, PageRequest(seams.LIMIT, None, "home", reader.pk))


def check(outcome: Outcome, readers: list[int]) -> None:
    """Nothing may be at fault afterwards, and the meter must have counted what the tables say."""
    counted = outcome.spent.pushed, outcome.spent.pulled
    assert outcome.hot_reads or counted == (outcome.written, outcome.asked), f"the meter: {counted}, tables: {outcome}"
    assert seams.is_delivered(outcome.post_ids), "posts are still in the outbox"
    faults = [*verify.check_readers(readers), *verify.check_counters(), *verify.check_outbox()]
    assert not faults, f"{len(faults)} faults, such as {faults[0]}"


def next_id() -> int:
    return int(execute("SELECT next_post_id()")[0][0])


def entries_from(post_id: int) -> int:
    """Entries in all feeds of posts from that one on."""
    return int(execute("SELECT count(*) FROM feed WHERE post_id >= %s", [post_id])[0][0])
