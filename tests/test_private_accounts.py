"""Private accounts and who asks to follow them, through the API; and what happens when two things happen at once."""

import contextlib

import pytest
from django.test.client import MULTIPART_CONTENT, encode_multipart

from accounts import actions as accounts
from accounts.models import User
from feedsite.errors import NotFound
from posts.actions import publish
from social import actions, queries, tasks
from social.graph import load
from social.models import Block, Follow, FollowRequest
from tests.conftest import member
from tests.factories import UserFactory
from tests.helpers import queries_at_most, run_tasks
from tests.pages import picture
from tests.test_api_social import counts, together
from tests.timelines import contents, share, warm


@pytest.fixture
def private_alice(alice):
    return accounts.change_privacy(alice, True)


def go_public(alice):
    accounts.change_privacy(alice, False)
    run_tasks()


def asking(api, owner):
    return [user["username"] for user in api(owner).get("/follow-requests")[1]["users"]]


def stands(follower, author):
    relation = queries.relations(follower, [author.pk])[author.pk]
    return {"following": relation.following, "requested": relation.requested}


# --- Asking and answering ------------------------------------------------------------------------


def test_following_a_private_account_asks_and_is_idempotent(private_alice, bob, api):
    for _ in range(2):
        status, answer = api(bob).post(f"/users/{private_alice.pk}/follow")
        assert status == 200
        assert answer == {
            "user_id": str(private_alice.pk),
            "following": False,
            "requested": True,
            "followers_count": 0,
        }
    assert counts(private_alice) == counts(bob) == (0, 0)
    assert api(bob).get(f"/users/{private_alice.pk}")[1]["requested"] is True
    assert api(private_alice).get(f"/users/{bob.pk}")[1]["requested"] is False
    assert asking(api, private_alice) == ["bob"]
    assert asking(api, bob) == []


def test_who_asks_reads_nothing_until_accepted_and_then_everything_at_once(private_alice, bob, api):
    publish(author=private_alice, content="public to begin with")
    publish(author=private_alice, content="for followers", visibility="followers")
    publish(author=bob, content="mine")
    warm(api, bob)
    actions.follow(follower=bob, author=private_alice)
    assert contents(api, bob) == ["mine"]
    assert api(private_alice).post(f"/follow-requests/{bob.pk}/accept") == (204, None)
    assert contents(api, bob) == ["mine", "for followers", "public to begin with"]
    assert counts(private_alice) == (1, 0)
    assert counts(bob) == (0, 1)
    assert asking(api, private_alice) == []
    run_tasks()
    assert contents(api, bob) == ["mine", "for followers", "public to begin with"]


def test_a_rejected_person_may_ask_again(private_alice, bob, api):
    actions.follow(follower=bob, author=private_alice)
    assert api(private_alice).post(f"/follow-requests/{bob.pk}/reject") == (204, None)
    assert stands(bob, private_alice) == {"following": False, "requested": False}
    assert api(bob).post(f"/users/{private_alice.pk}/follow")[1]["requested"] is True


def test_unfollowing_withdraws_the_request(private_alice, bob, api):
    actions.follow(follower=bob, author=private_alice)
    for _ in range(2):
        status, answer = api(bob).delete(f"/users/{private_alice.pk}/follow")
        assert (status, answer["following"], answer["requested"], answer["followers_count"]) == (200, False, False, 0)
    assert asking(api, private_alice) == []


@pytest.mark.parametrize("answer", ["accept", "reject"])
def test_what_nobody_asked_cannot_be_answered(private_alice, bob, carol, api, answer):
    path = f"/follow-requests/{bob.pk}/{answer}"
    assert api(private_alice).post(path)[0] == 404
    actions.follow(follower=bob, author=private_alice)
    assert api(carol).post(path)[0] == 404
    assert api(bob).post(f"/follow-requests/{private_alice.pk}/{answer}")[0] == 404
    actions.unfollow(follower=bob, author=private_alice)
    assert api(private_alice).post(path)[0] == 404
    assert api().post(path)[0] == 401
    assert counts(private_alice) == (0, 0)


def test_a_suspended_person_s_request_waits_until_they_are_back(private_alice, bob, api):
    actions.follow(follower=bob, author=private_alice)
    accounts.suspend(bob)
    assert asking(api, private_alice) == []
    assert api(private_alice).post(f"/follow-requests/{bob.pk}/accept")[0] == 404
    with pytest.raises(NotFound):
        actions.accept_follow(owner=private_alice, follower=bob)
    accounts.restore(bob)
    assert asking(api, private_alice) == ["bob"]
    assert api(private_alice).post(f"/follow-requests/{bob.pk}/accept")[0] == 204


def test_a_block_ends_requests_both_ways(private_alice, dave, api):
    accounts.change_privacy(dave, True)
    actions.follow(follower=private_alice, author=dave)
    actions.follow(follower=dave, author=private_alice)
    assert FollowRequest.objects.count() == 2
    api(private_alice).post(f"/users/{dave.pk}/block")
    assert not FollowRequest.objects.exists()
    assert api(dave).post(f"/users/{private_alice.pk}/follow")[0] == 404
    assert api(private_alice).post(f"/users/{dave.pk}/follow")[0] == 403


def test_requests_are_listed_once_each_page_by_page(private_alice, api):
    fans = UserFactory.create_batch(7)
    for fan in fans:
        actions.follow(follower=fan, author=private_alice)
    app, seen, cursor = api(private_alice), [], ""
    while cursor is not None:
        _, answer = app.get(f"/follow-requests?limit=3{cursor and '&cursor=' + cursor}")
        seen += [user["username"] for user in answer["users"]]
        assert answer["has_more"] is (answer["next_cursor"] is not None)
        cursor = answer["next_cursor"]
    assert seen == [fan.username for fan in reversed(fans)]
    assert app.get("/follow-requests?limit=0")[0] == 400
    assert api().get("/follow-requests")[0] == 401


def test_a_list_of_requests_costs_the_same_for_one_and_for_many(private_alice, api):
    app = api(private_alice)
    for number in (1, 9):
        for fan in UserFactory.create_batch(number):
            actions.follow(follower=fan, author=private_alice)
        with queries_at_most(3):  # the token, who asks, and how one stands to them
            app.get("/follow-requests")


def test_every_fact_of_a_relation_is_one_query_and_of_the_right_people(alice, bob, carol, dave):
    accounts.change_privacy(carol, True)
    actions.follow(follower=alice, author=bob)
    actions.follow(follower=bob, author=alice)
    actions.follow(follower=alice, author=carol)
    actions.mute(muter=alice, muted=carol)
    actions.block(blocker=alice, blocked=dave)
    with queries_at_most(1):
        found = queries.relations(alice, [bob.pk, carol.pk, dave.pk, alice.pk])
    assert found == {
        bob.pk: queries.Relation(following=True, followed_by=True),
        carol.pk: queries.Relation(requested=True, muting=True),
        dave.pk: queries.Relation(blocking=True),
        alice.pk: queries.Relation(),
    }
    assert queries.relations(dave, [alice.pk])[alice.pk] == queries.Relation()
    assert queries.relations(alice, []) == {}


# --- Going private and public --------------------------------------------------------------------


def test_going_private_hides_all_posts_from_all_but_followers_at_the_next_read(alice, bob, carol, api):
    actions.follow(follower=bob, author=alice)
    post = publish(author=alice, content="old")
    actions.follow(follower=carol, author=bob)
    share(bob, post)
    run_tasks()
    assert contents(api, carol) == ["old"]
    status, answer = api(alice).patch("/users/me", {"is_private": True})
    assert (status, answer["is_private"]) == (200, True)
    assert contents(api, carol) == []
    assert contents(api, bob) == ["old"]
    assert api(bob).get(f"/posts/{post.pk}")[1]["visibility"] == "followers"
    assert api(carol).get(f"/posts/{post.pk}")[0] == api().get(f"/posts/{post.pk}")[0] == 404
    assert api(carol).get(f"/users/{alice.pk}/posts")[1]["posts"] == []
    assert api(carol).get("/timeline/public")[1]["posts"] == []
    assert counts(alice) == (1, 0)
    go_public(alice)
    assert contents(api, carol) == ["old"]
    assert api(bob).get(f"/posts/{post.pk}")[1]["visibility"] == "public"


def test_whoever_waits_is_let_in_when_the_account_becomes_public(private_alice, bob, carol, dave, api, monkeypatch):
    monkeypatch.setattr(tasks, "ACCEPT_AT_ONCE", 2)
    publish(author=private_alice, content="hello")
    for person in (bob, carol, dave):
        actions.follow(follower=person, author=private_alice)
    accounts.suspend(carol)
    assert api(private_alice).patch("/users/me", {"is_private": False})[1]["is_private"] is False
    run_tasks()
    assert contents(api, bob) == contents(api, dave) == ["hello"]
    assert counts(private_alice) == (2, 0)
    accounts.restore(carol)
    tasks.sweep_requests()
    assert contents(api, carol) == ["hello"]
    assert not FollowRequest.objects.exists()


def test_a_lost_message_and_an_account_private_again_let_in_the_right_people(private_alice, bob, carol):
    actions.follow(follower=bob, author=private_alice)
    User.objects.filter(pk=private_alice.pk).update(is_private=False)  # and the message was lost
    tasks.sweep_requests()
    assert stands(bob, private_alice)["following"]
    accounts.change_privacy(private_alice, True)
    actions.follow(follower=carol, author=private_alice)
    tasks.accept_waiting(private_alice.pk)  # the message of the first time, come late
    tasks.sweep_requests()
    assert stands(carol, private_alice) == {"following": False, "requested": True}


def test_following_an_account_that_became_public_leaves_no_request(private_alice, bob):
    actions.follow(follower=bob, author=private_alice)
    User.objects.filter(pk=private_alice.pk).update(is_private=False)
    assert actions.follow(follower=bob, author=private_alice) is True
    assert stands(bob, private_alice) == {"following": True, "requested": False}
    assert not FollowRequest.objects.exists()


def test_a_follower_of_an_account_gone_private_stays_one(alice, bob, api):
    actions.follow(follower=bob, author=alice)
    accounts.change_privacy(alice, True)
    assert api(bob).post(f"/users/{alice.pk}/follow")[1]["following"] is True
    assert not FollowRequest.objects.exists()


def test_privacy_changes_only_when_it_is_named(private_alice, api):
    app = api(private_alice)
    assert app.patch("/users/me", {"bio": "Moss."})[1]["is_private"] is True
    form = encode_multipart("BOUNDARY", {"avatar": picture()})
    multipart = MULTIPART_CONTENT.replace("BoUnDaRyStRiNg", "BOUNDARY")
    response = app.client.patch("/api/v1/users/me", form, content_type=multipart, **app.headers)
    assert (response.status_code, response.json()["is_private"]) == (200, True)
    status, answer = app.patch("/users/me", {"is_private": "perhaps", "bio": "Fern."})
    assert (status, list(answer["fields"])) == (400, ["is_private"])
    assert app.get("/users/me")[1]["bio"] == "Moss."


def test_an_import_lets_in_who_was_waiting(db, tmp_path):
    alice, bob = member("u1"), member("u2")
    accounts.change_privacy(alice, True)
    actions.follow(follower=bob, author=alice)
    path = tmp_path / "edges.txt"
    path.write_text("2 1\n")
    load(path, prefix="u")
    assert stands(bob, alice) == {"following": True, "requested": False}


# --- At once -------------------------------------------------------------------------------------


def quietly(action, **people):
    with contextlib.suppress(NotFound):
        action(**people)


@pytest.mark.django_db(transaction=True)
def test_an_accept_and_a_withdrawal_at_once_leave_no_request_and_right_counts(private_alice, bob):
    for _ in range(20):
        actions.follow(follower=bob, author=private_alice)
        together(
            lambda: quietly(actions.accept_follow, owner=private_alice, follower=bob),
            lambda: actions.unfollow(follower=bob, author=private_alice),
        )
        assert stands(bob, private_alice) == {"following": False, "requested": False}
        assert counts(private_alice) == counts(bob) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_an_accept_and_a_block_at_once_never_both_stand(private_alice, dave):
    for _ in range(20):
        actions.follow(follower=dave, author=private_alice)
        together(
            lambda: quietly(actions.accept_follow, owner=private_alice, follower=dave),
            lambda: actions.block(blocker=dave, blocked=private_alice),
            lambda: quietly(actions.follow, follower=dave, author=private_alice),
        )
        assert Block.objects.exists()
        assert not Follow.objects.exists()
        assert not FollowRequest.objects.exists()
        assert counts(private_alice) == counts(dave) == (0, 0)
        actions.unblock(blocker=dave, blocked=private_alice)


@pytest.mark.django_db(transaction=True)
def test_two_accepts_and_a_new_request_at_once_count_once(private_alice, bob):
    for _ in range(10):
        actions.follow(follower=bob, author=private_alice)
        together(
            lambda: quietly(actions.accept_follow, owner=private_alice, follower=bob),
            lambda: quietly(actions.accept_follow, owner=private_alice, follower=bob),
            lambda: actions.follow(follower=bob, author=private_alice),
        )
        assert stands(bob, private_alice) == {"following": True, "requested": False}
        assert counts(private_alice) == (1, 0)
        actions.unfollow(follower=bob, author=private_alice)


@pytest.mark.django_db(transaction=True)
def test_a_follow_while_the_account_changes_ends_as_one_or_the_other(alice, bob):
    for _ in range(10):
        together(
            lambda: actions.follow(follower=bob, author=alice),
            lambda: accounts.change_privacy(User.objects.get(pk=alice.pk), True),
        )
        assert sum(stands(bob, alice).values()) == 1
        together(
            lambda: actions.follow(follower=bob, author=alice),
            lambda: accounts.change_privacy(User.objects.get(pk=alice.pk), False),
        )
        tasks.sweep_requests()
        assert stands(bob, alice) == {"following": True, "requested": False}
        assert counts(alice) == (1, 0)
        actions.unfollow(follower=bob, author=alice)


@pytest.mark.django_db(transaction=True)
def test_an_accept_on_another_connection_is_seen_by_the_next_read(private_alice, bob, api):
    publish(author=private_alice, content="hello", visibility="followers")
    publish(author=bob, content="mine")
    actions.follow(follower=bob, author=private_alice)
    warm(api, bob)
    together(lambda: actions.accept_follow(owner=private_alice, follower=bob))
    assert contents(api, bob) == ["mine", "hello"]
