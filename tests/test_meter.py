"""What was spent, and what other ways would have cost, held against plain counts."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from feeds import cache, costs, counts, meter, mover, rates, tasks
from feeds.models import FeedDay, ReadDay
from feeds.policy import Group, Rules, Spent, what_if
from posts import actions
from posts.models import AuthorState, Post, first_id_at
from social import actions as social
from social.models import Follow
from tests.conftest import member
from tests.helpers import flush_redis, redis_away, run_tasks
from tests.machine.engine import Killed, killed_at

pytestmark = pytest.mark.django_db


def today() -> Any:
    return timezone.now().astimezone(UTC).date()


@pytest.fixture
def town(settings: Any) -> list[Any]:
    """Twelve people who follow, post and read at random, alike in every run; the first is followed by all."""
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = "adaptive", 6
    settings.FEED_PUSH_COST_US = settings.FEED_PULL_COST_US = 5.0
    chance = Random(7)
    people = [member(f"citizen{n}") for n in range(12)]
    for reader in people:
        for author in people:
            if author != reader and (author == people[0] or chance.random() < 0.4):
                social.follow(follower=reader, author=author)
    for person in people:
        for n in range(chance.choice([0, 1, 4])):
            actions.publish(author=person, content=f"{n}")
        for _ in range(chance.choice([0, 2, 9])):
            counts.note_read(person.pk)
    run_tasks()
    tasks.count_reads()
    tasks.settle_edges()
    return people


def test_fixed_thresholds_are_what_a_plain_count_says(town):
    reads = dict(ReadDay.objects.values_list("user_id", "reads"))
    posts = {person.pk: person.posts.count() for person in town}
    edges = list(Follow.objects.values_list("follower", "followee"))
    followers = {person.pk: sum(followee == person.pk for _, followee in edges) for person in town}
    found = meter.groups(today())
    for threshold in (0, 10, meter.WHOLE):
        pushed = sum(posts[author] for _, author in edges if followers[author] <= threshold)
        pulled = sum(reads.get(reader, 0) for reader, author in edges if followers[author] > threshold)
        assert what_if(found, Rules("hybrid", threshold)) == Spent(pushed, pulled)
    # Authors above the cap have groups of their own, so thresholds between the bounds count there too.
    assert {group.followers for group in found if group.author} == {n for n in followers.values() if n > 6}


# All edges at once, as the meter would ask if there were few.
ONE_PASS = """
WITH author AS (
  SELECT u.id, CASE WHEN u.followers_count > 6 THEN u.id ELSE 0 END AS own,
         CASE WHEN u.followers_count > 6 THEN u.followers_count
              ELSE (SELECT min(b) FROM unnest(%(bounds)s::int[]) b WHERE b >= u.followers_count) END AS followers,
         CASE WHEN s.posting > 0 THEN round(2 * ln(s.posting * ln(2::float8) / %(days)s) / ln(2::float8))
              ELSE -9999 END AS posting,
         (SELECT count(*) FROM post p WHERE p.author_id = u.id AND p.root_id IS NULL) AS posts
    FROM accounts_user u LEFT JOIN author_state s ON s.user_id = u.id)
SELECT a.own, a.followers, coalesce(r.class, -99), a.posting, count(*), sum(a.posts), sum(coalesce(d.reads, 0))
  FROM follow f JOIN author a ON a.id = f.followee_id
  LEFT JOIN reader_state r ON r.user_id = f.follower_id LEFT JOIN feed_read_day d ON d.user_id = f.follower_id
 GROUP BY 1, 2, 3, 4
"""


@pytest.mark.parametrize("edges_at_once", [1, 3, 7, 1000])
def test_edges_grouped_in_parts_are_the_same_as_in_one_pass(town, settings, monkeypatch, edges_at_once):
    monkeypatch.setattr(meter, "EDGES_AT_ONCE", edges_at_once)
    gone = Post._base_manager.filter(author__in=town[:3], root=None)
    gone.filter(pk__in=[post.pk for post in gone[::2]]).update(deleted_at=timezone.now())
    found = rates.rows(ONE_PASS, bounds=list(meter.THRESHOLDS), days=settings.POSTING_HALF_LIFE_DAYS)
    whole = {Group(*map(int, row)) for row in found}
    parts = meter.groups(today())
    assert len(parts) == len(whole) > 10
    assert set(parts) == whole


def test_adaptive_in_the_what_if_is_what_the_edges_would_do(town):
    mover.settle()
    reads = dict(ReadDay.objects.values_list("user_id", "reads"))
    posts = {person.pk: person.posts.count() for person in town}
    edges = list(Follow.objects.values_list("follower", "followee", "pull"))
    spent = Spent(
        sum(posts[author] for _, author, pull in edges if not pull),
        sum(reads.get(reader, 0) for reader, _, pull in edges if pull),
    )
    guessed = what_if(meter.groups(today()), rates.rules())
    assert guessed.cost(5, 5) == pytest.approx(spent.cost(5, 5), rel=0.15)


def test_adaptive_costs_less_than_any_threshold_where_habits_differ(town):
    spent = {name: way.cost(5, 5) for name, way in meter.compared(meter.groups(today())).items()}
    assert spent.pop("adaptive") < min(spent.values())


def test_the_day_counts_pages_pulls_pushes_and_times(alice, bob, carol, settings):
    settings.CELEBRITY_THRESHOLD = 1
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    social.follow(follower=alice, author=carol)
    run_tasks()
    tasks.settle_edges()
    assert Follow.objects.filter(follower=bob, pull=True).count() == 1
    for _ in range(2):
        counts.note_read(bob.pk)
    counts.note_hot_read(bob.pk)
    counts.note_hot_read(carol.pk)
    counts.note_pushed(640)
    counts.note_delivery(followers=800, push_seconds=0.004, fresh_seconds=0.02)
    counts.note_pushed(10)
    counts.note_delivery(followers=1000, push_seconds=0.002, fresh_seconds=500)
    tasks.count_reads()
    counts.note_read(alice.pk)
    tasks.count_reads()
    day = FeedDay.objects.get()
    assert (day.reads, day.hot_reads, day.posts, day.pushed, day.pulled) == (3, 2, 2, 650, 3)
    assert day.times == {"push:1000": [2, 6.0], "fresh:0.1": 1, "fresh:inf": 1}
    # carol was here; that a copy answered her pulls nothing.
    assert set(ReadDay.objects.values_list("user_id", "reads")) == {(bob.pk, 2), (alice.pk, 1), (carol.pk, 0)}
    assert day.moved == 1  # to alice; carol has two followers


@pytest.mark.parametrize(("followers", "bucket"), [(0, 1), (1, 1), (2, 10), (10, 10), (11, 100), (99_999, 100_000)])
def test_sizes_are_counted_by_powers_of_ten(followers, bucket):
    assert counts.size_bucket(followers) == bucket


def test_a_batch_is_counted_once_wherever_a_drain_is_killed(world):
    """Before each of its statements in turn: what was not committed is set aside still, what was is known."""
    bob = world.people[1]
    statements = 0
    while not ReadDay.objects.exists():
        counts.note_read(bob.pk)
        with killed_at(statements):
            meter.drain()
        statements += 1
    for _ in range(2):
        meter.drain()
    assert statements > 8
    assert ReadDay.objects.get().reads == FeedDay.objects.get().reads == statements


@pytest.mark.parametrize("call", range(3))
def test_a_batch_is_counted_once_whichever_call_of_redis_is_the_last(bob, monkeypatch, call):
    counts.note_read(bob.pk)
    counts.tally.tell()
    calls = iter(range(call))

    def client() -> Any:
        if next(calls, None) is None:
            raise Killed
        return cache.client()

    with monkeypatch.context() as patch:
        patch.setattr(counts, "client", client)
        with suppress(Killed):
            meter.drain()
    for _ in range(2):
        meter.drain()
    assert ReadDay.objects.get().reads == FeedDay.objects.get().reads == 1


def test_any_number_of_drains_at_once_count_each_page_once(world):
    bob = world.people[1]

    def come_by(_: int) -> None:
        try:
            for _ in range(20):
                counts.note_read(bob.pk)
                meter.drain()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(come_by, range(6)))
    meter.drain()
    meter.drain()
    assert ReadDay.objects.get().reads == FeedDay.objects.get().reads == 120


def test_what_is_set_aside_is_forgotten_once_it_is_known_to_be_written(bob):
    counts.note_read(bob.pk)
    assert counts.take(7) == counts.take(7) == (8, {bob.pk: 1}, {}, {})
    counts.note_read(bob.pk)
    assert counts.take(7) == (8, {bob.pk: 1}, {}, {})
    assert counts.take(8) == (9, {bob.pk: 1}, {}, {})
    assert counts.take(9) is None


def test_without_redis_nothing_is_counted_and_nothing_fails(bob, monkeypatch):
    monkeypatch.setattr(counts, "client", redis_away)
    counts.note_read(bob.pk)
    counts.note_delivery(followers=1, push_seconds=0, fresh_seconds=0)
    tasks.count_reads()
    assert not FeedDay.objects.exists()


def test_a_page_of_somebody_who_has_left_is_counted_for_nobody(alice):
    counts.note_read(alice.pk + 1000)
    counts.note_read(alice.pk)
    tasks.count_reads()
    assert rates.rows("SELECT user_id FROM reader_state") == [(alice.pk,)]


def past_day(ago: int, **values: Any) -> FeedDay:
    """A day that is over: really 1,000 units, adaptive 500, every threshold 800."""
    units = {str(threshold): [800, 0] for threshold in meter.THRESHOLDS} | {"adaptive": [500, 0]}
    day = today() - timedelta(days=ago)
    return FeedDay.objects.create(**{"day": day, "pushed": 1000, "strategy": "adaptive", "thresholds": units} | values)


def close(**spent: int) -> None:
    """Ends yesterday with those units spent, nobody having posted or read."""
    FeedDay.objects.create(day=today() - timedelta(days=1), **spent)
    tasks.close_days()


def test_a_fixed_threshold_stands_in_when_adaptive_was_dearer_for_three_days(alice, bob, settings, caplog):
    settings.FEED_STRATEGY = "adaptive"
    social.follow(follower=bob, author=alice)
    run_tasks()
    past_day(3)
    past_day(2)
    assert rates.rules().strategy == "adaptive"
    close(pushed=1000)
    assert "10 % dearer" in caplog.text
    assert rates.rules() == Rules("hybrid", 0, 5.0, 5.0)
    status = meter.status()
    assert (status.fallback, status.since) == (0, today() - timedelta(days=1))
    mover.settle()
    assert AuthorState.objects.get(user=alice).cutoff == 127


def test_the_better_threshold_is_taken_but_none_above_the_cap(settings):
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = "adaptive", 100
    units = {str(threshold): [900 - threshold % 1000, 0] for threshold in meter.THRESHOLDS} | {"adaptive": [0, 0]}
    for ago in (3, 2, 1):
        past_day(ago, thresholds=units)
    assert meter.policy.fallback(meter.last_days(today() - timedelta(days=1)), None) == 100


def test_adaptive_is_back_when_it_would_have_been_cheaper(town, settings):
    past_day(2, fallback=0)
    assert rates.rules().strategy == "hybrid"
    ReadDay.objects.update(day=today() - timedelta(days=1))
    close(pulled=5000)
    assert FeedDay.objects.get(day=today() - timedelta(days=1)).thresholds["0"][1] > 0
    assert meter.status().fallback is None
    assert rates.rules().strategy == "adaptive"


@pytest.mark.parametrize("strategy", ["hybrid", "push", "pull"])
def test_no_other_strategy_falls_back(settings, strategy):
    for ago in (3, 2):
        past_day(ago)
    settings.FEED_STRATEGY = strategy
    close(pushed=1000)
    assert meter.status().words == f"The strategy is {strategy}."
    assert rates.rules().strategy == strategy


def test_a_day_is_closed_once_and_reads_are_kept_a_week(alice):
    for ago in (1, 7, 8):
        ReadDay.objects.create(day=today() - timedelta(days=ago), user_id=alice.pk, reads=1)
    close(reads=1)
    closed = FeedDay.objects.get()
    assert set(closed.thresholds) == {"adaptive", *map(str, meter.THRESHOLDS)}
    FeedDay.objects.update(thresholds={})
    tasks.close_days()
    assert FeedDay.objects.get().thresholds == {}
    assert ReadDay.objects.count() == 2


def test_groups_of_a_day_hold_its_posts_only(alice, bob):
    social.follow(follower=bob, author=alice)
    actions.publish(author=alice, content="x")
    yesterday = today() - timedelta(days=1)
    assert [group.posts for group in meter.groups(today())] == [1]
    assert [group.posts for group in meter.groups(yesterday)] == [0]
    assert first_id_at(datetime(2024, 1, 1, tzinfo=UTC)) == 0


def test_costs_are_measured_and_written_into_the_settings_file(db, settings, tmp_path, monkeypatch, capsys):
    settings.BASE_DIR = tmp_path
    monkeypatch.setattr(costs, "FEED_ROWS", 4000)
    monkeypatch.setattr(costs, "MANY", 60)
    (tmp_path / ".env").write_text("PORT=9000\nFEED_PUSH_COST_US=77\n#FEED_PULL_COST_US=5")
    call_command("measure_costs", write=True)
    said = capsys.readouterr().out
    written = (tmp_path / ".env").read_text().splitlines()
    assert written[0] == "PORT=9000"
    assert written[2] == "#FEED_PULL_COST_US=5"
    for line in (written[1], written[3]):
        name, _, value = line.partition("=")
        assert name in {"FEED_PUSH_COST_US", "FEED_PULL_COST_US"}
        assert 0.001 <= float(value) < 1e6
        assert line in said
    assert not rates.rows("SELECT 1 FROM accounts_user")
    assert not rates.rows("SELECT 1 FROM pg_class WHERE relname LIKE 'scratch%%'")
    flush_redis()
