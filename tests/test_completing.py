"""Names and hashtags while they are typed."""

import pytest

from accounts.models import User
from posts import actions, completing
from social import actions as social
from social import names as by_name
from tests.conftest import member
from tests.factories import UserFactory
from tests.helpers import queries_at_most


def names(api, viewer, query):
    return [user["username"] for user in api(viewer).get(f"/autocomplete?q=%40{query}")[1]["users"]]


def tags(api, viewer, query):
    return [tag["name"] for tag in api(viewer).get(f"/autocomplete?q=%23{query}")[1]["hashtags"]]


def test_people_followed_come_first_then_the_best_known(alice, bob, api):
    for name, followers in (("moss_a", 5), ("moss_b", 50), ("moss_c", 0)):
        User.objects.filter(pk=member(name).pk).update(followers_count=followers)
    social.follow(follower=alice, author=User.objects.get(username="moss_c"))
    assert names(api, alice, "MOSS") == ["moss_c", "moss_b", "moss_a"]
    assert names(api, bob, "moss_") == ["moss_b", "moss_a", "moss_c"]


def test_display_names_count_and_patterns_mean_themselves(alice, bob, api):
    User.objects.filter(pk=bob.pk).update(display_name="Ärne_Moor")
    assert names(api, alice, "ärne") == ["bob"]
    assert names(api, alice, "ärne_m") == ["bob"]
    assert names(api, alice, "b_b") == []
    assert names(api, alice, "b%25") == []


def test_nobody_blocked_or_suspended_is_named(alice, bob, carol, dave, api):
    social.block(blocker=alice, blocked=bob)
    social.block(blocker=carol, blocked=alice)
    User.objects.filter(pk=dave.pk).update(is_active=False)
    assert names(api, alice, "bo") == names(api, alice, "ca") == names(api, alice, "da") == []
    assert names(api, bob, "ca") == ["carol"]


def test_hashtags_come_by_use_and_private_ones_stay_with_their_author(alice, bob, api):
    for n in range(3):
        actions.publish(author=bob, content=f"{n} #Moss")
    actions.publish(author=bob, content="#moth #tea")
    actions.publish(author=bob, content="#mosssecret", visibility="private")
    assert tags(api, alice, "mo") == ["moss", "moth"]
    assert tags(api, bob, "moss") == ["moss", "mosssecret"]
    assert api(alice).get("/autocomplete?q=%23MOS")[1]["hashtags"] == [{"name": "moss", "posts_count": 3}]


@pytest.mark.parametrize("query", ["", "?q=", "?q=al", "?q=%40", "?q=%23", "?q=%40%00"])
def test_what_is_no_beginning_is_refused(alice, api, query):
    status, answer = api(alice).get(f"/autocomplete{query}")
    assert (status, list(answer["fields"])) == (400, ["q"])


def test_visitors_are_not_answered(db, api):
    assert api().get("/autocomplete?q=%40al")[0] == 401


def test_however_many_begin_alike_one_query_looks_at_few(alice, api, monkeypatch):
    monkeypatch.setattr(by_name, "LOOKED_AT", 20)
    for n in range(60):
        UserFactory(username=f"mo{n:03}")
    with queries_at_most(1):
        assert len(completing.people(alice, "mo")) == completing.SHOWN
    with queries_at_most(1):
        completing.tags(alice, "mo")
