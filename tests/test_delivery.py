"""How a post gets into timelines: by which way, in chunks, and late where a task or Redis was lost."""

import pytest
from django.utils import timezone

from accounts.models import User
from feeds import counts, fanout, hot, mover
from feeds.models import FeedEntry
from posts import actions
from posts.models import AuthorState, Outbox, Post
from social import actions as social
from social.models import Follow
from tests.helpers import redis_away, run_tasks
from tests.timelines import contents


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


def test_the_rows_of_a_deleted_post_are_tidied_away(alice, bob):
    social.follow(follower=bob, author=alice)
    mover.settle()
    posts = [actions.publish(author=alice, content=f"{n}") for n in range(2)]
    run_tasks()
    actions.delete(actor=alice, post_id=posts[0].pk)
    run_tasks()
    assert list(FeedEntry.objects.values_list("post_id", flat=True)) == [posts[1].pk]


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


def owed_by(author, *, next_follower=0):
    post = actions.publish(author=author, content="big")
    Outbox.objects.filter(pk=post.pk).update(next_follower=next_follower)
    return post.pk


@pytest.mark.parametrize("is_moving", [True, False])
def test_the_sweeper_leaves_big_posts_alone_while_one_of_them_moves(is_moving, alice, carol, settings, monkeypatch):
    """A big fan-out leaves pauses, and others wait behind it: neither is lost."""
    settings.FANOUT_INLINE_FOLLOWERS, settings.FANOUT_LOST_AFTER_SECONDS, settings.FANOUT_BIG_FOLLOWERS = 0, -1, 10
    User.objects.filter(pk=alice.pk).update(followers_count=11)
    under_way, waiting = owed_by(alice, next_follower=5), owed_by(alice)
    small = owed_by(carol)

    def passes(seconds):
        assert seconds == fanout.MOVES_WITHIN_SECONDS
        if is_moving:
            Outbox.objects.filter(pk=under_way).update(next_follower=6)

    monkeypatch.setattr(fanout.time, "sleep", passes)
    assert fanout.lost(timezone.now()) == ([small] if is_moving else [under_way, waiting, small])


def test_what_each_worker_has_pushed_of_a_post_is_counted(alice, bob, carol, settings, monkeypatch):
    settings.FANOUT_INLINE_FOLLOWERS, settings.FANOUT_CHUNK_FOLLOWERS = 0, 1
    for reader in (bob, carol):
        social.follow(follower=reader, author=alice)
    run_tasks()
    mover.settle()
    post = actions.publish(author=alice, content="x")
    fanout.push_chunk(post.pk)  # the other worker's part
    fanout.deliver(post.pk)
    counted = counts.take(0).others
    assert counted["pushed"] == 1


def test_without_redis_posts_stay_owed_and_are_read_from_postgresql(alice, bob, api, settings, monkeypatch):

    social.follow(follower=bob, author=alice)
    run_tasks()
    away = redis_away()
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
