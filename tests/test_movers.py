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
from feeds import counts, looks, meter, mover, rates
from feeds.models import ReaderState
from feeds.moves import pull_edges
from feeds.policy import EVERYBODY, NEVER
from posts import actions
from posts.models import AuthorState
from social import actions as social
from social.models import Follow
from tests.conftest import member
from tests.helpers import flush_redis
from tests.machine.schedule import Side
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


@pytest.fixture
def looks_made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[looks.Side, bool, int]]:
    """How many edges each part had, with side and pull; three edges are a part."""
    monkeypatch.setattr(looks, "EDGES_LOOKED_AT", 3)
    made: list[tuple[looks.Side, bool, int]] = []
    misplaced = looks.misplaced

    def noted(side: looks.Side, seen: looks.Seen, *, pull: bool) -> Iterator[looks.Edges]:
        for edges in misplaced(side, seen, pull=pull):
            made.append((side, pull, len(edges)))
            yield edges

    monkeypatch.setattr(looks, "misplaced", noted)
    return made


def test_a_big_switch_looks_at_each_edge_once(alice, settings, monkeypatch, looks_made):
    settings.FEED_STRATEGY = "push"
    fans = [member(f"fan{n}") for n in range(10)]
    Follow.objects.bulk_create(Follow(follower=fan, followee=alice) for fan in fans)
    User.objects.filter(pk=alice.pk).update(followers_count=10)
    assert mover.settle() == 10
    assert looks_made == [(looks.AUTHORS, False, number) for number in (3, 3, 3, 1)]
    assert nothing_unsettled()
    AuthorState.objects.filter(pk=alice.pk).update(unsettled=True)
    looks_made.clear()
    assert mover.settle_flagged() == 0
    # All in place, and still by threes.
    assert looks_made == [(looks.AUTHORS, True, 0)] * 4
    assert nothing_unsettled()


def test_edges_of_many_authors_and_readers_are_all_looked_at(crowd, settings, looks_made):
    for person in crowd:
        counts.note_read(person.pk)
    meter.drain()
    settings.CELEBRITY_THRESHOLD = 100
    for strategy in ("push", "pull", "adaptive", "push"):
        settings.FEED_STRATEGY = strategy
        mover.settle()
        assert out_of_place() == []
        assert nothing_unsettled()
    ReaderState.objects.update(reader_class=5, unsettled=True)
    AuthorState.objects.update(cutoff=3)
    Follow.objects.update(pull=True)
    looks_made.clear()
    assert mover.settle_flagged() == Follow.objects.count()
    assert {side for side, *_ in looks_made} == {looks.READERS}
    assert sum(number for *_, number in looks_made) == Follow.objects.count()
    assert out_of_place() == []


@pytest.mark.parametrize("last", [EVERYBODY, NEVER])
def test_a_flag_stays_when_the_advice_changes_on_the_way_even_if_it_changes_back(crowd, settings, looks_made, last):
    """Some edges have been moved by the old advice then, and others have not."""
    settings.FEED_STRATEGY = "push"
    mover.settle()
    AuthorState.objects.update(cutoff=NEVER, unsettled=True)
    batches = mover.flagged_in_batches()
    assert next(batches) == 3
    author = AuthorState.objects.filter(pk=crowd[0].pk)
    author.update(cutoff=EVERYBODY)
    assert next(batches) == 0
    author.update(cutoff=last)
    assert sum(batches) > 0
    assert pushed_to(crowd[0]) == (0 if last == NEVER else Follow.objects.filter(followee=crowd[0]).count())
    assert out_of_place() == []
    assert nothing_unsettled()


def test_a_flag_stays_when_the_advice_changes_after_the_last_edge(crowd, settings, monkeypatch):
    settings.FEED_STRATEGY = "pull"
    mover.settle()
    clear, author = looks.clear, AuthorState.objects.filter(pk=crowd[0].pk)

    def after_a_change(side: looks.Side, seen: looks.Seen) -> None:
        author.filter(cutoff=NEVER).update(cutoff=EVERYBODY)
        clear(side, seen)

    monkeypatch.setattr(looks, "clear", after_a_change)
    author.update(unsettled=True)
    assert mover.settle_flagged() == pushed_to(crowd[0]) > 0
    assert out_of_place() == []
    assert nothing_unsettled()


def test_a_move_that_has_read_older_advice_ends_before_edges_are_looked_at(crowd, settings):
    """1. A mover has read that an edge is to be pulled; 2. it is not any more; 3. its author is settled."""
    settings.FEED_STRATEGY = "push"
    mover.settle()
    author, follower = crowd[0].pk, Follow.objects.filter(followee=crowd[0]).first().follower_id
    AuthorState.objects.filter(pk=author).update(cutoff=NEVER)

    def move(pause: Callable[[], None]) -> None:
        def paused(edges: mover.Edges) -> None:
            pause()
            pull_edges(edges)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(mover, "pull_edges", paused)
            assert mover.move([(follower, author)], pull=True) == 1

    moving = Side(move)
    AuthorState.objects.filter(pk=author).update(cutoff=EVERYBODY, unsettled=True)
    settling = Side(lambda _: sum(mover.flagged_in_batches()))
    assert settling.was_blocked
    moving.end()
    settling.end()
    assert out_of_place() == []
    assert nothing_unsettled()


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
