"""What was spent, and what other ways would have cost, held against plain counts."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from redis import Redis

from feeds import costs, counts, meter, mover, rates, tasks
from feeds.models import FeedDay, ReadDay
from feeds.policy import Rules, Spent, what_if
from posts import actions
from posts.models import AuthorState, first_id_at
from social import actions as social
from social.models import Follow
from tests.conftest import member
from tests.helpers import flush_redis, run_tasks

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
    counts.HotReads().note()
    counts.note_delivery(followers=800, pushed=640, push_seconds=0.004, fresh_seconds=0.02)
    counts.note_delivery(followers=1000, pushed=10, push_seconds=0.002, fresh_seconds=500)
    tasks.count_reads()
    counts.note_read(alice.pk)
    tasks.count_reads()
    day = FeedDay.objects.get()
    assert (day.reads, day.hot_reads, day.posts, day.pushed, day.pulled) == (3, 1, 2, 650, 3)
    assert day.times == {"push:1000": [2, 6.0], "fresh:0.1": 1, "fresh:inf": 1}
    assert set(ReadDay.objects.values_list("user_id", "reads")) == {(bob.pk, 2), (alice.pk, 1)}
    assert day.moved == 1  # to alice; carol has two followers


@pytest.mark.parametrize(("followers", "bucket"), [(0, 1), (1, 1), (2, 10), (10, 10), (11, 100), (99_999, 100_000)])
def test_sizes_are_counted_by_powers_of_ten(followers, bucket):
    assert counts.size_bucket(followers) == bucket


def test_a_crash_before_the_counts_are_forgotten_repeats_them_and_loses_none(bob, monkeypatch):
    counts.note_read(bob.pk)
    monkeypatch.setattr(counts, "drop", lambda: None)
    tasks.count_reads()
    counts.note_read(bob.pk)
    monkeypatch.undo()
    tasks.count_reads()
    tasks.count_reads()
    assert ReadDay.objects.get().reads == 3
    assert counts.take() is None


def test_without_redis_nothing_is_counted_and_nothing_fails(bob, monkeypatch):
    monkeypatch.setattr(counts, "client", lambda: Redis(unix_socket_path="/nowhere/redis.sock"))
    counts.note_read(bob.pk)
    counts.note_delivery(followers=1, pushed=1, push_seconds=0, fresh_seconds=0)
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
