"""What is known of candidates, against queries that are obviously right."""

import random
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from feeds import oracle
from feeds.impressions.facts import as_served
from feeds.ranking import formula
from feeds.ranking.candidates import of_entries, of_reader, of_reader_in_brief
from feeds.ranking.models import Nudge
from feeds.ranking.values import Candidate, Weights
from feedsite.errors import DomainError
from posts import actions
from posts.models import Like, Post, first_id_at, time_of
from social import actions as social
from social.models import Follow
from tests.helpers import run_tasks
from tests.timelines import share

WINDOW = timedelta(days=30)


def interactions(reader: User, author_id: int) -> int:
    """Likes, comments and shares by the reader of posts by the author, as the contract says it."""
    since = timezone.now() - WINDOW
    own = Post._base_manager.filter(author=reader, deleted_at=None, pk__gte=first_id_at(since))
    return (
        0
        if author_id == reader.pk
        else Like.objects.filter(user=reader, post__author=author_id, created_at__gte=since).count()
        + own.filter(in_reply_to__author=author_id).count()
        + own.filter(share_of__author=author_id).count()
    )


def check(reader: User, found: list[Candidate]) -> None:
    """Every field by the ORM."""
    for one in found:
        entry, shown = (Post._base_manager.get(pk=pk) for pk in (one.entry_id, one.shown_id))
        author = shown.author
        assert one.sharer_id == (entry.author_id if entry.share_of_id else None)
        assert (one.author_id, one.followers) == (author.pk, author.followers_count)
        assert one.age_hours == pytest.approx((timezone.now() - time_of(shown.pk)) / timedelta(hours=1), abs=0.01)
        assert (one.likes, one.comments) == (shown.likes_count, shown.comments_count)
        assert one.shares == shown.shown_shares_count
        assert one.interactions == interactions(reader, author.pk)
        assert (one.media, one.has_poll, one.is_quote) == (shown.media_count, shown.has_poll, bool(shown.quote_of_id))
        assert (one.length, one.has_link) == (len(shown.content), "://" in shown.content)
        assert one.follows_back is Follow.objects.filter(follower=author, followee=reader).exists()
        nudge = Nudge.objects.filter(reader=reader, author=author).first()
        assert one.nudge == (nudge.amount if nudge else 0)


@pytest.mark.parametrize("seed", range(4))
def test_candidates_are_the_timeline_and_all_that_is_known_of_them_is_true(
    seed: int, alice: User, bob: User, carol: User, dave: User
) -> None:
    chance = random.Random(seed)
    people = [alice, bob, carol, dave]
    for one in people:
        for other in people:
            if one != other and chance.random() < 0.7:
                social.follow(follower=one, author=other)
    posts = []
    for _ in range(60):
        live(chance, people, posts)
    Nudge.objects.create(reader=bob, author=alice, amount=-1)
    backdate(chance)
    for reader in User.objects.filter(pk__in=[person.pk for person in people]):
        found = of_reader(reader.pk)
        assert [(one.entry_id, one.shown_id) for one in found] == [
            (place.entry_id, place.shown_id) for place in oracle.timeline(reader.pk, 500)
        ]
        check(reader, found)
        assert_brief(of_reader_in_brief(reader.pk), found)
        again = of_entries(reader.pk, [one.entry_id for one in found])
        assert [one.entry_id for one in again] == [one.entry_id for one in found]
        check_as_served(reader, again)


def check_as_served(reader: User, found: list[Candidate]) -> None:
    """What an impression of this moment keeps is what it would be ranked by."""
    now = timezone.now()
    kept = as_served(reader.pk, now, {one.entry_id: now for one in found})
    assert [exact(one) for one in kept] == [exact(one) for one in found]
    for one, other in zip(kept, found, strict=True):
        assert (one.age_hours, one.posting) == pytest.approx((other.age_hours, other.posting), abs=0.01)


def exact(one: Candidate) -> Candidate:
    return one._replace(age_hours=0, posting=0)


def assert_brief(brief: list[Candidate], whole: list[Candidate]) -> None:
    """The same candidates, without what the formula does not look at: it gives the same order and terms of either."""
    nothing = {"has_link": False, "length": 0, "follows_back": False, "posting": 0.0}
    same_age = [one._replace(age_hours=other.age_hours) for one, other in zip(brief, whole, strict=True)]
    assert same_age == [one._replace(**nothing) for one in whole]
    orders = [formula.ranked(some, Weights(1, 1, 1, 1, 1), diversity=True) for some in (same_age, whole)]
    assert [one.parts for one in orders[0]] == [one.parts for one in orders[1]]
    assert [one.candidate.entry_id for one in orders[0]] == [one.candidate.entry_id for one in orders[1]]


def live(chance: random.Random, people: list[User], posts: list[int]) -> None:
    """Somebody does something; what may not be is refused."""
    one, other = chance.sample(people, 2)
    target = chance.choice(posts) if posts else 0
    deed = chance.choice(
        ["post"] * 4 + ["like"] * 4 + ["comment", "comment", "share", "share", "quote", "relate", "go"]
    )
    try:
        if deed == "post" or not target:
            content = chance.choice(["hm", "see https://example.org/", f"hello @{other.username}"])
            visibility = chance.choice(["public", "public", "followers", "private"])
            posts.append(actions.publish(author=one, content=content, visibility=visibility).pk)
        elif deed == "like":
            actions.like(actor=one, post_id=target)
        elif deed == "comment":
            posts.append(actions.comment(author=one, post_id=target, content="hm").pk)
        elif deed == "share":
            share(one, Post._base_manager.get(pk=target))
        elif deed == "quote":
            posts.append(actions.publish(author=one, content="look", quote_of=target).pk)
        elif deed == "relate":
            chance.choice([mute, block, hide, limit])(one, other)
        else:
            actions.delete(actor=Post._base_manager.get(pk=target).author, post_id=target)
    except DomainError:
        return
    if chance.random() < 0.5:
        run_tasks()


def mute(one: User, other: User) -> None:
    social.mute(muter=one, muted=other)


def block(one: User, other: User) -> None:
    social.block(blocker=one, blocked=other)


def hide(one: User, _: User) -> None:
    accounts.change_privacy(one, not one.is_private)


def limit(one: User, _: User) -> None:
    (accounts.unlimit if one.is_limited else accounts.limit)(one)


def backdate(chance: random.Random) -> None:
    """Some likes are from before the window."""
    old = [like.pk for like in Like.objects.all() if chance.random() < 0.3]
    for post_id, user_id in old:
        Like.objects.filter(post=post_id, user=user_id).update(created_at=timezone.now() - WINDOW - timedelta(hours=1))


def test_a_like_and_its_end_count_at_once(bob: User, shelf: Post) -> None:
    def known() -> int:
        return next(one.interactions for one in of_reader(bob.pk) if one.author_id == shelf.author_id)

    before = known()
    post = actions.publish(author=shelf.author, content="one more")
    actions.like(actor=bob, post_id=post.pk)
    assert known() == before + 1
    actions.unlike(actor=bob, post_id=post.pk)
    assert known() == before


def test_of_a_thousand_and_more_likes_those_of_the_newest_posts_count(alice: User, bob: User, carol: User) -> None:
    """So a page of somebody who likes all they see costs no more than that of others."""
    social.follow(follower=bob, author=carol)
    social.follow(follower=bob, author=alice)
    first = first_id_at(timezone.now() - timedelta(days=2))
    made = [Post(pk=first + n, author=alice if n else carol, content=f"{n}") for n in range(1001)]
    Post._base_manager.bulk_create(made)
    Like.objects.bulk_create(Like(post=post, user=bob) for post in made)
    actions.publish(author=alice, content="hm")
    written = actions.publish(author=carol, content="hm")

    def known(author: User) -> int:
        return next(one.interactions for one in of_reader(bob.pk) if one.author_id == author.pk)

    assert (known(carol), known(alice)) == (0, 1000)
    actions.like(actor=bob, post_id=written.pk)
    assert (known(carol), known(alice)) == (1, 999)


def test_more_than_one_window_is_looked_at_where_the_rules_drop_many(alice: User, bob: User, carol: User) -> None:
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    old = [actions.publish(author=alice, content=f"{n}").pk for n in range(5)]
    for n in range(40):
        actions.publish(author=carol, content=f"noise {n}")
    share(alice, Post.objects.get(pk=old[0]))
    social.mute(muter=bob, muted=carol)
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM post")
        newest = cursor.fetchone()[0]
    assert [one.entry_id for one in of_reader(bob.pk, limit=4)] == [newest, *old[:1:-1]]
