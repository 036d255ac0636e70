"""Several hands at once on one post, one upload, one vote, one draft: what is left is what one of them meant."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from feeds.models import FeedEntry
from posts import actions
from posts.models import Draft, Like, Media, Poll, Post, Vote
from social import actions as social
from tests.machine import engine
from tests.test_restoring import apart
from tests.test_share_races import Together, town  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = pytest.mark.parametrize("attempt", range(5))
TEA = {"options": ["Tea", "Coffee"], "seconds": 3600}


def made(post_id):
    return Post._base_manager.get(pk=post_id)


@ATTEMPTS
def test_a_like_and_its_taking_back_leave_a_true_count(town, attempt):  # noqa: F811
    alice, bob = town.people[:2]
    post = engine.publish(alice)
    for _ in range(3):
        Together().run(
            lambda: actions.like(actor=bob, post_id=post),
            lambda: actions.unlike(actor=bob, post_id=post),
        )
        assert made(post).likes_count == Like.objects.filter(post=post).count()
    press = lambda: actions.like(actor=bob, post_id=post)  # noqa: E731
    Together().run(press, press)
    assert made(post).likes_count == Like.objects.filter(post=post).count() == 1


@ATTEMPTS
def test_two_votes_at_once_are_one(town, attempt):  # noqa: F811
    alice, bob, carol = town.people[:3]
    post = actions.publish(author=alice, content="What?", poll=TEA).pk
    Together().run(
        lambda: actions.vote(actor=bob, post_id=post, choices=[0]),
        lambda: actions.vote(actor=bob, post_id=post, choices=[1]),
    )
    assert Vote.objects.count() == 1
    Together().run(
        lambda: actions.vote(actor=carol, post_id=post, choices=[1]),
        lambda: actions.vote(actor=town.people[3], post_id=post, choices=[1]),
    )
    poll = Poll.objects.get()
    said = Counter(choice for vote in Vote.objects.all() for choice in vote.choices)
    assert (poll.voters_count, poll.votes) == (3, [said[0], said[1]])


@ATTEMPTS
def test_a_delete_and_a_restore_at_once_leave_one_of_the_two_whole(town, attempt):  # noqa: F811
    alice, bob = town.people[:2]
    social.follow(follower=bob, author=alice)
    engine.settle()
    post = engine.publish(alice)
    town.run_all()
    actions.delete(actor=alice, post_id=post)
    Together().run(
        lambda: actions.restore(actor=alice, post_id=post),
        lambda: actions.delete(actor=alice, post_id=post),
    )
    town.run_all()
    is_there = made(post).deleted_at is None
    assert [place.shown_id for place in engine.read(bob.pk, 5, None).places] == [post] * is_there
    alice.refresh_from_db()
    assert alice.posts_count == is_there
    if not is_there:
        actions.restore(actor=alice, post_id=post)
        town.run_all()
    assert [place.shown_id for place in engine.read(bob.pk, 5, None).places] == [post]
    assert FeedEntry.objects.filter(user_id=bob.pk, post_id=post).count() <= 1


@ATTEMPTS
def test_an_upload_hangs_on_one_of_two_posts_made_at_once(town, attempt):  # noqa: F811
    alice = town.people[0]
    first, second = (waiting(alice, n) for n in range(2))
    Together().run(
        lambda: actions.publish(author=alice, content="one", media_ids=[first, second]),
        lambda: actions.publish(author=alice, content="two", media_ids=[second, first]),
    )
    post = Post.objects.get()
    assert set(Media.objects.values_list("post", flat=True)) == {post.pk}
    assert post.media_count == 2


def waiting(owner, number):
    facts = {"folder": f"{number}" * 32, "files": {}, "width": 1, "height": 1, "digest": bytes(32)}
    return Media.objects.create(owner=owner, kind="image", **facts).pk


@ATTEMPTS
def test_a_draft_that_is_due_while_its_author_posts_it_is_posted_once(town, attempt):  # noqa: F811
    alice = town.people[0]
    draft = actions.save_draft(author=alice, content="later")
    Draft.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    beat = lambda: actions.publish_due(timezone.now())  # noqa: E731
    Together().run(beat, lambda: actions.publish_draft(author=alice, draft_id=draft.pk))
    assert [post.content for post in Post.objects.all()] == ["later"]
    Draft.objects.create(author=alice, content="again", due_at=timezone.now() - timedelta(seconds=1))
    Together().run(beat, beat)
    assert sorted(post.content for post in Post.objects.all()) == ["again", "later"]
    assert not Draft.objects.exists()


@ATTEMPTS
def test_an_edit_and_a_delete_at_once_leave_no_half(town, attempt):  # noqa: F811
    alice, bob = town.people[:2]
    social.follow(follower=bob, author=alice)
    post = engine.publish(alice, visibility="private")
    Together().run(
        lambda: actions.edit(actor=alice, post_id=post, content="other", visibility="public"),
        lambda: actions.delete(actor=alice, post_id=post),
    )
    town.run_all()
    assert engine.read(bob.pk, 5, None).places == []
    assert made(post).revisions.count() == (made(post).content == "other")


@pytest.mark.parametrize("act", [actions.delete, actions.restore])
@pytest.mark.parametrize("is_below", [False, True])
def test_a_wider_thread_and_the_end_of_a_comment_do_not_wait_for_each_other(town, act, is_below):  # noqa: F811
    """The edit has the first post and wants the comments; the delete has a comment and wants what it answers."""
    alice, bob = town.people[:2]
    post = engine.publish(alice)
    social.follow(follower=bob, author=alice)
    first = actions.comment(author=bob, post_id=post, content="hm").pk
    below = actions.comment(author=bob, post_id=first, content="hm hm").pk
    comment = below if is_below else first
    if act is actions.restore:
        actions.delete(actor=bob, post_id=comment)
    ending, refused = [], []

    def end():
        try:
            act(actor=bob, post_id=comment)
        except Exception as error:  # noqa: BLE001
            refused.append(error)

    def slowly(execute, sql, *args):
        if sql.startswith("UPDATE") and '"root_id"' in sql:
            ending.append(apart(end))
            ending[0].join(0.3)
        return execute(sql, *args)

    with connection.execute_wrapper(slowly):
        actions.edit(actor=alice, post_id=post, visibility="followers")
    ending[0].join(10)
    assert not refused
    assert (made(comment).deleted_at is None) is (act is actions.restore)


@pytest.mark.parametrize("is_below", [False, True])
def test_a_comment_says_the_audience_of_the_thread_whenever_it_is_made(town, is_below):  # noqa: F811
    alice, bob = town.people[:2]
    social.follow(follower=bob, author=alice)
    post = engine.publish(alice)
    answered = actions.comment(author=bob, post_id=post, content="hm").pk if is_below else post
    with transaction.atomic():
        actions.edit(actor=alice, post_id=post, visibility="followers")
        writing = apart(lambda: actions.comment(author=bob, post_id=answered, content="hm"))
        writing.join(0.3)
    writing.join(10)
    made_then = Post._base_manager.get(in_reply_to=answered)
    assert made_then.visibility == "followers"
