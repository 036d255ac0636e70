"""Who may mention an account, and who finds it and has it suggested: as its owner has set, from the next read on."""

import pytest

from accounts import actions as accounts
from posts import actions
from posts.models import Post
from social import actions as social
from tests.helpers import run_tasks
from tests.telling import told

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("wish", "by_bob", "by_carol"), [("everybody", 1, 1), ("followed", 1, 0), ("nobody", 0, 0)])
def test_a_mention_is_a_word_like_any_other_where_it_is_not_wanted(alice, bob, carol, api, wish, by_bob, by_carol):
    social.follow(follower=alice, author=bob)
    assert api(alice).patch("/users/me", {"mentions_from": wish})[1]["mentions_from"] == wish
    for author, number in ((bob, by_bob), (carol, by_carol)):
        post = actions.publish(author=author, content="@alice look", visibility="private")
        assert post.mentions == ["alice"] * number
        assert ("<a" in post.content_html) == bool(number)
        run_tasks()
        assert Post.objects.visible_to(alice).filter(pk=post.pk).exists() == bool(number)
    assert len([one for one in told(api, alice) if one["type"] == "mention"]) == by_bob + by_carol
    own = actions.publish(author=alice, content="@alice myself")
    assert own.mentions == ["alice"]


def test_an_edit_takes_a_mention_away_that_is_not_wanted_any_more(alice, bob, api):
    post = actions.publish(author=bob, content="@alice look", visibility="private")
    accounts.change_reach(alice, mentions_from="nobody")
    assert actions.edit(actor=bob, post_id=post.pk, content="@alice look here").mentions == []


def test_who_does_not_want_to_be_found_is_found_by_followers_alone(alice, bob, carol, api, client):
    social.follow(follower=bob, author=alice)
    post = actions.publish(author=alice, content="regatta on Sunday")
    run_tasks()

    def found(app) -> tuple[int, int]:
        people = app.get("/search?q=alic&type=users")[1]["users"]
        return len(people), len(app.get("/search?q=regatta")[1]["posts"])

    assert [found(api(one)) for one in (alice, bob, carol)] == [(1, 1)] * 3
    assert api(alice).patch("/users/me", {"in_search": False})[1]["in_search"] is False
    assert [found(api(one)) for one in (alice, bob, carol)] == [(1, 1), (1, 1), (0, 0)]
    assert found(api()) == (0, 0)
    assert "noindex" in client.get("/@alice").content.decode()
    assert str(post.pk) not in client.get("/sitemap.xml").content.decode()
    assert api(carol).get(f"/posts/{post.pk}")[0] == 200
    accounts.change_reach(alice, in_search=True)
    assert found(api(carol)) == (1, 1)


def test_who_does_not_want_to_be_suggested_is_not(alice, bob, carol, dave, api):
    social.follow(follower=alice, author=bob)
    social.follow(follower=bob, author=carol)
    actions.publish(author=dave, content="hello")
    run_tasks()

    def suggested() -> set[str]:
        return {one["username"] for one in api(alice).get("/suggestions")[1]["users"]}

    assert {"carol", "dave"} <= suggested()
    for person in (carol, dave):
        assert api(person).patch("/users/me", {"in_suggestions": False})[0] == 200
    assert not {"carol", "dave"} & suggested()


def test_the_privacy_page_sets_all_of_it_without_scripts(client, alice):
    client.force_login(alice)
    page = client.get("/settings/privacy").content.decode()
    assert 'name="mentions_from"' in page
    client.post("/settings/privacy", {"mentions_from": "followed", "in_suggestions": "on"})
    alice.refresh_from_db()
    assert (alice.mentions_from, alice.in_search, alice.in_suggestions) == ("followed", False, True)
    assert client.post("/settings/privacy", {"mentions_from": "friends"}).status_code in (400, 422)
