"""Sharing, quoting, keeping, and who did it, through the API."""

import pytest
from django.core.management import call_command

from accounts import actions as accounts
from accounts.models import User
from posts import actions
from posts.models import Post
from posts.tasks import erase_deleted
from social import actions as social
from tests.helpers import queries_at_most, run_tasks
from tests.test_api_posts import post
from tests.timelines import contents


def shares_count(api, viewer, pk):
    return api(viewer).get(f"/posts/{pk}")[1]["shares_count"]


def names(api, viewer, path):
    return [user["username"] for user in api(viewer).get(path)[1]["users"]]


@pytest.fixture
def shared(alice, bob, carol, api):
    """carol follows bob, who has shared a post of alice's; its id."""
    social.follow(follower=carol, author=bob)
    pk = post(api, alice, "worth reading")["post_id"]
    assert api(bob).post(f"/posts/{pk}/share")[0] == 200
    run_tasks()
    return pk


def test_a_share_reaches_the_sharer_s_followers_and_says_who_shared_it(alice, bob, carol, api, shared):
    (entry,) = api(carol).get("/timeline")[1]["posts"]
    assert (entry["post_id"], entry["reason"], entry["shares_count"]) == (shared, "shared_by", 1)
    assert entry["shared_by"]["username"] == "bob"
    assert entry["user"]["username"] == "alice"
    assert entry["entry_id"] != shared
    assert [entry["has_shared"] for entry in api(bob).get("/timeline")[1]["posts"]] == [True]
    assert api(carol).get(f"/posts/{shared}")[1]["shared_by"] is None
    assert api(carol).get(f"/posts/{entry['entry_id']}")[1]["shared_by"]["username"] == "bob"


def test_sharing_twice_is_sharing_once_and_can_be_taken_back_twice(bob, carol, api, shared):
    for _ in range(2):
        answer = api(bob).post(f"/posts/{shared}/share")
        assert answer == (200, {"post_id": shared, "shares_count": 1, "has_shared": True})
    for _ in range(2):
        answer = api(bob).delete(f"/posts/{shared}/share")
        assert answer == (200, {"post_id": shared, "shares_count": 0, "has_shared": False})
        assert contents(api, carol) == []
    api(bob).post(f"/posts/{shared}/share")
    assert contents(api, carol) == ["worth reading"]
    bob.refresh_from_db()
    assert bob.posts_count == 1
    run_tasks()
    call_command("verify_feeds")


def test_sharing_a_share_shares_the_original(alice, bob, carol, dave, api, shared):
    social.follow(follower=dave, author=carol)
    share_id = api(carol).get("/timeline")[1]["posts"][0]["entry_id"]
    assert api(carol).post(f"/posts/{share_id}/share")[1] == {"post_id": shared, "shares_count": 2, "has_shared": True}
    (entry,) = api(dave).get("/timeline")[1]["posts"]
    assert (entry["post_id"], entry["shared_by"]["username"]) == (shared, "carol")
    for mark in ("like", "bookmark"):
        assert api(dave).post(f"/posts/{share_id}/{mark}")[1]["post_id"] == shared
    assert api(dave).post(f"/posts/{share_id}/comments", {"content": "hm"})[1]["in_reply_to"] == shared


def test_only_public_posts_are_shared_and_no_comments(alice, bob, api):
    social.follow(follower=bob, author=alice)
    followers = post(api, alice, visibility="followers")["post_id"]
    private = post(api, alice, "psst @bob", visibility="private")["post_id"]
    hidden = post(api, alice, visibility="private")["post_id"]
    comment = api(alice).post(f"/posts/{post(api, alice)['post_id']}/comments", {"content": "hm"})[1]["post_id"]
    for pk, status in ((followers, 403), (private, 403), (comment, 403), (hidden, 404), ("12345", 404)):
        assert api(bob).post(f"/posts/{pk}/share")[0] == status
        assert api(bob).delete(f"/posts/{pk}/share")[0] == (404 if status == 404 else 200)
    public = post(api, alice)["post_id"]
    api(alice).patch("/users/me", {"is_private": True})
    assert api(bob).post(f"/posts/{public}/share")[0] == 403
    assert api().post(f"/posts/{public}/share")[0] == 401
    assert not Post._base_manager.exclude(share_of=None).exists()


def test_a_share_counts_only_while_the_original_is_public(alice, bob, carol, dave, api, shared):
    for person in (bob, carol):
        social.follow(follower=person, author=alice)
    assert shares_count(api, dave, shared) == 1
    api(alice).patch("/users/me", {"is_private": True})
    seen = api(bob).get(f"/posts/{shared}")[1]
    assert (seen["visibility"], seen["shares_count"], seen["has_shared"]) == ("followers", 0, False)
    (entry,) = api(carol).get("/timeline")[1]["posts"]
    assert (entry["shared_by"], entry["shares_count"]) == (None, 0)
    assert names(api, alice, f"/posts/{shared}/shares") == []
    api(alice).patch("/users/me", {"is_private": False})
    run_tasks()
    assert shares_count(api, dave, shared) == 1
    assert api(carol).get("/timeline")[1]["posts"][0]["shared_by"]["username"] == "bob"
    call_command("verify_feeds")


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_a_share_counts_only_while_neither_side_blocks_the_other(blocker, alice, bob, carol, dave, api, shared):
    api(dave).post(f"/posts/{shared}/share")
    one, other = (alice, bob) if blocker == "alice" else (bob, alice)
    social.block(blocker=one, blocked=other)
    assert shares_count(api, carol, shared) == 1
    assert contents(api, carol) == []
    assert names(api, carol, f"/posts/{shared}/shares") == ["dave"]
    assert api(bob).post(f"/posts/{shared}/share")[0] == 404
    social.block(blocker=other, blocked=one)
    call_command("verify_feeds")
    social.unblock(blocker=one, blocked=other)
    assert shares_count(api, carol, shared) == 1
    social.unblock(blocker=other, blocked=one)
    assert shares_count(api, carol, shared) == 2
    assert contents(api, carol) == ["worth reading"]
    call_command("verify_feeds")


def test_a_share_taken_back_while_a_block_stands_is_not_counted_twice(alice, bob, carol, api, shared):
    share_id = int(api(carol).get("/timeline")[1]["posts"][0]["entry_id"])
    social.block(blocker=alice, blocked=bob)
    actions.remove(Post._base_manager.get(pk=share_id))
    social.unblock(blocker=alice, blocked=bob)
    assert shares_count(api, carol, shared) == 0
    call_command("verify_feeds")


def test_deleting_the_original_takes_its_shares_away_and_its_end_is_counted(alice, bob, carol, api, shared, settings):
    api(alice).delete(f"/posts/{shared}")
    assert contents(api, carol) == contents(api, bob) == []
    assert api(carol).get(f"/users/{bob.pk}/posts")[1]["posts"] == []
    call_command("verify_feeds")
    settings.DELETED_KEEP_HOURS = 0
    erase_deleted()
    bob.refresh_from_db()
    assert (bob.posts_count, Post._base_manager.count()) == (0, 0)
    call_command("verify_feeds")


def test_a_sharer_deletes_the_share_by_its_own_id(alice, bob, carol, api, shared):
    share_id = api(carol).get("/timeline")[1]["posts"][0]["entry_id"]
    assert api(carol).delete(f"/posts/{share_id}")[0] == 403
    assert api(bob).delete(f"/posts/{share_id}")[0] == 204
    assert (shares_count(api, carol, shared), contents(api, carol)) == (0, [])
    assert api(alice).get(f"/posts/{shared}")[0] == 200


def test_a_profile_shows_what_was_shared_and_one_s_own_post_once(alice, bob, carol, api, shared):
    api(alice).post(f"/posts/{shared}/share")
    for person in (alice, bob):
        (entry,) = api(carol).get(f"/users/{person.pk}/posts")[1]["posts"]
        assert (entry["post_id"], entry["shared_by"]["username"]) == (shared, person.username)
    api(alice).patch("/users/me", {"is_private": True})
    assert api(alice).get(f"/users/{alice.pk}/posts")[1]["posts"][0]["shared_by"] is None


def test_who_shared_is_told_to_those_who_may_see_the_share(alice, bob, carol, dave, api, shared):
    for person in (carol, dave):
        api(person).post(f"/posts/{shared}/share")
    api(dave).patch("/users/me", {"is_private": True})
    assert names(api, alice, f"/posts/{shared}/shares") == ["carol", "bob"]
    assert names(api, dave, f"/posts/{shared}/shares") == ["dave", "carol", "bob"]
    page = api().get(f"/posts/{shared}/shares?limit=1")[1]
    assert page["has_more"]
    rest = api().get(f"/posts/{shared}/shares?limit=1&cursor={page['next_cursor']}")[1]
    assert [user["username"] for user in page["users"] + rest["users"]] == ["carol", "bob"]
    assert not rest["has_more"]


# --- Quotes --------------------------------------------------------------------------------------


def test_a_quote_names_what_it_quotes_to_those_who_may_see_that(alice, bob, carol, dave, api):
    for reader in (carol, dave):
        social.follow(follower=reader, author=bob)
    pk = post(api, alice, "first said")["post_id"]
    quote = post(api, bob, "how true", quote_of=pk)
    assert quote["quote_of"] == pk
    run_tasks()
    social.block(blocker=alice, blocked=dave)
    for reader, named in ((carol, pk), (dave, None)):
        assert api(reader).get("/timeline")[1]["posts"][0]["quote_of"] == named
        assert api(reader).get(f"/posts/{quote['post_id']}")[1]["quote_of"] == named
    api(alice).delete(f"/posts/{pk}")
    assert api(carol).get("/timeline")[1]["posts"][0]["quote_of"] is None


def test_only_public_posts_are_quoted_and_a_share_is_the_original(alice, bob, carol, api, shared):
    social.follow(follower=bob, author=alice)
    followers = post(api, alice, visibility="followers")["post_id"]
    hidden = post(api, alice, visibility="private")["post_id"]
    for pk, status in ((followers, 403), (hidden, 404), ("12345", 404), ("x", 400)):
        assert api(bob).post("/posts", {"content": "look", "quote_of": pk})[0] == status
    share_id = api(carol).get("/timeline")[1]["posts"][0]["entry_id"]
    assert post(api, carol, "look", quote_of=share_id)["quote_of"] == shared
    assert api(carol).post("/posts", {"content": "", "quote_of": shared})[0] == 400
    both = {"content": "x", "quote_of": shared, "in_reply_to": shared}
    assert api(carol).post("/posts", both)[1]["fields"]["quote_of"]


def test_quotes_are_listed_newest_first_to_those_who_may_see_them(alice, bob, carol, api):
    pk = post(api, alice)["post_id"]
    for n in range(3):
        post(api, bob, f"quote {n}", quote_of=pk, visibility=["public", "followers", "public"][n])

    def listed(viewer, query=""):
        return [quote["content"] for quote in api(viewer).get(f"/posts/{pk}/quotes{query}")[1]["posts"]]

    assert listed(bob) == ["quote 2", "quote 1", "quote 0"]
    assert listed(carol) == listed(None) == ["quote 2", "quote 0"]
    assert listed(carol, "?limit=1") == ["quote 2"]


# --- Bookmarks -----------------------------------------------------------------------------------


def test_bookmarks_are_one_s_own_idempotent_and_newest_kept_first(alice, bob, api):
    ids = [post(api, alice, f"{n}")["post_id"] for n in range(3)]
    for pk in (ids[1], ids[0], ids[2], ids[1]):
        assert api(bob).post(f"/posts/{pk}/bookmark") == (200, {"post_id": pk, "has_bookmarked": True})
    page = api(bob).get("/bookmarks?limit=2")[1]
    rest = api(bob).get(f"/bookmarks?limit=2&cursor={page['next_cursor']}")[1]
    assert [kept["content"] for kept in page["posts"] + rest["posts"]] == ["2", "0", "1"]
    assert all(kept["has_bookmarked"] for kept in page["posts"])
    assert (page["has_more"], rest["has_more"]) == (True, False)
    for _ in range(2):
        assert api(bob).delete(f"/posts/{ids[0]}/bookmark") == (200, {"post_id": ids[0], "has_bookmarked": False})
    assert [kept["content"] for kept in api(bob).get("/bookmarks")[1]["posts"]] == ["2", "1"]
    assert api(alice).get("/bookmarks")[1]["posts"] == []
    assert api().get("/bookmarks")[0] == 401
    assert api(alice).get(f"/bookmarks?cursor={page['next_cursor']}")[0] == 400


def test_what_may_no_longer_be_seen_is_left_out_and_the_page_filled(alice, bob, carol, api):
    kept = [post(api, author, f"{author.username} {n}")["post_id"] for n in range(3) for author in (alice, carol)]
    for pk in kept:
        api(bob).post(f"/posts/{pk}/bookmark")
    accounts.change_privacy(alice, True)
    page = api(bob).get("/bookmarks?limit=2")[1]
    assert [post["content"] for post in page["posts"]] == ["carol 2", "carol 1"]
    hidden = api(bob).post(f"/posts/{kept[0]}/bookmark")
    assert hidden[0] == 404
    accounts.change_privacy(User.objects.get(pk=alice.pk), False)
    assert len(api(bob).get("/bookmarks")[1]["posts"]) == 6


def test_lists_of_shares_quotes_and_bookmarks_need_the_same_queries_for_one_and_for_many(alice, bob, api, shared):
    def kept(number):
        for n in range(number):
            pk = post(api, alice, f"{n}", quote_of=shared)["post_id"]
            api(bob).post(f"/posts/{pk}/bookmark")
            api(bob).post(f"/posts/{pk}/share")

    app = api(bob)
    for number, most in ((1, 8), (12, 8)):
        kept(number)
        for path in ("/bookmarks", f"/users/{bob.pk}/posts", f"/posts/{shared}/quotes"):
            with queries_at_most(most):
                assert app.get(path)[0] == 200
