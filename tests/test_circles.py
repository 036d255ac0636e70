"""Mutes that end, followers removed and shares hidden, through the API; and what happens when it is at once."""

import contextlib
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts import actions as accounts
from feeds import hot, mover
from feedsite.errors import DomainError
from posts import actions as posts
from social import actions, tasks
from social.models import Block, Follow, FollowRequest, List, ListMember, Mute
from tests.helpers import run_tasks
from tests.test_api_social import counts, together
from tests.test_verify import verified
from tests.timelines import contents, share, warm


@pytest.fixture
def heard(alice, bob, carol):
    """bob follows alice and carol; alice has shared carol's post and written one of her own."""
    for author in (alice, carol):
        actions.follow(follower=bob, author=author)
    mover.settle()
    original = posts.publish(author=carol, content="by carol")
    posts.publish(author=alice, content="by alice")
    run_tasks()
    return original


def until(answer: dict) -> timedelta:
    return timezone.datetime.fromisoformat(answer["expires_at"]) - timezone.now()


# --- Mutes that end ------------------------------------------------------------------------------


def test_a_mute_lasts_for_the_seconds_or_until_the_time_given(alice, bob, api):
    app, path = api(bob), f"/users/{alice.pk}/mute"
    status, answer = app.post(path, {"seconds": 3600})
    assert status == 200
    assert answer["muting"] is True
    assert timedelta(minutes=59) < until(answer) <= timedelta(hours=1)
    status, answer = app.post(path, {"expires_at": "2099-05-01T12:00:00Z"})
    assert (status, answer["expires_at"]) == (200, "2099-05-01T12:00:00.000Z")
    assert Mute.objects.get().expires_at.year == 2099
    assert app.post(path) == (200, {"user_id": str(alice.pk), "muting": True})
    assert Mute.objects.get().expires_at is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"seconds": 0}, "seconds"),
        ({"seconds": -5}, "seconds"),
        ({"seconds": "soon"}, "seconds"),
        ({"seconds": 10**12}, "seconds"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "tomorrow"}, "expires_at"),
        ({"seconds": 60, "expires_at": "2099-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_a_mute_without_sense_is_refused_and_changes_nothing(alice, bob, api, body, field):
    status, answer = api(bob).post(f"/users/{alice.pk}/mute", body)
    assert status == 400
    assert list(answer["fields"]) == [field]
    assert not Mute.objects.exists()


@pytest.mark.parametrize("strategy", ["push", "pull"])
def test_a_mute_that_ends_hides_nothing_at_the_very_next_read(alice, bob, heard, api, settings, strategy):
    """From a copy in Redis, too, that was made and added to while the mute stood: it holds candidates."""
    settings.FEED_STRATEGY = strategy
    mover.settle()
    api(bob).post(f"/users/{alice.pk}/mute", {"seconds": 60})
    warm(api, bob)
    posts.publish(author=alice, content="while muted")
    run_tasks()
    copy = hot.read(bob.pk)
    bob.refresh_from_db()
    assert copy.version == bob.relations_version
    assert len(copy.ids) == 3
    assert contents(api, bob) == ["by carol"]
    assert api(bob).get(f"/users/{alice.pk}")[1]["muting"] is True
    Mute.objects.update(expires_at=timezone.now() - timedelta(hours=1))  # a minute goes by
    assert contents(api, bob) == ["while muted", "by alice", "by carol"]
    assert hot.read(bob.pk) == copy
    assert api(bob).get(f"/users/{alice.pk}")[1]["muting"] is False


@pytest.mark.django_db(transaction=True)
def test_a_mute_ends_by_the_clock_and_by_nothing_else(alice, bob, api):
    actions.follow(follower=bob, author=alice)
    posts.publish(author=alice, content="x")
    actions.mute(muter=bob, muted=alice, expires_at=timezone.now() + timedelta(hours=1))
    assert contents(api, bob) == []
    Mute.objects.update(expires_at=timezone.now() + timedelta(milliseconds=50))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep_until(expires_at) FROM mute")
    assert contents(api, bob) == ["x"]
    assert Mute.objects.count() == 1


def test_ended_mutes_are_cleared_away_and_others_stay(alice, bob, carol, dave):
    now = timezone.now()
    actions.mute(muter=bob, muted=alice, expires_at=now + timedelta(hours=1))
    actions.mute(muter=bob, muted=carol)
    actions.mute(muter=bob, muted=dave, expires_at=now + timedelta(hours=1))
    Mute.objects.filter(muted=dave).update(expires_at=now - timedelta(seconds=1))
    tasks.clear_mutes()
    assert set(Mute.objects.values_list("muted", flat=True)) == {alice.pk, carol.pk}


# --- Removing a follower -------------------------------------------------------------------------


def test_a_removed_follower_reads_no_more_and_may_follow_again(alice, bob, heard, api):
    for _ in range(2):
        assert api(alice).delete(f"/users/{bob.pk}/follower") == (
            200,
            {"user_id": str(bob.pk), "followed_by": False},
        )
    assert counts(alice) == (0, 0)
    assert counts(bob) == (0, 1)
    assert contents(api, bob) == ["by carol"]
    assert api(bob).post(f"/users/{alice.pk}/follow")[1]["following"] is True


def test_whom_a_private_account_removes_has_to_ask_again(alice, bob, heard, api):
    posts.publish(author=alice, content="for followers", visibility="followers")
    accounts.change_privacy(alice, True)
    assert contents(api, bob)[0] == "for followers"
    api(alice).delete(f"/users/{bob.pk}/follower")
    assert contents(api, bob) == ["by carol"]
    answer = api(bob).post(f"/users/{alice.pk}/follow")[1]
    assert (answer["following"], answer["requested"]) == (False, True)


def test_one_removes_neither_oneself_nor_a_stranger_nobody_knows(alice, api):
    assert api(alice).delete(f"/users/{alice.pk}/follower")[0] == 400
    assert api(alice).delete("/users/99999/follower")[0] == 404
    assert api().delete(f"/users/{alice.pk}/follower")[0] == 401


# --- Hiding shares -------------------------------------------------------------------------------


def test_hidden_shares_are_gone_and_back_at_the_next_read(alice, bob, carol, heard, api):
    share(alice, heard)
    run_tasks()
    warm(api, bob)
    assert contents(api, bob) == ["by carol", "by alice"]
    app, path = api(bob), f"/users/{alice.pk}/hide-shares"
    for _ in range(2):
        assert app.post(path) == (200, {"user_id": str(alice.pk), "hiding_shares": True})
    # What alice wrote stays, and carol's post goes back to its own place.
    assert contents(api, bob) == ["by alice", "by carol"]
    for _ in range(2):
        assert app.delete(path) == (200, {"user_id": str(alice.pk), "hiding_shares": False})
    assert contents(api, bob) == ["by carol", "by alice"]


def test_a_share_by_another_still_brings_the_original_in(alice, bob, carol, dave, api):
    for author in (alice, carol):
        actions.follow(follower=bob, author=author)
    original = posts.publish(author=dave, content="by a stranger")
    share(alice, original)
    actions.hide_shares(follower=bob, author=alice)
    assert contents(api, bob) == []
    share(carol, original)
    assert contents(api, bob) == ["by a stranger"]


def test_shares_are_hidden_only_of_those_one_follows_and_as_long(alice, bob, heard, api):
    assert api(alice).post(f"/users/{bob.pk}/hide-shares")[0] == 403
    actions.hide_shares(follower=bob, author=alice)
    actions.unfollow(follower=bob, author=alice)
    assert api(bob).delete(f"/users/{alice.pk}/hide-shares")[1]["hiding_shares"] is False
    actions.follow(follower=bob, author=alice)
    assert not Follow.objects.get(follower=bob, followee=alice).hides_shares


def test_whom_one_blocked_or_who_blocks_can_do_none_of_it(alice, dave, api):
    actions.follow(follower=dave, author=alice)
    actions.block(blocker=alice, blocked=dave)
    assert api(dave).post(f"/users/{alice.pk}/hide-shares")[0] == 404
    assert api(alice).post(f"/users/{dave.pk}/hide-shares")[0] == 403


def test_verify_feeds_agrees_about_all_of_it(alice, bob, carol, dave, heard):
    share(alice, heard)
    posts.publish(author=dave, content="by dave")
    for deed in (
        lambda: actions.hide_shares(follower=bob, author=alice),
        lambda: actions.mute(muter=bob, muted=carol, expires_at=timezone.now() + timedelta(hours=1)),
        lambda: Mute.objects.update(expires_at=timezone.now() - timedelta(hours=1)),
        lambda: actions.follow(follower=carol, author=dave),
        lambda: accounts.change_privacy(dave, True),
        lambda: actions.remove_follower(owner=dave, follower=carol),
        lambda: actions.show_shares(follower=bob, author=alice),
        lambda: accounts.change_privacy(carol, True),
    ):
        deed()
        assert "no faults" in verified()
        run_tasks()
        assert "no faults" in verified()


# --- At once -------------------------------------------------------------------------------------


def quietly(deed, **who):
    def run():
        with contextlib.suppress(DomainError):
            deed(**who)

    return run


@pytest.mark.django_db(transaction=True)
def test_removing_and_following_at_once_leave_counters_true(alice, bob):
    for is_private in [False] * 8 + [True] * 8:
        accounts.change_privacy(alice, is_private)
        together(
            quietly(actions.remove_follower, owner=alice, follower=bob),
            quietly(actions.follow, follower=bob, author=alice),
            quietly(actions.remove_follower, owner=alice, follower=bob),
        )
        follows = Follow.objects.count()
        assert counts(alice) == (follows, 0)
        assert counts(bob) == (0, follows)
        assert not (follows and FollowRequest.objects.exists())


@pytest.mark.django_db(transaction=True)
def test_hiding_unfollowing_and_listing_at_once_leave_no_trace_of_a_follow(alice, bob):
    one = actions.make_list(owner=bob, name="friends")
    for _ in range(12):
        actions.follow(follower=bob, author=alice)
        together(
            quietly(actions.hide_shares, follower=bob, author=alice),
            quietly(actions.unfollow, follower=bob, author=alice),
            quietly(actions.add_to_list, owner=bob, list_id=one.pk, person=alice),
        )
        assert not Follow.objects.exists()
        assert not ListMember.objects.exists()
        assert counts(bob) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_listing_and_deleting_and_blocking_at_once_end_in_nothing(alice, bob):
    for _ in range(8):
        actions.follow(follower=bob, author=alice)
        one = actions.make_list(owner=bob, name="friends")
        together(
            quietly(actions.add_to_list, owner=bob, list_id=one.pk, person=alice),
            quietly(actions.block, blocker=alice, blocked=bob),
            quietly(actions.delete_list, owner=bob, list_id=one.pk),
            quietly(actions.put_into_lists, owner=bob, person=alice, list_ids=[one.pk]),
        )
        assert not List.objects.exists()
        assert not ListMember.objects.exists()
        assert Block.objects.exists()
        actions.unblock(blocker=alice, blocked=bob)
