"""Movers among everything else: on several connections at once, and in any order of deeds."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import User
from feeds import actions as feeds_actions
from feeds import counts, meter, mover, rates
from feeds.models import ReaderState
from feeds.policy import EVERYBODY
from posts import actions
from posts.models import AuthorState
from social import actions as social
from social.models import Follow
from tests.conftest import member
from tests.helpers import flush_redis
from tests.test_mover import nothing_unsettled, out_of_place, pushed_to
from tests.test_verify import DEEDS, PEOPLE, History, verified

ROUNDS = 25


@pytest.fixture
def crowd(transactional_db: None, settings: Any) -> Iterator[list[User]]:
    """Eight people; everybody follows most of the others; the cap lets three of a celebrity's followers in."""
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = "adaptive", 3
    settings.FANOUT_INLINE_FOLLOWERS = 1
    people = [member(f"person{n}") for n in range(8)]
    for reader in people:
        for author in people:
            if reader != author and (reader.pk + author.pk) % 5:
                social.follow(follower=reader, author=author)
    yield people
    connections.close_all()


def over_and_over(work: Callable[[Random], Any], seed: int) -> None:
    chance = Random(seed)
    try:
        for _ in range(ROUNDS):
            work(chance)
    finally:
        connections.close_all()


def test_everybody_at_once_ends_exact_and_settled(crowd):
    ids = [person.pk for person in crowd]

    def publish(chance: Random) -> None:
        actions.publish(author=chance.choice(crowd), content="x")

    def read(chance: Random) -> None:
        counts.note_read(chance.choice(ids))
        meter.drain()

    def go_and_come(chance: Random) -> None:
        follower, author = chance.sample(crowd, 2)
        if not social.unfollow(follower=follower, author=author):
            social.follow(follower=follower, author=author)

    def judge(chance: Random) -> None:
        rates.judge_readers()
        rates.judge_authors(sorted(chance.sample(ids, 4)))

    def cap_holds(chance: Random) -> None:
        for pk in ids:
            assert Follow.objects.filter(followee=pk, pull=False).count() <= 3

    def settle(chance: Random) -> None:
        mover.settle_flagged()

    works = [publish, publish, read, read, go_and_come, judge, settle, settle, cap_holds]
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(over_and_over, work, seed) for seed, work in enumerate(works)]:
            done.result(timeout=60)
    mover.settle()
    assert out_of_place() == []
    assert nothing_unsettled()
    assert "no faults" in verified()


class LivelyHistory(History):
    """A history in which people also read, come back, stay away, and staff pin and switch."""

    def do_pages(self, person, number):
        counts.note_read(self.people[person].pk)
        counts.note_read(self.people[person].pk)
        meter.drain()

    def do_absence(self, person, days):
        moment = timezone.now() - timedelta(days=days)
        ReaderState.objects.filter(user=self.people[person]).exclude(read_at=None).update(read_at=moment)
        rates.judge_readers()

    def do_flags(self):
        mover.settle_flagged()
        cap = self.settings.CELEBRITY_THRESHOLD
        if self.settings.FEED_STRATEGY == "adaptive":
            pinned = AuthorState.objects.filter(cutoff=EVERYBODY).values_list("pk", flat=True)
            assert all(pushed_to(author) <= cap for author in self.people if author.pk not in pinned)

    def do_strategy(self, strategy):
        self.settings.FEED_STRATEGY = strategy
        mover.settle()

    def do_threshold(self, threshold):
        super().do_threshold(threshold)
        mover.settle()

    def do_pin(self, person, pin):
        feeds_actions.pin_author(author=self.people[person], pin=pin)


LIVELY = st.one_of(
    DEEDS,
    st.tuples(st.just("pages"), PEOPLE, st.integers(0, 1)),
    st.tuples(st.just("absence"), PEOPLE, st.sampled_from([1, 8])),
    st.tuples(st.just("strategy"), st.sampled_from(["adaptive", "adaptive", "push", "hybrid"])),
    st.tuples(st.just("pin"), PEOPLE, st.sampled_from(["push", "pull", ""])),
    st.tuples(st.just("flags")),
)


@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(deeds=st.lists(LIVELY, min_size=10, max_size=50))
def test_any_lively_history_reads_as_the_plain_query_and_settles(alice, bob, carol, dave, settings, deeds):
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = "adaptive", 2
    settings.TIMELINE_SIZE, settings.TIMELINE_SLACK = 3, 1
    settings.FANOUT_INLINE_FOLLOWERS, settings.FANOUT_CHUNK_FOLLOWERS = 1, 1
    settings.HOT_TIMELINE_LENGTH = 4
    with transaction.atomic():
        history = LivelyHistory([alice, bob, carol, dave], settings)
        for deed in deeds:
            history.do(*deed)
        history.do_settle()
        assert out_of_place() == []
        assert nothing_unsettled()
        history.do_flags()
        for person in range(4):
            history.do_read(person, 3)
        transaction.set_rollback(True)
    connection.run_on_commit = []  # the tasks of what has been rolled back
    flush_redis()
