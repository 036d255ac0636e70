"""`manage.py load_demo`: the community that a fresh site starts with, and that its numbers are true."""

from collections import Counter
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, Max, Q
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from feeds import timeline
from feeds.demo import avatars, people, script
from posts.models import AuthorState, Like, Outbox, Post
from social.models import Follow
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
    assert 350 <= Post.objects.filter(root=None).count() <= 400
    assert User.objects.exclude(avatar="").count() >= 30
    assert not Outbox.objects.exists()


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
    for post in Post.objects.all():
        assert (post.likes_count, post.comments_count) == (likes[post.pk], comments[post.pk])


def test_the_author_s_state_names_the_newest_entry(demo: str) -> None:
    newest = Post.objects.filter(root=None).values_list("author").annotate(Max("pk")).order_by()
    assert dict(newest) == dict(AuthorState.objects.values_list("user", "last_post_id"))


@pytest.mark.parametrize("name", ["alice", "bob"])
def test_a_home_timeline_is_the_posts_of_those_followed_and_one_s_own(demo: str, name: str) -> None:
    reader = User.objects.get(username=name)
    followees = Follow.objects.filter(follower=reader).values("followee")
    expected = Post.objects.filter(Q(author=reader) | Q(author__in=followees), root=None).order_by("-pk")
    shown = timeline.from_postgres(reader.pk, timeline.Scroll(), limit=1000)
    assert [entry.entry_id for entry in shown] == list(expected.values_list("pk", flat=True))


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


@pytest.mark.parametrize("text", ["alice 3\nNo day", "1 alice 3", "1 alice 3\nText\n> no name"])
def test_a_paragraph_that_is_no_post_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="This is no (post|comment)"):
        script.read(text)
