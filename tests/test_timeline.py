"""The home timeline through the API: exact however a post gets there."""

import pytest
from django.db import connection
from django_redis import get_redis_connection

from accounts.models import User
from feeds import keys, mover, upkeep
from feeds.models import FeedEntry, ReaderState
from posts import actions
from posts.models import Outbox, Post
from social import actions as social
from social.models import Mute
from tests.helpers import flush_redis, queries_at_most, run_tasks
from tests.timelines import contents, page_through, share, warm


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


def rows_read(table: str) -> int:
    """Rows of a table that this transaction has read, by whatever way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = %s", [table]
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize("is_hot", [False, True])
def test_a_page_reads_by_keys_whatever_the_planner_thinks_of_the_tables(is_hot, alice, bob, settings, api):
    """A hundred thousand accounts and a handful of posts once made it read all accounts for each page."""
    settings.HOT_FROM_FOLLOWEES = 0 if is_hot else 100
    social.follow(follower=bob, author=alice)
    for _ in range(50):
        actions.publish(author=alice, content="hello")
    User.objects.bulk_create([User(username=f"passer_by_{n}") for n in range(20_000)])
    run_tasks()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    api(bob).get("/timeline")
    before = rows_read("accounts_user"), rows_read("follow")
    assert len(api(bob).get("/timeline")[1]["posts"]) == 20
    read = rows_read("accounts_user") - before[0], rows_read("follow") - before[1]
    assert max(read) < 150, read
