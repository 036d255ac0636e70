"""Following, blocking and muting through the API."""

import contextlib
import threading

import pytest
from django.db import connections

from accounts.models import User
from feedsite.errors import NotFound
from social import actions
from social.models import Block, Follow
from tests.factories import UserFactory


def counts(user: User) -> tuple[int, int]:
    user.refresh_from_db()
    return user.followers_count, user.following_count


def test_following_is_told_counted_and_idempotent(alice, bob, api):
    app = api(bob)
    for _ in range(2):
        status, answer = app.post(f"/users/{alice.pk}/follow")
        assert status == 200
        assert answer == {"user_id": str(alice.pk), "following": True, "requested": False, "followers_count": 1}
    assert counts(alice) == (1, 0)
    assert counts(bob) == (0, 1)
    assert app.get(f"/users/{alice.pk}")[1]["following"] is True
    assert api(alice).get(f"/users/{bob.pk}")[1]["followed_by"] is True


def test_unfollowing_is_idempotent_and_counted(alice, bob, api):
    actions.follow(follower=bob, author=alice)
    for _ in range(2):
        status, answer = api(bob).delete(f"/users/{alice.pk}/follow")
        assert (status, answer["following"], answer["followers_count"]) == (200, False, 0)
    assert counts(alice) == (0, 0)


def test_nobody_follows_blocks_or_mutes_themselves(alice, api):
    for what in ("follow", "block", "mute"):
        assert api(alice).post(f"/users/{alice.pk}/{what}")[0] == 400
        assert api(alice).delete(f"/users/{alice.pk}/{what}")[0] == 400


def test_a_block_ends_follows_both_ways_and_forbids_new_ones(alice, dave, api):
    actions.follow(follower=alice, author=dave)
    actions.follow(follower=dave, author=alice)
    assert api(alice).post(f"/users/{dave.pk}/block") == (200, {"user_id": str(dave.pk), "blocking": True})
    assert counts(alice) == counts(dave) == (0, 0)
    assert api(dave).post(f"/users/{alice.pk}/follow")[0] == 404
    assert api(alice).post(f"/users/{dave.pk}/follow")[0] == 403
    assert api(dave).get(f"/users/{alice.pk}")[0] == 404
    assert api(alice).delete(f"/users/{dave.pk}/block")[1]["blocking"] is False
    assert api(dave).post(f"/users/{alice.pk}/follow")[0] == 200


def test_a_mute_is_seen_by_the_muter_only(alice, bob, api):
    assert api(alice).post(f"/users/{bob.pk}/mute")[1]["muting"] is True
    assert api(alice).get(f"/users/{bob.pk}")[1]["muting"] is True
    assert api(bob).get(f"/users/{alice.pk}")[1]["muting"] is False
    assert api(alice).delete(f"/users/{bob.pk}/mute")[1]["muting"] is False


def test_followers_and_following_are_listed_once_each_page_by_page(alice, api):
    fans = UserFactory.create_batch(7)
    for fan in fans:
        actions.follow(follower=fan, author=alice)
    # Pushed and pulled edges are two index ranges; a page must merge them.
    Follow.objects.filter(follower__in=[fan.pk for fan in fans[::2]]).update(pull=False)
    seen, cursor = [], ""
    while cursor is not None:
        _, answer = api().get(f"/users/{alice.pk}/followers?limit=3{cursor and '&cursor=' + cursor}")
        seen += [user["username"] for user in answer["users"]]
        assert answer["has_more"] is (answer["next_cursor"] is not None)
        cursor = answer["next_cursor"]
    assert seen == [fan.username for fan in reversed(fans)]
    assert [u["username"] for u in api().get(f"/users/{fans[0].pk}/following")[1]["users"]] == ["alice"]


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=", "cursor=", "cursor=abc", "limit=1.5"])
def test_a_list_refuses_parameters_that_make_no_sense(alice, api, query):
    status, answer = api().get(f"/users/{alice.pk}/followers?{query}")
    assert status == 400
    assert list(answer["fields"]) == [query.partition("=")[0]]


def test_a_cursor_is_good_for_its_list_and_its_reader_only(alice, bob, api):
    for fan in UserFactory.create_batch(3):
        actions.follow(follower=fan, author=alice)
        actions.follow(follower=fan, author=bob)
    cursor = api().get(f"/users/{alice.pk}/followers?limit=1")[1]["next_cursor"]
    assert api().get(f"/users/{alice.pk}/followers?cursor={cursor}")[0] == 200
    assert api().get(f"/users/{bob.pk}/followers?cursor={cursor}")[0] == 400
    assert api(bob).get(f"/users/{alice.pk}/followers?cursor={cursor}")[0] == 400
    assert api().get(f"/users/{alice.pk}/followers?cursor={cursor[:-2]}AA")[0] == 400


def together(*works) -> None:
    """Runs each in a thread with a connection of its own, at once."""
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait()
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db(transaction=True)
def test_a_follow_and_a_block_at_once_never_both_stand(alice, dave):
    def follow():
        with contextlib.suppress(NotFound):
            actions.follow(follower=dave, author=alice)

    for _ in range(20):
        together(follow, lambda: actions.block(blocker=alice, blocked=dave))
        assert Block.objects.exists()
        assert not Follow.objects.exists()
        assert counts(alice) == counts(dave) == (0, 0)
        actions.unblock(blocker=alice, blocked=dave)


@pytest.mark.django_db(transaction=True)
def test_parallel_follows_count_once_and_mutual_ones_never_deadlock(alice, bob):
    for _ in range(10):
        together(
            lambda: actions.follow(follower=bob, author=alice),
            lambda: actions.follow(follower=bob, author=alice),
            lambda: actions.follow(follower=alice, author=bob),
        )
        assert counts(alice) == counts(bob) == (1, 1)
        together(
            lambda: actions.unfollow(follower=bob, author=alice),
            lambda: actions.unfollow(follower=alice, author=bob),
        )
        assert counts(alice) == counts(bob) == (0, 0)
