"""Whom one might follow, through the API."""

import pytest
from django_redis import get_redis_connection

from accounts import actions as accounts
from accounts.models import User
from feeds import keys, suggestions
from posts import actions as posts
from social import actions
from tests.conftest import member
from tests.factories import UserFactory
from tests.helpers import queries_at_most, redis_away
from tests.timelines import share


@pytest.fixture
def circle(alice, bob, carol, dave):
    """alice follows bob and carol; both follow dave, and carol follows erin."""
    erin = member("erin")
    for follower, author in [(alice, bob), (alice, carol), (bob, dave), (carol, dave), (carol, erin)]:
        actions.follow(follower=follower, author=author)
    return erin


def suggested(api, viewer, query=""):
    status, page = api(viewer).get(f"/suggestions{query}")
    assert status == 200
    return [user["username"] for user in page["users"]]


def reasons(api, viewer):
    return {user["username"]: user["reason"] for user in api(viewer).get("/suggestions")[1]["users"]}


def forget(viewer):
    """As if the minutes had gone by for which candidates are kept."""
    viewer.refresh_from_db()
    get_redis_connection("default").delete(keys.suggestions(viewer.pk, viewer.relations_version))


def test_friends_of_friends_come_best_known_first_and_say_who_follows_them(alice, circle, api):
    assert suggested(api, alice) == ["dave", "erin"]
    told = reasons(api, alice)
    assert told["dave"] == {
        "type": "followed_by",
        "usernames": told["dave"]["usernames"],
        "followers_known": 2,
        "text": told["dave"]["text"],
    }
    assert set(told["dave"]["usernames"]) == {"bob", "carol"}
    assert told["dave"]["text"] in ("Followed by bob and carol", "Followed by carol and bob")
    assert told["erin"]["text"] == "Followed by carol"
    for name in ("frank", "grace"):
        friend = member(name)
        actions.follow(follower=alice, author=friend)
        actions.follow(follower=friend, author=User.objects.get(username="dave"))
    text = reasons(api, alice)["dave"]["text"]
    assert text.startswith("Followed by ")
    assert text.endswith(" and 3 others you follow")


def test_who_is_followed_asked_blocked_muted_dismissed_or_gone_is_not_suggested(alice, bob, carol, dave, circle, api):
    def gone(doing, undoing):
        doing()
        assert suggested(api, alice) == ["erin"]
        undoing()
        assert suggested(api, alice) == ["dave", "erin"]

    them = {"follower": alice, "author": dave}
    gone(lambda: actions.follow(**them), lambda: actions.unfollow(**them))
    accounts.change_privacy(dave, True)
    gone(lambda: actions.follow(**them), lambda: actions.unfollow(**them))
    muting = {"muter": alice, "muted": dave}
    gone(lambda: actions.mute(**muting), lambda: actions.unmute(**muting))
    gone(lambda: accounts.suspend(dave), lambda: accounts.restore(dave))
    for blocker, blocked in [(alice, dave), (dave, alice)]:
        actions.block(blocker=blocker, blocked=blocked)
        assert suggested(api, alice) == ["erin"]
        actions.unblock(blocker=blocker, blocked=blocked)
    for _ in range(2):
        assert api(alice).delete(f"/suggestions/{dave.pk}") == (204, None)
    assert suggested(api, alice) == ["erin"]
    forget(alice)
    assert suggested(api, alice) == ["erin"]
    frank = member("frank")
    actions.follow(follower=frank, author=bob)
    assert suggested(api, frank) == ["dave"]


def test_a_private_account_is_suggested_and_shown_as_private(alice, dave, circle, api):
    accounts.change_privacy(dave, True)
    page = api(alice).get("/suggestions")[1]["users"]
    assert [(user["username"], user["is_private"]) for user in page] == [("dave", True), ("erin", False)]


def test_whose_posts_one_liked_answered_or_shared_is_suggested(alice, bob, carol, dave, api):
    liked, answered, shared = (posts.publish(author=author, content="x") for author in (bob, carol, dave))
    posts.like(actor=alice, post_id=liked.pk)
    posts.comment(author=alice, post_id=answered.pk, content="hm")
    share(alice, shared)
    told = reasons(api, alice)
    assert set(told) == {"bob", "carol", "dave"}
    assert {reason["type"] for reason in told.values()} == {"interaction"}


def test_friends_one_deals_with_count_for_more(alice, bob, carol, dave, circle, api):
    actions.unfollow(follower=carol, author=dave)
    forget(alice)
    before = suggested(api, alice)
    strong, weak = (bob, "dave") if before == ["erin", "dave"] else (carol, "erin")
    post = posts.publish(author=strong, content="x")
    posts.like(actor=alice, post_id=post.pk)
    forget(alice)
    assert sorted(suggested(api, alice)) == sorted(before)
    expected = "dave" if strong == bob else weak
    assert suggested(api, alice)[0] == expected


def test_a_muted_friend_recommends_nobody(alice, carol, circle, api):
    actions.mute(muter=alice, muted=carol)
    assert suggested(api, alice) == ["dave"]
    assert reasons(api, alice)["dave"]["text"] == "Followed by bob"


def test_newcomers_are_told_who_is_active(alice, bob, carol, api):
    posts.publish(author=bob, content="x")
    told = reasons(api, alice)
    assert {name: reason["type"] for name, reason in told.items()} == {"bob": "popular"}
    actions.dismiss(viewer=alice, person=bob)
    assert suggested(api, alice) == []


def test_suggestions_come_page_by_page_each_once(alice, bob, api):
    actions.follow(follower=alice, author=bob)
    for author in UserFactory.create_batch(95):
        actions.follow(follower=bob, author=author)
    seen, cursor = [], ""
    while cursor is not None:
        page = api(alice).get(f"/suggestions?limit=10{cursor and '&cursor=' + cursor}")[1]
        seen += [user["user_id"] for user in page["users"]]
        cursor = page["next_cursor"]
        if len(seen) == 50:  # those who have been shown may go meanwhile
            for pk in seen[:50]:
                actions.dismiss(viewer=alice, person=User.objects.get(pk=pk))
    assert len(seen) == len(set(seen)) == 95
    for query in ("limit=0", "cursor=x", "limit="):
        assert api(alice).get(f"/suggestions?{query}")[0] == 400
    assert api().get("/suggestions")[0] == 401


def test_candidates_are_kept_for_a_while_and_found_again_when_one_follows_somebody(alice, dave, circle, api):
    assert suggested(api, alice) == ["dave", "erin"]
    with queries_at_most(1):
        alice.refresh_from_db()
    with queries_at_most(1):
        assert len(suggestions.for_viewer(alice, limit=5)) == 2
    frank = member("frank")
    actions.follow(follower=dave, author=frank)
    assert suggested(api, alice) == ["dave", "erin"]
    actions.follow(follower=alice, author=dave)
    assert suggested(api, alice) == ["frank", "erin"] or suggested(api, alice) == ["erin", "frank"]


def test_a_redis_that_is_away_only_costs_the_query(alice, circle, api, monkeypatch):

    away = redis_away()
    monkeypatch.setattr(suggestions, "client", lambda: away)
    monkeypatch.setattr(suggestions, "read", lambda *_: None)
    alice.refresh_from_db()
    with queries_at_most(3):
        found = suggestions.for_viewer(alice, limit=5)
    assert [one.person.username for one in found] == ["dave", "erin"]


def test_the_work_is_bounded_by_samples(alice, monkeypatch):
    """Of a friend who follows many, and of many friends, only so many edges are looked at."""
    friends, others = UserFactory.create_batch(6), UserFactory.create_batch(12)
    for friend in friends:
        actions.follow(follower=alice, author=friend)
        for other in others:
            actions.follow(follower=friend, author=other)
    bounds = suggestions.bounds
    monkeypatch.setattr(suggestions, "bounds", lambda pk: {**bounds(pk), "friends": 2, "edges": 3, "chance": 0.75})
    found = suggestions.find(alice)
    assert 1 <= len(found) <= 6  # 3 below the pivot and 3 from it on, the same of both friends
    assert {one.known for one in found} == {2}
