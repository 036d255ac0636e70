"""`manage.py load_demo`: the community that a fresh site starts with, and that its numbers are true."""

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Max
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from feeds import oracle, timeline
from feeds.demo import avatars, people, pictures, script
from feeds.oracle import Place
from feedsite.pagination import page_request
from notifications.models import Notification
from posts import stories
from posts.models import AuthorState, Bookmark, Like, Media, Outbox, Poll, Post, Vote
from social.models import Follow
from tests.telling import deliver
from tests.test_mover import out_of_place

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Any:
    """What the command said; the demo lasts for this file, each test in a savepoint of its own."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=FAST), transaction.atomic():
        out = StringIO()
        call_command("load_demo", stdout=out)
        yield out.getvalue()
        transaction.set_rollback(True)


@pytest.fixture
def demo(loaded: str, db: None) -> str:
    return loaded


def test_the_community_is_loaded_and_its_log_ins_are_told(demo: str) -> None:
    assert "alice, bob, carol, dave" in demo
    assert people.PASSWORD in demo
    assert User.objects.count() == 37
    assert 350 <= Post.objects.filter(root=None, share_of=None).count() <= 400
    assert Post.objects.exclude(share_of=None).count() >= 50
    assert Post.objects.exclude(quote_of=None).count() >= 7
    assert Bookmark.objects.count() == 6 * len(people.LOGINS)
    assert User.objects.exclude(avatar="").count() >= 30
    assert Media.objects.exclude(post=None).exclude(alt="").count() == len(pictures.SCENES)
    assert not Media.objects.waiting().exists()
    assert Post.objects.exclude(content_warning="").exists()
    assert not Outbox.objects.exists()


def test_some_people_have_stories_that_the_log_ins_see(demo: str) -> None:
    asked = page_request({}, list_name="people", viewer=(alice := User.objects.get(username="alice")))
    told, _ = stories.people(alice, asked)
    assert len(told) >= 2
    assert all(stories.of_person(alice, one.person)[0].media.alt for one in told)


def test_alice_has_been_told_of_what_happened_lately(demo: str) -> None:
    alice = User.objects.get(username="alice")
    deliver()
    shown = Notification.objects.filter(recipient=alice, is_read=False)
    assert {"like", "comment", "share"} <= set(shown.values_list("type", flat=True))
    assert shown.filter(actors_count__gt=2).exists()
    assert not Notification.objects.exclude(recipient__username__in=people.LOGINS).exists()


def test_polls_count_their_votes_and_the_log_ins_have_not_voted(demo: str) -> None:
    assert Poll.objects.count() == 2
    for poll in Poll.objects.all():
        chosen = Counter(choice for vote in Vote.objects.filter(poll=poll) for choice in vote.choices)
        assert poll.votes == [chosen[number] for number in range(len(poll.options))]
        assert poll.voters_count == sum(poll.votes) > 2
        assert poll.ends_at > timezone.now()
    assert not Vote.objects.filter(user__username__in=people.LOGINS).exists()


def test_the_community_has_trends_from_the_start(demo: str, client: Client) -> None:
    found = client.get("/api/v1/trends/hashtags").json()["hashtags"]
    assert {"seal", "barndance"} <= {trend["tag"] for trend in found}
    assert len(client.get("/api/v1/trends/posts").json()["posts"]) >= 5


def test_a_second_run_does_nothing(demo: str) -> None:
    before = (User.objects.count(), Post.objects.count(), Like.objects.count(), Follow.objects.count())
    out = StringIO()
    call_command("load_demo", stdout=out)
    assert "Nothing was loaded" in out.getvalue()
    assert before == (User.objects.count(), Post.objects.count(), Like.objects.count(), Follow.objects.count())


def test_counters_of_people_equal_the_rows(demo: str) -> None:
    followers: Counter[int] = Counter()
    following: Counter[int] = Counter()
    for follower, followee in Follow.objects.values_list("follower", "followee"):
        following[follower] += 1
        followers[followee] += 1
    posts = dict(Post.objects.filter(root=None).values_list("author").annotate(Count("pk")).order_by())
    for user in User.objects.all():
        assert (user.followers_count, user.following_count, user.posts_count) == (
            followers[user.pk],
            following[user.pk],
            posts.get(user.pk, 0),
        )


def test_counters_of_posts_equal_the_rows(demo: str) -> None:
    likes = Counter(Like.objects.values_list("post", flat=True))
    comments = Counter(Post.objects.exclude(in_reply_to=None).values_list("in_reply_to", flat=True))
    shares = Counter(Post.objects.exclude(share_of=None).values_list("share_of", flat=True))
    for post in Post.objects.all():
        counted = (likes[post.pk], comments[post.pk], shares[post.pk])
        assert (post.likes_count, post.comments_count, post.shares_count) == counted


def test_the_author_s_state_names_the_newest_entry(demo: str) -> None:
    newest = Post.objects.filter(root=None).values_list("author").annotate(Max("pk")).order_by()
    assert dict(newest) == dict(AuthorState.objects.values_list("user", "last_post_id"))


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_home_timeline_is_what_those_followed_and_oneself_posted_and_shared(demo: str, name: str) -> None:
    reader = User.objects.get(username=name)
    shown = timeline.from_postgres(reader.pk, timeline.Scroll(), limit=1000)
    assert [Place(row.entry_id, row.shown_id) for row in shown] == oracle.timeline(reader.pk, 1000)
    assert any(row.sharer_id for row in shown)
    assert any(row.quote_of for row in shown)


def test_whoever_quotes_or_shares_does_so_afterwards(demo: str) -> None:
    for post in Post.objects.exclude(share_of=None, quote_of=None):
        assert (post.share_of_id or post.quote_of_id or 0) < post.pk
    assert Post.objects.filter(in_reply_to__in_reply_to__in_reply_to__in_reply_to__in_reply_to__isnull=False).exists()


def test_every_edge_stands_where_the_policy_wants_it(demo: str) -> None:
    assert out_of_place() == []


def test_it_all_happened_in_three_weeks_up_to_a_few_minutes_ago(demo: str) -> None:
    posts = list(Post.objects.order_by("pk"))
    now = timezone.now()
    assert (now - posts[0].created_at).days <= 21
    assert 0 < (now - posts[-1].created_at).total_seconds() < 600
    assert all(post.in_reply_to_id < post.pk for post in posts if post.in_reply_to_id)
    assert all(like.created_at <= now and like.created_at >= like.post.created_at for like in Like.objects.all()[:500])


def test_only_followers_answer_what_is_for_followers(demo: str) -> None:
    comments = Post.objects.filter(root__visibility="followers").select_related("root").exclude(root=None)
    follows = set(Follow.objects.values_list("follower", "followee"))
    assert comments.exists()
    for comment in comments:
        assert comment.root
        assert comment.author_id == comment.root.author_id or (comment.author_id, comment.root.author_id) in follows


@pytest.mark.parametrize("name", [*people.LOGINS, people.STAFF.username])
def test_the_demo_log_ins_work(demo: str, client: Client, name: str) -> None:
    response = client.post(reverse("account_login"), {"login": name, "password": people.PASSWORD})
    assert response.status_code == 302
    assert client.session["_auth_user_id"] == str(User.objects.get(username=name).pk)


def test_others_cannot_be_logged_in_as(demo: str) -> None:
    assert User.objects.exclude(password__startswith="!").count() == len(people.LOGINS) + 1


def test_nothing_is_said_twice_and_everything_fits(settings: Any) -> None:
    scenes = [scene for told in script.read_all() for scene in told]
    said = [line.content for scene in scenes for line in (scene.post, *scene.comments)]
    assert [content for content, times in Counter(said).items() if times > 1] == []
    assert max(len(content) for content in said) <= 280


def test_everybody_who_speaks_lives_there() -> None:
    scenes = [scene for told in script.read_all() for scene in told]
    speakers = {line.author for scene in scenes for line in (scene.post, *scene.comments)}
    assert speakers == {person.username for person in people.PEOPLE}


def test_a_picture_is_the_same_every_time() -> None:
    assert avatars.picture("alice", "hills") == avatars.picture("alice", "hills")
    assert avatars.picture("alice", "hills") != avatars.picture("mateus", "hills")


@pytest.mark.parametrize(
    "text", ["alice 3\nNo day", "1 alice 3", "1 alice 3\nText\n> no name", "1 alice 3\nText\n! a picture"]
)
def test_a_paragraph_that_is_no_post_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="This is no (post|comment)"):
        script.read(text)
