"""Accounts that staff have limited: only followers see what they make, and nobody else is told so."""

import pytest

from accounts import actions as accounts
from feeds import tasks as feeds_tasks
from posts import actions
from posts.models import Post
from social import actions as social
from tests.helpers import run_tasks
from tests.pages import page, publish
from tests.test_verify import verified
from tests.timelines import contents, share


@pytest.fixture
def limited(alice, bob):
    """alice is limited, and bob follows her."""
    social.follow(follower=bob, author=alice)
    run_tasks()
    accounts.limit(alice)
    return alice


def seen(viewer, post):
    return Post.objects.visible_to(viewer).filter(pk=post.pk).exists()


def test_only_followers_see_what_a_limited_account_posts(limited, bob, carol, api, visitor):
    post = publish(limited, "Cheap watches #quay")
    run_tasks()
    assert contents(api, bob) == ["Cheap watches #quay"]
    assert seen(bob, post)
    assert seen(limited, post)
    assert not seen(carol, post)
    for path in (f"/posts/{post.pk}", f"/users/{limited.pk}/posts", "/timeline/public", "/timeline/hashtag/quay"):
        for one in (api(), api(carol)):
            assert "watches" not in str(one.get(path)[1])
    for address in ("/@alice", "/@alice/rss", f"/@alice/{post.pk}", "/tags/quay", "/public"):
        assert "watches" not in visitor.get(address).content.decode()
    verified()


def test_a_limited_account_is_followed_without_asking_and_is_not_told_to_be_private(limited, carol, api):
    publish(limited, "Cheap watches")
    assert api(carol).get(f"/users/{limited.pk}")[1]["is_private"] is False
    assert api(carol).post(f"/users/{limited.pk}/follow")[1]["following"] is True
    assert contents(api, carol) == ["Cheap watches"]


def test_comments_and_mentions_of_a_limited_account_reach_nobody_but_followers(limited, bob, carol, api):
    thread = publish(carol, "Look at my boat")
    comment = actions.comment(author=limited, post_id=thread.pk, content="Buy watches @carol")
    named = publish(limited, "Hello @carol", visibility="private")
    assert [seen(carol, post) for post in (comment, named)] == [False, False]
    assert [seen(bob, post) for post in (comment, named)] == [True, False]
    run_tasks()
    assert api(carol).get("/notifications")[1]["notifications"] == []


def test_what_a_limited_account_made_is_neither_shared_nor_quoted_nor_found(limited, bob, carol, dave, api):
    post = publish(limited, "Cheap watches #quay")
    assert api(bob).post(f"/posts/{post.pk}/share")[0] == 403
    assert api(bob).get("/search?q=watches")[1]["posts"][0]["visibility"] == "followers"
    assert api(carol).get("/search?q=watches")[1]["posts"] == []
    assert api(carol).get("/search?q=alice&type=users")[1]["users"] == []
    assert [one["username"] for one in api(bob).get("/search?q=alice&type=users")[1]["users"]] == ["alice"]
    social.follow(follower=dave, author=bob)
    assert "alice" not in str(api(dave).get("/suggestions")[1]["users"])


def test_hashtags_of_limited_accounts_are_not_counted(alice, carol, api):
    publish(alice, "Cheap watches #quay")
    for change, expected in ((accounts.limit, []), (accounts.unlimit, ["quay"])):
        change(alice)
        feeds_tasks.count_hashtags()
        assert [one["name"] for one in api(carol).get("/search?q=qu&type=hashtags")[1]["hashtags"]] == expected


def test_a_share_from_before_the_limit_shows_nothing_until_it_is_lifted(alice, bob, carol, dave, api):
    social.follow(follower=dave, author=bob)
    social.follow(follower=bob, author=alice)
    post = publish(alice, "A sunset")
    share(bob, post)
    run_tasks()
    assert contents(api, dave) == ["A sunset"]
    accounts.limit(alice)
    assert contents(api, dave) == []
    verified()
    accounts.unlimit(alice)
    assert contents(api, dave) == ["A sunset"]
    verified()


def test_a_profile_says_who_reads_it_and_its_owner_sees_all(limited, client, carol):
    publish(limited, "Cheap watches")
    client.force_login(carol)
    assert "Follow alice to read what they post." in page(client, "/@alice")
    client.force_login(limited)
    assert "Cheap watches" in page(client, "/@alice")
