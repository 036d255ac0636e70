"""The quick way to a page: what is cached, that it is never wrong, and that it may vanish."""

import json
import os
import signal
import time

import pytest
from django.core.cache import cache as django_cache
from django_redis import get_redis_connection

from accounts import actions as accounts
from accounts.models import User
from feeds import cache, cards, fanout, hot, keys, live, timeline
from feeds.api import EntrySerializer
from feedsite.pagination import PageRequest
from posts import actions
from posts.cards import post_card
from posts.models import Outbox, Post
from social import actions as social
from tests.helpers import flush_redis, queries_at_most, run_tasks
from tests.test_timeline import contents, share, warm


@pytest.fixture(autouse=True)
def nothing_at_hand(monkeypatch):
    """Each test begins like a process that was just started."""
    monkeypatch.setattr(cards, "posts_at_hand", cards.AtHand())
    monkeypatch.setattr(cards, "people_at_hand", cards.AtHand())


def forget_at_hand():
    for kept in (cards.posts_at_hand, cards.people_at_hand):
        kept.newer, kept.older = {}, {}


@pytest.fixture
def shelf(alice, bob, carol):
    """bob follows alice and carol; posts of every kind, one of them shared, some liked."""
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    for n in range(4):
        actions.publish(author=alice, content=f"{n} #quay @bob", visibility=["public", "followers", "private"][n % 3])
    first = Post.objects.visible_to(bob).order_by("pk").first()
    share(carol, first)
    actions.like(actor=bob, post_id=first.pk)
    actions.comment(author=bob, post_id=first.pk, content="hm")
    actions.publish(author=bob, content="mine")
    run_tasks()
    return first


def by_objects(reader):
    """The page's cards by way of model objects, as the pages make them."""
    page = timeline.home(reader, PageRequest(20, None, "home", reader.pk))
    return [
        post_card(item.post, entry_id=item.entry.entry_id, sharer=item.sharer, reason=item.reason)
        for item in timeline.hydrate(reader, page.rows)
    ]


def test_a_card_of_the_quick_way_is_the_card_of_the_pages_and_of_the_schema(bob, api, shelf):
    expected = by_objects(bob)
    assert {card["reason"] for card in expected} == {"own", "following", "shared_by"}
    for _ in ("made", "at hand"):
        assert api(bob).get("/timeline")[1]["posts"] == expected
    forget_at_hand()  # and now out of Redis
    assert api(bob).get("/timeline")[1]["posts"] == expected
    assert set(expected[0]) == set(EntrySerializer().fields)


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


def test_counters_and_marks_on_cached_cards_are_those_of_this_moment(alice, bob, carol, api, shelf):
    app = api(bob)
    app.get("/timeline")
    actions.like(actor=carol, post_id=shelf.pk)
    actions.unlike(actor=bob, post_id=shelf.pk)
    actions.comment(author=carol, post_id=shelf.pk, content="so")
    (card,) = [p for p in app.get("/timeline")[1]["posts"] if p["post_id"] == str(shelf.pk)]
    assert (card["likes_count"], card["comments_count"], card["has_liked"]) == (1, 2, False)
    (card,) = [p for p in api(carol).get("/timeline")[1]["posts"] if p["post_id"] == str(shelf.pk)]
    assert (card["likes_count"], card["has_liked"], card["has_shared"]) == (1, True, True)


def test_a_new_name_or_text_shows_at_once(alice, carol, bob, api, shelf):
    app = api(bob)
    app.get("/timeline")
    accounts.change_profile(alice, display_name="Alice of the Quay")
    accounts.change_profile(carol, display_name="Carol too")
    User.objects.filter(pk=bob.pk).update(display_name="By whatever way")
    Post._base_manager.filter(pk=shelf.pk).update(content="edited", edited_at="2026-01-02T03:04:05.678Z")
    cards_now = app.get("/timeline")[1]["posts"]
    assert {c["user"]["display_name"] for c in cards_now} == {"Alice of the Quay", "By whatever way"}
    (card,) = [p for p in cards_now if p["post_id"] == str(shelf.pk)]
    assert (card["content"], card["edited_at"]) == ("edited", "2026-01-02T03:04:05.678Z")
    assert card["shared_by"]["display_name"] == "Carol too"


def test_a_narrower_visibility_holds_on_cached_cards(alice, carol, bob, api, shelf):
    warm(api, bob)
    assert str(shelf.pk) in str(api(bob).get("/timeline"))
    Post._base_manager.filter(pk=shelf.pk).update(visibility="private", mentioned_ids=[])
    assert str(shelf.pk) not in str(api(bob).get("/timeline"))
    User.objects.filter(pk=alice.pk).update(is_private=True)
    assert {c["visibility"] for c in api(bob).get("/timeline")[1]["posts"]} >= {"followers"}


def test_pieces_of_another_process_are_used_and_only_in_their_version(bob, api, shelf):
    app = api(bob)
    before = app.get("/timeline")[1]
    redis = get_redis_connection("default")
    pieces = [name for name in redis.scan_iter("*") if b":card:" in name or b":person:" in name]
    assert pieces
    assert all(redis.ttl(name) > 0 for name in pieces)
    for name in pieces:
        if b":card:" in name:
            redis.set(name, json.dumps({**json.loads(redis.get(name)), "content": "from Redis"}))
    forget_at_hand()
    assert {card["content"] for card in app.get("/timeline")[1]["posts"]} == {"from Redis"}
    flush_redis()
    forget_at_hand()
    assert app.get("/timeline")[1] == before


def test_what_a_process_keeps_at_hand_is_bounded(settings):
    settings.CARDS_AT_HAND = 10
    kept = cards.AtHand()
    for n in range(100):
        kept.keep({(n, 0): b"x"})
    assert len(kept.newer) + len(kept.older) <= 10
    assert kept.find([(99, 0), (0, 0)]) == {(99, 0): b"x"}


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
        timeline.Row(pk, pk, 1, 2, "public", False, 0, 0, 0, False, False, 0, 0, 0)
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
    timeline.fill_hot(bob.pk)
    assert posted[0].pk in hot.read(bob.pk).ids


def test_scripts_are_loaded_again_where_they_were_lost(bob, shelf):
    get_redis_connection("default").script_flush()
    timeline.fill_hot(bob.pk)
    assert hot.read(bob.pk) is not None


def test_a_live_frame_is_the_card_of_the_timeline(alice, bob, carol, api, shelf):
    for post in api(bob).get("/timeline")[1]["posts"]:
        frame, own = live.new_post_frame(int(post["entry_id"]))
        untouched = {**post, "has_liked": False, "has_shared": False}
        assert frame["post"] == {**untouched, "reason": frame["post"]["reason"]}
        assert own in (None, int(post["user"]["user_id"]))


def test_the_cache_of_django_is_another_matter(db):
    """Log-in limits lie beside the feed's keys and are not taken for them."""
    django_cache.set("hot:1", "x")
    assert hot.read(1) is None
