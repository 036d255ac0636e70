"""Edges between push and pull under every strategy: where they come to stand, and that nobody notices."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from feeds import actions as feeds_actions
from feeds import counts, looks, mover, rates, tasks
from feeds.models import FeedEntry, ReaderState
from feeds.policy import ACTIVE, EVERYBODY, INACTIVE, NEVER
from feedsite.errors import Invalid
from posts import actions
from posts.models import AuthorState
from social import actions as social
from social.models import Follow
from tests.conftest import member
from tests.helpers import queries_at_most, run_tasks
from tests.test_verify import verified
from tests.timelines import contents

DAY = 86_400_000 << 12  # in ids


@pytest.fixture
def adaptive(settings: Any) -> Any:
    settings.FEED_STRATEGY = "adaptive"
    settings.FEED_PUSH_COST_US = settings.FEED_PULL_COST_US = 5.0
    return settings


def read(reader: User, pages: int = 1) -> None:
    """Pages from PostgreSQL, counted, and the edges moved, as the site does it within seconds."""
    for _ in range(pages):
        counts.note_read(reader.pk)
    tasks.count_reads()
    tasks.settle_edges()


def publish(author: User, number: int = 1) -> None:
    for n in range(number):
        actions.publish(author=author, content=f"{n}")
    run_tasks()


def later(days: float) -> None:
    """As if all that was counted so far were so many days older; then the daily round."""
    ReaderState.objects.exclude(read_at=None).update(read_at=timezone.now() - timedelta(days=days))
    AuthorState.objects.filter(last_post_id__gt=0).update(last_post_id=int(next_id() - days * DAY))
    tasks.judge_readers()
    tasks.judge_everybody()
    tasks.settle_edges()


def next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT next_post_id()")
        return int(cursor.fetchone()[0])


def is_pushed(follower: User, author: User) -> bool:
    return not Follow.objects.get(follower=follower, followee=author).pull


def pushed_to(author: User) -> int:
    return Follow.objects.filter(followee=author, pull=False).count()


def rows_of(reader: User) -> int:
    return FeedEntry.objects.filter(user_id=reader.pk).count()


def nothing_unsettled() -> bool:
    return not any(states.objects.filter(unsettled=True).exists() for states in (AuthorState, ReaderState))


def out_of_place() -> list[tuple[int, int]]:
    """Edges that do not stand where cut-off and class want them, by plain Python."""
    cutoffs = dict(AuthorState.objects.values_list("pk", "cutoff"))
    classes = dict(ReaderState.objects.values_list("pk", "reader_class"))
    return [
        (follower, followee)
        for follower, followee, pull in Follow.objects.values_list("follower", "followee", "pull")
        if pull == (classes.get(follower, INACTIVE) >= cutoffs.get(followee, NEVER))
    ]


def test_nothing_is_pushed_to_who_never_reads(alice, bob, adaptive):
    social.follow(follower=bob, author=alice)
    run_tasks()
    publish(alice, 3)
    assert not is_pushed(bob, alice)
    assert rows_of(bob) == 0


def test_a_reader_who_returns_has_a_full_feed_at_once_and_is_pushed_to_from_then_on(alice, bob, adaptive, api):
    social.follow(follower=bob, author=alice)
    run_tasks()
    publish(alice, 3)
    assert contents(api, bob) == ["2", "1", "0"]
    read(bob, 20)
    assert is_pushed(bob, alice)
    assert rows_of(bob) == 3
    publish(alice)
    assert rows_of(bob) == 4
    assert contents(api, bob) == ["0", "2", "1", "0"]
    assert nothing_unsettled()
    assert "no faults" in verified()


def test_who_stays_away_for_a_week_is_pushed_to_no_more_until_the_next_read(alice, bob, adaptive, api):
    social.follow(follower=bob, author=alice)
    run_tasks()
    publish(alice)
    read(bob, 20)
    assert is_pushed(bob, alice)
    later(days=6.9)
    assert is_pushed(bob, alice)
    later(days=7.1)
    assert ReaderState.objects.get(user=bob).reader_class == INACTIVE
    assert not is_pushed(bob, alice)
    publish(alice, 2)
    assert rows_of(bob) == 1
    assert contents(api, bob) == ["1", "0", "0"]
    read(bob, 20)
    assert is_pushed(bob, alice)
    assert rows_of(bob) == 3


def test_a_burst_moves_slow_readers_to_pull_and_calm_brings_them_back(alice, bob, carol, adaptive, api):
    for reader in (bob, carol):
        social.follow(follower=reader, author=alice)
    run_tasks()
    publish(alice)
    read(bob, 2)
    read(carol, 500)
    assert is_pushed(bob, alice)
    publish(alice, 40)
    tasks.settle_edges()
    assert not is_pushed(bob, alice)
    assert is_pushed(carol, alice)
    assert len(contents(api, bob)) == len(contents(api, carol)) == 41
    ReaderState.objects.update(reading=2)
    AuthorState.objects.update(last_post_id=next_id() - 60 * DAY)
    tasks.judge_everybody()
    tasks.settle_edges()
    assert is_pushed(bob, alice)
    assert len(contents(api, bob)) == 41
    assert "no faults" in verified()


def test_posting_decays_by_the_time_in_the_ids(alice, settings):
    publish(alice, 3)
    assert AuthorState.objects.get(user=alice).posting == pytest.approx(3, abs=1e-3)
    AuthorState.objects.update(last_post_id=next_id() - int(settings.POSTING_HALF_LIFE_DAYS * DAY))
    publish(alice)
    assert AuthorState.objects.get(user=alice).posting == pytest.approx(2.5, abs=1e-3)
    AuthorState.objects.update(last_post_id=0)  # a row made by a lock, years ago
    publish(alice)
    assert AuthorState.objects.get(user=alice).posting == pytest.approx(1, abs=1e-3)


def test_rates_can_be_made_again_from_the_posts(alice):
    publish(alice, 3)
    AuthorState.objects.update(posting=0)
    rates.recount_posting()
    assert AuthorState.objects.get(user=alice).posting == pytest.approx(3, abs=1e-3)


def test_reads_decay_and_add_up(alice, settings):
    read(alice, 4)
    ReaderState.objects.update(read_at=timezone.now() - timedelta(days=settings.READING_HALF_LIFE_DAYS))
    read(alice, 3)
    assert ReaderState.objects.get(user=alice).reading == pytest.approx(5, abs=1e-3)


@pytest.mark.parametrize("strategy", ["adaptive", "hybrid"])
def test_an_author_who_crosses_the_threshold_is_moved_and_moved_back(alice, settings, strategy):
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = strategy, 2
    fans = [member(f"fan{n}") for n in range(3)]
    for fan in fans:
        read(fan, 10)
    for fan in fans[:2]:
        social.follow(follower=fan, author=alice)
        run_tasks()
    assert pushed_to(alice) == 2
    social.follow(follower=fans[2], author=alice)
    run_tasks()
    tasks.settle_edges()
    # All three are of one class: under adaptive the cap has room for none of it.
    assert pushed_to(alice) == 0
    social.unfollow(follower=fans[0], author=alice)
    run_tasks()
    tasks.settle_edges()
    assert pushed_to(alice) == 2
    assert nothing_unsettled()


def test_a_celebrity_pushes_to_the_most_active_as_many_as_the_cap_allows(alice, adaptive, api):
    adaptive.CELEBRITY_THRESHOLD = 3
    fans = [member(f"fan{n}") for n in range(6)]
    for fan in fans:
        social.follow(follower=fan, author=alice)
    run_tasks()
    publish(alice)
    for n, fan in enumerate(fans):
        read(fan, 4**n)
        assert pushed_to(alice) <= 3
    tasks.judge_everybody()
    tasks.settle_edges()
    assert [is_pushed(fan, alice) for fan in fans] == [False, False, False, True, True, True]
    assert all(contents(api, fan) == ["0"] for fan in fans)
    assert "no faults" in verified()


def test_a_pin_is_obeyed_at_once_and_can_be_taken_back(alice, bob, adaptive):
    adaptive.CELEBRITY_THRESHOLD = 1
    for reader in (bob, member("erin")):
        social.follow(follower=reader, author=alice)
    run_tasks()
    for pin, pushed, cutoff in [("push", 2, EVERYBODY), ("pull", 0, NEVER), ("", 0, ACTIVE)]:
        feeds_actions.pin_author(author=alice, pin=pin)
        tasks.settle_edges()
        assert pushed_to(alice) == pushed
        assert AuthorState.objects.get(user=alice).cutoff == cutoff
        assert nothing_unsettled()
    with pytest.raises(Invalid):
        feeds_actions.pin_author(author=alice, pin="sometimes")


def test_staff_pin_an_author_on_the_staff_page(alice, bob, client):
    User.objects.filter(pk=bob.pk).update(is_staff=True, is_superuser=True)
    client.force_login(bob)
    social.follow(follower=bob, author=alice)
    run_tasks()
    publish(alice)
    page = f"/admin/posts/authorstate/{alice.pk}/change/"
    assert "1 pushed, 0 pulled" in client.get(page).content.decode()
    assert client.post(page, {"pin": "pull"}).status_code == 302
    tasks.settle_edges()
    assert not is_pushed(bob, alice)
    assert "nobody" in client.get("/admin/posts/authorstate/?pin__exact=pull&q=ali").content.decode()


def test_a_switch_of_strategy_moves_every_edge_and_shows_in_no_timeline(alice, bob, carol, settings, api):
    for reader in (bob, carol):
        social.follow(follower=reader, author=alice)
    publish(alice, 3)
    read(bob, 30)
    settings.CELEBRITY_THRESHOLD = 1
    for strategy, pushed in [("push", 2), ("pull", 0), ("adaptive", 1), ("hybrid", 0), ("push", 2), ("adaptive", 1)]:
        settings.FEED_STRATEGY = strategy
        mover.settle()
        assert pushed_to(alice) == pushed
        assert nothing_unsettled()
        assert contents(api, bob) == contents(api, carol) == ["2", "1", "0"]


def test_a_mover_that_stops_halfway_is_continued_from_the_flags(alice, settings, monkeypatch):
    settings.FEED_STRATEGY = "push"
    monkeypatch.setitem(mover.EDGES_AT_ONCE, looks.AUTHORS, 2)
    fans = [member(f"fan{n}") for n in range(5)]
    Follow.objects.bulk_create(Follow(follower=fan, followee=alice) for fan in fans)
    User.objects.filter(pk=alice.pk).update(followers_count=5)
    batches = mover.settle_in_batches()
    assert next(batches) == 2
    batches.close()
    assert AuthorState.objects.get(user=alice).unsettled
    assert pushed_to(alice) == 2
    tasks.settle_edges()
    assert pushed_to(alice) == 5
    assert nothing_unsettled()


def test_what_no_flag_tells_of_is_found_by_the_daily_round(alice, bob, settings):
    settings.FEED_STRATEGY = "push"
    social.follow(follower=bob, author=alice)
    run_tasks()
    tasks.settle_edges()
    Follow.objects.update(pull=True)
    tasks.settle_edges()
    assert not is_pushed(bob, alice)
    tasks.judge_everybody()
    tasks.settle_edges()
    assert is_pushed(bob, alice)


def test_tasks_may_run_twice_and_without_anything_to_do(db):
    with queries_at_most(2 + 3):  # the mover's lock, in a savepoint here, and the two looks
        tasks.settle_edges()
    for _ in range(2):
        tasks.count_reads()
        tasks.settle_edges()
        tasks.judge_readers()
        tasks.judge_everybody()
        tasks.close_days()
