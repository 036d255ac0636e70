"""The home timeline through the API: exact however a post gets there."""

import pytest
from django_redis import get_redis_connection

from feeds import fanout, hot, keys, mover, upkeep
from feeds.models import FeedEntry, ReaderState
from posts import actions
from posts.models import AuthorState, Outbox, Post
from social import actions as social
from social.models import Follow, Mute
from tests.helpers import flush_redis, queries_at_most, run_tasks


def contents(api, reader, query=""):
    return [post["content"] for post in api(reader).get(f"/timeline?limit=100{query}")[1]["posts"]]


@pytest.fixture(params=["push", "pull", "hybrid", "adaptive"])
def strategy(request, settings):
    settings.FEED_STRATEGY = request.param
    settings.CELEBRITY_THRESHOLD = 1
    return request.param


def test_followed_and_own_posts_are_there_newest_first(alice, bob, carol, api, strategy):
    social.follow(follower=bob, author=alice)
    run_tasks()
    for author, content in [(alice, "one"), (bob, "two"), (carol, "not for bob"), (alice, "three")]:
        actions.publish(author=author, content=content)
        run_tasks()
    assert contents(api, bob) == ["three", "two", "one"]
    reasons = {p["content"]: p["reason"] for p in api(bob).get("/timeline")[1]["posts"]}
    assert reasons == {"one": "following", "two": "own", "three": "following"}


def test_a_post_is_there_at_the_next_read_even_if_no_task_ever_runs(alice, bob, api, strategy, settings):
    settings.FANOUT_INLINE_FOLLOWERS = 0
    social.follow(follower=bob, author=alice)
    mover.settle()
    actions.publish(author=alice, content="at once")
    assert Outbox.objects.count() == 1
    assert not FeedEntry.objects.exists()
    assert contents(api, bob) == ["at once"]


def test_a_new_follow_brings_older_posts_and_an_unfollow_takes_them_away(alice, bob, api, strategy):
    actions.publish(author=alice, content="before the follow")
    run_tasks()
    app = api(bob)
    assert contents(api, bob) == []
    app.post(f"/users/{alice.pk}/follow")
    assert contents(api, bob) == ["before the follow"]
    run_tasks()
    assert contents(api, bob) == ["before the follow"]
    app.delete(f"/users/{alice.pk}/follow")
    assert contents(api, bob) == []
    run_tasks()
    assert not FeedEntry.objects.filter(user_id=bob.pk).exists()


def test_the_strategy_decides_how_a_post_travels(alice, bob, carol, settings):
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = "hybrid", 1
    social.follow(follower=bob, author=alice)
    run_tasks()
    assert Follow.objects.get(follower=bob).pull is False
    actions.publish(author=alice, content="pushed")
    run_tasks()
    assert FeedEntry.objects.filter(user_id=bob.pk).count() == 1
    social.follow(follower=carol, author=alice)
    run_tasks()
    mover.settle()
    assert set(Follow.objects.values_list("pull", flat=True)) == {True}
    actions.publish(author=alice, content="pulled")
    run_tasks()
    assert FeedEntry.objects.count() == 1


def test_moving_an_author_up_and_down_shows_in_nothing_a_reader_sees(alice, bob, carol, api, settings):
    social.follow(follower=bob, author=alice)
    social.follow(follower=carol, author=alice)
    expected = []
    for threshold in (10, 1, 10, 1):
        settings.CELEBRITY_THRESHOLD = threshold
        expected.insert(0, f"at {threshold}, post {len(expected)}")
        actions.publish(author=alice, content=expected[0])
        assert contents(api, bob) == expected
        run_tasks()
        mover.settle()
        assert contents(api, bob) == contents(api, carol) == expected


def test_blocked_muted_suspended_and_deleted_are_gone_at_the_next_read(alice, bob, api, strategy):
    social.follow(follower=bob, author=alice)
    mover.settle()
    post = actions.publish(author=alice, content="x")
    run_tasks()
    assert contents(api, bob) == ["x"]
    social.mute(muter=bob, muted=alice)
    assert contents(api, bob) == []
    social.unmute(muter=bob, muted=alice)
    assert contents(api, bob) == ["x"]
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    assert contents(api, bob) == []
    type(alice).objects.filter(pk=alice.pk).update(is_active=True)
    actions.delete(actor=alice, post_id=post.pk)
    assert contents(api, bob) == []


def test_the_rows_of_a_deleted_post_are_tidied_away(alice, bob):
    social.follow(follower=bob, author=alice)
    mover.settle()
    posts = [actions.publish(author=alice, content=f"{n}") for n in range(2)]
    run_tasks()
    actions.delete(actor=alice, post_id=posts[0].pk)
    run_tasks()
    assert list(FeedEntry.objects.values_list("post_id", flat=True)) == [posts[1].pk]


def test_a_mute_that_has_ended_hides_nothing(alice, bob, api):
    social.follow(follower=bob, author=alice)
    social.mute(muter=bob, muted=alice)
    actions.publish(author=alice, content="x")
    Mute.objects.update(expires_at="2024-01-01T00:00:00Z")
    assert contents(api, bob) == ["x"]


def test_private_posts_reach_mentioned_followers_only(alice, bob, carol, api, strategy):
    for reader in (bob, carol):
        social.follow(follower=reader, author=alice)
    mover.settle()
    actions.publish(author=alice, content="psst @bob", visibility="private")
    run_tasks()
    assert contents(api, bob) == ["psst @bob"]
    assert contents(api, carol) == []
    assert not FeedEntry.objects.filter(user_id=carol.pk).exists()


def page_through(api, reader, limit, between=lambda page: None):
    app, seen, cursor = api(reader), [], ""
    while cursor is not None:
        _, page = app.get(f"/timeline?limit={limit}{cursor and '&cursor=' + cursor}")
        seen += [post["content"] for post in page["posts"]]
        cursor = page["next_cursor"]
        assert page["has_more"] is (cursor is not None)
        between(page)
    return seen


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 100])
def test_paging_gives_everything_once_whatever_is_posted_meanwhile(alice, bob, api, limit, strategy):
    social.follow(follower=bob, author=alice)
    mover.settle()
    expected = []
    for n in range(14):
        expected.insert(0, f"{n}")
        actions.publish(author=[alice, bob][n % 2], content=f"{n}")
        run_tasks()
    made = iter(range(1000))
    got = page_through(api, bob, limit, lambda page: actions.publish(author=alice, content=f"late {next(made)}"))
    assert got == expected


def test_history_goes_on_below_what_was_trimmed(alice, bob, api, settings):
    settings.TIMELINE_SIZE, settings.TIMELINE_SLACK = 5, 1.2
    social.follow(follower=bob, author=alice)
    mover.settle()
    for n in range(20):
        actions.publish(author=alice, content=f"{n}")
        run_tasks()
    assert upkeep.trim() == 15
    assert FeedEntry.objects.filter(user_id=bob.pk).count() == 5
    assert ReaderState.objects.get(user=bob).floor > 0
    assert page_through(api, bob, 3) == [f"{n}" for n in reversed(range(20))]


def test_a_back_fill_longer_than_a_timeline_raises_the_floor_instead(alice, bob, api, settings):
    settings.TIMELINE_SIZE = 5
    for n in range(20):
        actions.publish(author=alice, content=f"{n}")
    run_tasks()
    social.follow(follower=bob, author=alice)
    run_tasks()
    assert FeedEntry.objects.filter(user_id=bob.pk).count() == 5
    assert page_through(api, bob, 4) == [f"{n}" for n in reversed(range(20))]


def test_a_big_audience_is_served_chunk_by_chunk_and_each_chunk_once(alice, bob, carol, dave, settings):
    settings.FANOUT_INLINE_FOLLOWERS, settings.FANOUT_CHUNK_FOLLOWERS = 0, 1
    for reader in (bob, carol, dave):
        social.follow(follower=reader, author=alice)
    mover.settle()
    post = actions.publish(author=alice, content="x")
    assert fanout.push_chunk(post.pk)
    assert FeedEntry.objects.count() == 1
    for _ in range(3):
        fanout.deliver(post.pk)
    assert sorted(FeedEntry.objects.values_list("user_id", flat=True)) == sorted([bob.pk, carol.pk, dave.pk])
    assert not Outbox.objects.exists()


def test_the_sweeper_delivers_what_a_lost_task_left(alice, bob, settings):
    from feeds import tasks

    settings.FANOUT_INLINE_FOLLOWERS, settings.FANOUT_LOST_AFTER_SECONDS = 0, 0
    social.follow(follower=bob, author=alice)
    mover.settle()
    post = actions.publish(author=alice, content="x")
    Outbox.objects.all().delete()
    # As if the post were an hour old and its worker had died.
    old = post.pk - (3600_000 << 12)
    Post.objects.bulk_create([Post(id=old, author=alice, content="old")])
    Outbox.objects.create(post_id=old, author=alice)
    tasks.sweep_outbox()
    assert list(FeedEntry.objects.values_list("user_id", "post_id")) == [(bob.pk, old)]
    assert not Outbox.objects.exists()


def warm(api, reader):
    """Reads until the reader's hot timeline stands."""
    api(reader).get("/timeline?limit=2")
    assert hot.read(reader.pk) is not None


def test_a_hot_timeline_gives_the_same_page(alice, bob, carol, api):
    social.follow(follower=bob, author=alice)
    run_tasks()
    for n in range(6):
        actions.publish(author=alice, content=f"{n}")
    run_tasks()
    cold = api(bob).get("/timeline?limit=3")
    warm(api, bob)
    with queries_at_most(6):
        assert api(bob).get("/timeline?limit=3")[1]["posts"] == cold[1]["posts"]
    actions.publish(author=alice, content="new")
    assert contents(api, bob, "")[0] == api(bob).get("/timeline?limit=2")[1]["posts"][0]["content"] == "new"
    run_tasks()
    assert not Outbox.objects.exists()
    assert get_redis_connection("default").llen(keys.hot_timeline(bob.pk)) == 8
    assert api(bob).get("/timeline?limit=2")[1]["posts"][0]["content"] == "new"
    # A follow changes the relations, and with them the hot timeline's version.
    actions.publish(author=carol, content="carol's")
    social.follow(follower=bob, author=carol)
    assert api(bob).get("/timeline?limit=2")[1]["posts"][0]["content"] == "carol's"


def test_a_flush_of_redis_is_not_noticed(alice, bob, api):
    social.follow(follower=bob, author=alice)
    for n in range(6):
        actions.publish(author=alice, content=f"{n}")
    run_tasks()
    warm(api, bob)
    before = api(bob).get("/timeline?limit=3")[1]["posts"]
    flush_redis()
    assert api(bob).get("/timeline?limit=3")[1]["posts"] == before
    assert api(bob).get("/timeline?limit=3")[1]["posts"] == before


def test_without_redis_posts_stay_owed_and_are_read_from_postgresql(alice, bob, api, settings, monkeypatch):
    from redis import Redis
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    social.follow(follower=bob, author=alice)
    run_tasks()
    away = Redis(unix_socket_path="/nowhere/redis.sock", retry=Retry(NoBackoff(), 0))
    monkeypatch.setattr(hot, "client", lambda: away)
    actions.publish(author=alice, content="x")
    run_tasks()
    assert contents(api, bob) == ["x"]
    assert Outbox.objects.count() == 1
    monkeypatch.undo()
    fanout.deliver(Outbox.objects.get().pk)
    assert not Outbox.objects.exists()


def test_an_authors_ids_only_ever_rise(alice):
    first = actions.publish(author=alice, content="1")
    AuthorState.objects.update(last_post_id=first.pk + (3600_000 << 12))  # a clock that was an hour ahead
    second = actions.publish(author=alice, content="2")
    assert second.pk > first.pk + (3600_000 << 12)


def share(sharer, post):
    """As sharing will write it: a post of its own that names the original."""
    Post.objects.filter(pk=post.pk).count_in("shares_count", 1)
    made = Post.objects.create(author=sharer, share_of=post, pk=actions.claim_post_id(sharer.pk))
    actions.put_into_outbox(made)
    return made


def test_an_original_is_listed_once_at_its_newest_place(alice, bob, carol, dave, api, strategy):
    for author in (alice, carol, dave):
        social.follow(follower=bob, author=author)
    mover.settle()
    original = actions.publish(author=alice, content="original")
    actions.publish(author=alice, content="between")
    share(carol, original)
    run_tasks()
    assert contents(api, bob) == ["original", "between"]
    share(dave, original)
    posts = api(bob).get("/timeline")[1]["posts"]
    assert [p["content"] for p in posts] == ["original", "between"]
    assert posts[0]["shared_by"]["username"] == "dave"
    social.mute(muter=bob, muted=dave)
    assert api(bob).get("/timeline")[1]["posts"][0]["shared_by"]["username"] == "carol"


@pytest.mark.parametrize("shares_count", [1, 5000])
def test_among_few_shares_or_thousands_the_newest_of_those_followed_counts(
    shares_count, alice, bob, carol, dave, api, strategy
):
    """A popular original is looked for along whom the reader follows instead of along its shares."""
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    mover.settle()
    first = actions.publish(author=alice, content="first")
    actions.publish(author=alice, content="between")
    share(carol, first)
    share(dave, first)  # a stranger to bob
    Post._base_manager.filter(pk=first.pk).update(shares_count=shares_count)
    run_tasks()
    assert contents(api, bob) == ["first", "between"]
    social.mute(muter=bob, muted=carol)
    assert contents(api, bob) == ["between", "first"]
    social.follow(follower=bob, author=dave)
    assert contents(api, bob) == ["first", "between"]
    social.block(blocker=alice, blocked=dave)
    assert contents(api, bob) == ["between", "first"]


def test_a_share_made_while_paging_does_not_move_an_original_out_of_the_scroll(alice, bob, carol, api, strategy):
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    mover.settle()
    posts = [actions.publish(author=alice, content=f"{n}") for n in range(4)]
    run_tasks()
    got = page_through(api, bob, 2, lambda page: None if page["next_cursor"] is None else share(carol, posts[0]))
    assert got == ["3", "2", "1", "0"]


def test_the_timeline_needs_the_same_queries_for_one_post_and_for_thirty(alice, bob, api):
    social.follow(follower=bob, author=alice)
    actions.publish(author=alice, content="1")
    run_tasks()
    app = api(bob)
    with queries_at_most(6):
        app.get("/timeline?limit=50")
    for n in range(30):
        actions.publish(author=alice, content=f"{n}")
    run_tasks()
    with queries_at_most(6):
        app.get("/timeline?limit=50")


@pytest.mark.parametrize("query", ["ranking=", "ranking=best", "cursor=x", "limit=0"])
def test_nonsense_parameters_are_refused(alice, api, query):
    assert api(alice).get(f"/timeline?{query}")[0] == 400


def test_the_timeline_is_for_those_signed_in(db, api):
    assert api().get("/timeline")[0] == 401
