"""The copies of timelines in Redis: quick, never wrong, and free to vanish."""

import os
import signal
import time

import pytest
from django.core.cache import cache as django_cache
from django_redis import get_redis_connection

from feeds import cache, copies, fanout, hot, keys, tasks, timeline
from feeds.models import ReadDay
from posts import actions
from posts.models import Outbox
from social import actions as social
from tests.helpers import flush_redis, queries_at_most, run_tasks
from tests.timelines import contents, warm

pytestmark = pytest.mark.usefixtures("nothing_at_hand")


def test_a_hot_page_needs_the_token_and_one_statement(bob, api, shelf):
    warm(api, bob)
    app = api(bob)
    app.get("/timeline?limit=3")
    with queries_at_most(2) as made:
        assert len(app.get("/timeline?limit=3")[1]["posts"]) == 3
    assert "timeline_hot" in made.captured_queries[1]["sql"]


def test_a_page_from_postgresql_needs_the_token_and_one_statement(bob, api, shelf, monkeypatch):
    monkeypatch.setattr(hot, "read", lambda *args: None)
    monkeypatch.setattr(hot, "start_fill", lambda *args: None)
    app = api(bob)
    app.get("/timeline")
    with queries_at_most(2) as made:
        assert len(app.get("/timeline")[1]["posts"]) == 5
    assert "timeline_home" in made.captured_queries[1]["sql"]


def test_a_reader_of_few_is_served_by_postgresql_and_keeps_a_copy(bob, api, shelf, settings, monkeypatch):
    """A look at Redis would take longer than it saves; the copy is for telling what came late."""
    settings.HOT_FROM_FOLLOWEES = 3
    app = api(bob)
    app.get("/timeline")
    for _ in range(2):
        with queries_at_most(2) as made:
            assert len(app.get("/timeline")[1]["posts"]) == 5
        assert "timeline_home" in made.captured_queries[1]["sql"]
        assert hot.read(bob.pk) is not None
    monkeypatch.setattr(hot, "read", None)
    with queries_at_most(2):
        app.get("/timeline")


def test_a_day_on_which_a_copy_answered_every_page_is_a_day_with_a_visit(bob, api, shelf):
    """Experiments count such days; push and pull have nothing to learn from them."""
    warm(api, bob)
    tasks.count_reads()
    ReadDay.objects.all().delete()
    app = api(bob)
    with queries_at_most(3) as made:
        app.get("/timeline")
    assert "timeline_hot" in made.captured_queries[1]["sql"]
    tasks.count_reads()
    assert list(ReadDay.objects.values_list("user_id", "reads")) == [(bob.pk, 0)]


def test_a_copy_that_was_lost_is_made_again_when_it_is_looked_for(bob, api, shelf, settings, monkeypatch):
    settings.HOT_FROM_FOLLOWEES = 3
    warm(api, bob)
    flush_redis()
    api(bob).get("/timeline")
    assert hot.read(bob.pk) is None
    monkeypatch.setattr(copies, "known", copies.Known())
    warm(api, bob)


def test_a_copy_is_made_again_when_whom_one_follows_has_changed(alice, bob, api, shelf, settings):
    settings.HOT_FROM_FOLLOWEES = 3
    warm(api, bob)
    social.unfollow(follower=bob, author=alice)
    run_tasks()
    bob.refresh_from_db()
    assert contents(api, bob, "") == ["mine", "0 #quay @bob"]  # carol shared it
    assert hot.read(bob.pk).version == bob.relations_version


def test_a_post_delivered_between_the_look_at_redis_and_the_statement_is_not_missed(
    alice, bob, api, settings, monkeypatch
):
    """Why a delivered post stays in the outbox for a moment."""
    settings.FANOUT_LINGER_SECONDS = 30
    social.follow(follower=bob, author=alice)
    for n in range(4):
        actions.publish(author=alice, content=f"{n}")
    run_tasks()
    warm(api, bob)
    post = actions.publish(author=alice, content="just now")
    real = hot.read

    def slow_reader(*args, **kwargs):
        copy = real(*args, **kwargs)
        fanout.deliver(post.pk)
        return copy

    monkeypatch.setattr(hot, "read", slow_reader)
    assert contents(api, bob, "")[0] == "just now"
    assert api(bob).get("/timeline?limit=2")[1]["posts"][0]["content"] == "just now"
    assert Outbox.objects.filter(pk=post.pk, announced_at__isnull=False).exists()
    settings.FANOUT_LINGER_SECONDS = 0
    fanout.deliver(post.pk)
    assert not Outbox.objects.exists()


def test_a_reader_who_was_held_up_since_redis_answered_asks_postgresql(bob, shelf, api, monkeypatch):
    warm(api, bob)
    app = api(bob)
    app.get("/timeline?limit=3")
    monkeypatch.setattr(timeline, "MOST_HOT_SECONDS", 0)
    with queries_at_most(3) as made:
        app.get("/timeline?limit=3")
    assert "timeline_home" in made.captured_queries[-1]["sql"]


@pytest.mark.parametrize("crowd", [1, 30])
def test_listeners_are_found_from_the_shorter_side(crowd, alice, bob, carol, api):
    """Few followers among many hot readers, and the other way round."""
    social.follow(follower=bob, author=alice)
    for n in range(4):
        actions.publish(author=alice, content=f"{n}")
    run_tasks()
    warm(api, bob)
    redis = get_redis_connection("default")
    strangers = {str(10_000_000 + n): time.time() + 60 for n in range(crowd)}
    redis.zadd(keys.hot_readers(), strangers)
    redis.zadd(keys.online(), {**strangers, str(bob.pk): time.time() + 60, str(carol.pk): time.time() + 60})
    owed = fanout.Owed(1, alice.pk, False, 1)
    hot_ids, online_ids = fanout.listeners(owed)
    assert bob.pk in hot_ids
    assert set(hot_ids) <= {alice.pk, bob.pk}
    assert online_ids == [bob.pk]
    actions.publish(author=alice, content="new")
    run_tasks()
    assert redis.llen(keys.hot_timeline(bob.pk)) == 1 + 5


def test_whoever_was_away_is_told_of_a_lower_id_that_came_later(alice, bob, carol, api):
    """carol's transaction took its id before alice's and ended after it."""
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
        actions.publish(author=author, content="old")
    run_tasks()
    warm(api, bob)
    slow = actions.publish(author=carol, content="slow")
    quick = actions.publish(author=alice, content="quick")
    fanout.deliver(quick.pk)
    assert [row.entry_id for row in timeline.newer_than(bob, quick.pk, 10)] == []
    fanout.deliver(slow.pk)
    assert [row.entry_id for row in timeline.newer_than(bob, quick.pk, 10)] == [slow.pk]
    social.unfollow(follower=bob, author=carol)
    assert timeline.newer_than(bob, quick.pk, 10) == []


def test_a_second_announcement_does_not_hide_what_came_late(alice, bob, carol, api):
    """The first place of an entry in the order of arrival is what counts."""
    copy = hot.Copy(1, 0, [9, 7], [9, 7, 9, 3])
    assert copy.arrived_after(9) == [9, 7]
    assert copy.arrived_after(3) == [9, 7, 9]
    assert copy.arrived_after(5) == []


def test_copies_of_another_run_of_the_server_are_not_read(alice, bob, api, shelf):
    """A Redis that comes back from a dump has missed what was posted since."""
    warm(api, bob)
    get_redis_connection("default").set(keys.hot_run(), "another")
    actions.publish(author=alice, content="after the dump")
    run_tasks()
    assert hot.read(bob.pk) is None
    assert contents(api, bob, "")[0] == "after the dump"
    assert hot.read(bob.pk) is not None


def test_a_redis_too_full_to_add_forgets_the_copies(alice, bob, api, shelf, monkeypatch):
    warm(api, bob)

    def full(*args):
        raise cache.ResponseError("OOM command not allowed when used memory > 'maxmemory'.")

    monkeypatch.setattr(hot, "ADD", full)
    post = actions.publish(author=alice, content="new")
    run_tasks()
    assert not Outbox.objects.filter(pk=post.pk).exists()
    assert hot.read(bob.pk) is None
    assert not cache.breaker.is_open
    assert contents(api, bob, "")[0] == "new"


def test_a_cursor_stays_short_however_many_shares_it_has_seen():
    rows = [
        timeline.Row(pk, pk, 1, 2, "public", False, 0, 0, 0, False, False, False, None, False, 0, 0, 0)
        for pk in range(2**60, 2**60 - 400, -1)
    ]
    scroll = timeline.Scroll().after(rows)
    assert len(scroll.seen) == timeline.MOST_SEEN
    assert scroll.safe == rows[timeline.MOST_SEEN].entry_id


def frozen(pid):
    os.kill(pid, signal.SIGSTOP)


@pytest.fixture
def redis_pid():
    pid = int(get_redis_connection("default").info("server")["process_id"])
    yield pid
    os.kill(pid, signal.SIGCONT)
    for _ in range(100):
        if not cache.breaker.is_open:
            return
        time.sleep(0.05)


def test_a_frozen_redis_is_waited_for_once(alice, bob, api, shelf, redis_pid, monkeypatch):
    warm(api, bob)
    expected = api(bob).get("/timeline?limit=3")[1]["posts"]
    waits = []
    real = cache.Breaker.trip
    monkeypatch.setattr(cache.Breaker, "trip", lambda self, error: (waits.append(error), real(self, error))[1])
    frozen(redis_pid)
    for _ in range(5):
        assert api(bob).get("/timeline?limit=3")[1]["posts"] == expected
    assert len(waits) == 1
    assert cache.breaker.is_open
    assert not fanout.announce(fanout.Owed(shelf.pk, alice.pk, False, 1)).result(), "the post stays owed"
    os.kill(redis_pid, signal.SIGCONT)
    for _ in range(100):
        if not cache.breaker.is_open:
            break
        time.sleep(0.05)
    app = api(bob)
    with queries_at_most(2) as made:
        assert app.get("/timeline?limit=3")[1]["posts"] == expected
    assert "timeline_hot" in made.captured_queries[-1]["sql"]


def test_a_fill_that_was_overtaken_by_a_flush_writes_nothing(bob, shelf):
    token = hot.start_fill(bob.pk)
    assert hot.start_fill(bob.pk) is None, "one at a time"
    flush_redis()
    hot.finish_fill(bob.pk, token, version=0, entries=[5, 4])
    assert hot.read(bob.pk) is None


@pytest.mark.parametrize("moment", ["before the key is opened", "while PostgreSQL is read", "before it is finished"])
def test_a_post_delivered_while_a_copy_is_filled_is_in_it(moment, alice, bob, shelf, monkeypatch):
    """The key is opened first and PostgreSQL read after it: whatever the moment, one of the two has the post."""
    posted = []

    def post_once():
        if not posted:
            posted.append(actions.publish(author=alice, content="in the middle"))
            fanout.deliver(posted[0].pk)

    start, finish = hot.start_fill, hot.finish_fill

    def starting(user_id):
        if moment == "before the key is opened":
            post_once()
        token = start(user_id)
        if moment == "while PostgreSQL is read":
            post_once()
        return token

    def finishing(*args, **kwargs):
        if moment == "before it is finished":
            post_once()
        return finish(*args, **kwargs)

    monkeypatch.setattr(hot, "start_fill", starting)
    monkeypatch.setattr(hot, "finish_fill", finishing)
    copies.fill(bob.pk)
    assert posted[0].pk in hot.read(bob.pk).ids


def test_scripts_are_loaded_again_where_they_were_lost(bob, shelf):
    get_redis_connection("default").script_flush()
    copies.fill(bob.pk)
    assert hot.read(bob.pk) is not None


def test_the_cache_of_django_is_another_matter(db):
    """Log-in limits lie beside the feed's keys and are not taken for them."""
    django_cache.set("hot:1", "x")
    assert hot.read(1) is None
