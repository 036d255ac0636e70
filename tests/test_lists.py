"""Lists of people and their timelines, through the API."""

import random

import pytest

from accounts import actions as accounts
from feeds import lists as list_timelines
from feeds import oracle, timeline
from feedsite.errors import Invalid
from posts import actions as posts
from posts.models import Post
from social import actions
from social.actions import lists as list_actions
from social.models import List, ListMember
from tests.factories import UserFactory
from tests.helpers import queries_at_most, run_tasks
from tests.timelines import share


@pytest.fixture
def friends(alice, bob, carol):
    """bob's list, with alice on it; he follows carol too."""
    for author in (alice, carol):
        actions.follow(follower=bob, author=author)
    one = actions.make_list(owner=bob, name="Friends")
    actions.add_to_list(owner=bob, list_id=one.pk, person=alice)
    return one


def shown(api, reader, one, query=""):
    status, page = api(reader).get(f"/lists/{one.pk}/timeline?limit=100{query}")
    assert status == 200
    return [post["content"] for post in page["posts"]]


def on_it(api, owner, one):
    return [user["username"] for user in api(owner).get(f"/lists/{one.pk}/members")[1]["users"]]


# --- Making them ---------------------------------------------------------------------------------


def test_a_list_is_made_renamed_and_deleted(bob, api):
    app = api(bob)
    status, made = app.post("/lists", {"name": "  Old \n friends "})
    assert status == 201
    assert made == {**made, "name": "Old friends", "members_count": 0}
    path = f"/lists/{made['list_id']}"
    assert app.get(path) == (200, made)
    assert app.patch(path, {"name": "New friends"})[1]["name"] == "New friends"
    assert app.get("/lists")[1] == {"lists": [{**made, "name": "New friends"}], "next_cursor": None, "has_more": False}
    assert app.delete(path) == (204, None)
    assert app.get(path)[0] == app.patch(path, {"name": "x"})[0] == app.delete(path)[0] == 404
    assert app.get(f"{path}/timeline")[0] == app.get(f"{path}/members")[0] == 404


@pytest.mark.parametrize("name", ["", "  \n", "\u200b", "x" * 51, 7.5, None])
def test_a_name_without_sense_is_refused(bob, api, name):
    status, answer = api(bob).post("/lists", {"name": name})
    assert (status == 201) is (name == 7.5)
    if status != 201:
        assert (status, list(answer["fields"])) == (400, ["name"])


def test_two_lists_of_one_name_are_refused_in_any_case(bob, carol, api):
    app = api(bob)
    app.post("/lists", {"name": "Friends"})
    second = app.post("/lists", {"name": "Others"})[1]["list_id"]
    for status, answer in (app.post("/lists", {"name": "fRIENDS"}), app.patch(f"/lists/{second}", {"name": "friends"})):
        assert status == 400
        assert "have a list of this name" in answer["fields"]["name"][0]
    assert app.patch(f"/lists/{second}", {"name": "others"})[1]["name"] == "others"
    assert api(carol).post("/lists", {"name": "Friends"})[0] == 201


def test_making_a_list_again_with_the_same_key_makes_one(bob, api):
    key = {"HTTP_IDEMPOTENCY_KEY": "once"}
    first, second = (api(bob).post("/lists", {"name": "Friends"}, **key) for _ in range(2))
    assert first == second
    assert List.objects.count() == 1


def test_lists_are_known_to_their_owner_only(friends, alice, carol, api):
    for stranger in (alice, carol):
        app, path = api(stranger), f"/lists/{friends.pk}"
        for answer in (
            app.get(path),
            app.get(f"{path}/members"),
            app.get(f"{path}/timeline"),
            app.patch(path, {"name": "mine"}),
            app.post(f"{path}/members/{carol.pk}"),
            app.delete(f"{path}/members/{alice.pk}"),
            app.delete(path),
        ):
            assert answer[0] == 404
        assert app.get("/lists")[1]["lists"] == []
    assert api().get("/lists")[0] == 401
    assert on_it(api, friends.owner, friends) == ["alice"]


def test_there_is_an_end_to_lists_and_to_their_members(friends, bob, carol, api, monkeypatch):
    monkeypatch.setattr(list_actions, "MOST_LISTS", 2)
    monkeypatch.setattr(list_actions, "MOST_MEMBERS", 1)
    assert api(bob).post("/lists", {"name": "second"})[0] == 201
    status, answer = api(bob).post("/lists", {"name": "third"})
    assert (status, answer["code"]) == (400, "invalid")
    assert "Delete one first" in answer["detail"]
    status, answer = api(bob).post(f"/lists/{friends.pk}/members/{carol.pk}")
    assert status == 400
    assert "Take somebody off first" in answer["detail"]


def test_lists_and_members_come_page_by_page(bob, api):
    for n in range(5):
        actions.make_list(owner=bob, name=f"list {n}")
    one = List.objects.first()
    fans = UserFactory.create_batch(5)
    for fan in fans:
        actions.follow(follower=bob, author=fan)
        actions.add_to_list(owner=bob, list_id=one.pk, person=fan)
    for path, plural, name in [("/lists", "lists", "name"), (f"/lists/{one.pk}/members", "users", "username")]:
        seen, cursor = [], ""
        while cursor is not None:
            page = api(bob).get(f"{path}?limit=2{cursor and '&cursor=' + cursor}")[1]
            seen += [item[name] for item in page[plural]]
            cursor = page["next_cursor"]
        assert seen == (
            [f"list {n}" for n in range(4, -1, -1)] if plural == "lists" else [f.username for f in fans[::-1]]
        )


# --- Who is on them ------------------------------------------------------------------------------


def test_only_people_one_follows_can_be_on_a_list(friends, bob, dave, api):
    app, path = api(bob), f"/lists/{friends.pk}/members"
    assert app.post(f"{path}/{dave.pk}")[0] == 403
    assert app.post(f"{path}/{bob.pk}")[0] == 403
    assert app.post(f"{path}/99999")[0] == 404
    accounts.change_privacy(dave, True)
    actions.follow(follower=bob, author=dave)
    assert app.post(f"{path}/{dave.pk}")[0] == 403  # has only asked to
    actions.accept_follow(owner=dave, follower=bob)
    for _ in range(2):
        answer = {"list_id": str(friends.pk), "user_id": str(dave.pk), "is_member": True}
        assert app.post(f"{path}/{dave.pk}") == (200, answer)
    assert app.get(f"/lists/{friends.pk}")[1]["members_count"] == 2
    for _ in range(2):
        assert app.delete(f"{path}/{dave.pk}")[1]["is_member"] is False
    assert on_it(api, bob, friends) == ["alice"]


@pytest.mark.parametrize("ending", ["unfollow", "blocked", "blocks", "removed"])
def test_whoever_is_no_longer_followed_is_on_no_list(friends, alice, bob, carol, api, ending):
    actions.follow(follower=carol, author=alice)
    other = actions.make_list(owner=carol, name="hers")
    actions.add_to_list(owner=carol, list_id=other.pk, person=alice)
    {
        "unfollow": lambda: actions.unfollow(follower=bob, author=alice),
        "blocked": lambda: actions.block(blocker=alice, blocked=bob),
        "blocks": lambda: actions.block(blocker=bob, blocked=alice),
        "removed": lambda: actions.remove_follower(owner=alice, follower=bob),
    }[ending]()
    assert on_it(api, bob, friends) == []
    assert on_it(api, carol, other) == ["alice"]
    actions.unblock(blocker=alice, blocked=bob)
    actions.unblock(blocker=bob, blocked=alice)
    actions.follow(follower=bob, author=alice)
    assert on_it(api, bob, friends) == []


# --- Their timelines -----------------------------------------------------------------------------


def test_a_list_shows_what_its_people_post_and_nothing_else(friends, alice, bob, carol, api):
    for author, content in [(alice, "one"), (carol, "not on it"), (bob, "my own"), (alice, "two")]:
        posts.publish(author=author, content=content)
    posts.comment(author=alice, post_id=Post.objects.visible_to(bob).first().pk, content="a comment")
    posts.publish(author=alice, content="followers", visibility="followers")
    posts.publish(author=alice, content="secret", visibility="private")
    posts.publish(author=alice, content="secret for @bob", visibility="private")
    assert shown(api, bob, friends) == ["secret for @bob", "followers", "two", "one"]
    actions.add_to_list(owner=bob, list_id=friends.pk, person=carol)
    assert shown(api, bob, friends) == ["secret for @bob", "followers", "two", "not on it", "one"]
    actions.mute(muter=bob, muted=alice)
    assert shown(api, bob, friends) == ["not on it"]
    accounts.suspend(carol)
    assert shown(api, bob, friends) == []


def test_an_original_is_shown_once_at_its_newest_place_among_the_list(friends, alice, bob, carol, dave, api):
    stranger = posts.publish(author=dave, content="by a stranger")
    own = posts.publish(author=alice, content="by alice")
    share(alice, stranger)
    posts.publish(author=alice, content="newest")
    for original in (stranger, own):  # carol is followed, and not on the list: her shares move nothing here
        share(carol, original)
    assert shown(api, bob, friends) == ["newest", "by a stranger", "by alice"]
    actions.add_to_list(owner=bob, list_id=friends.pk, person=carol)
    assert shown(api, bob, friends) == ["by alice", "by a stranger", "newest"]
    actions.hide_shares(follower=bob, author=carol)
    assert shown(api, bob, friends) == ["newest", "by a stranger", "by alice"]
    actions.hide_shares(follower=bob, author=alice)
    assert shown(api, bob, friends) == ["newest", "by alice"]


def test_entries_of_a_list_are_as_home_shows_them(friends, alice, bob, carol, dave, api):
    post = posts.publish(author=dave, content="by a stranger")
    posts.like(actor=bob, post_id=post.pk)
    share(alice, post)
    run_tasks()
    of_list = api(bob).get(f"/lists/{friends.pk}/timeline")[1]["posts"]
    of_home = api(bob).get("/timeline")[1]["posts"]
    assert of_list == of_home
    assert (of_list[0]["reason"], of_list[0]["has_liked"]) == ("shared_by", True)


def test_a_cursor_is_good_for_its_list_and_its_owner_only(friends, alice, bob, api):
    other = actions.make_list(owner=bob, name="other")
    for n in range(3):
        posts.publish(author=alice, content=f"{n}")
    cursor = api(bob).get(f"/lists/{friends.pk}/timeline?limit=1")[1]["next_cursor"]
    assert api(bob).get(f"/lists/{friends.pk}/timeline?cursor={cursor}")[0] == 200
    for path in (f"/lists/{other.pk}/timeline", f"/lists/{friends.pk}/members", "/timeline"):
        assert api(bob).get(f"{path}?cursor={cursor}")[0] == 400
    for query in ("limit=0", "limit=x", "cursor="):
        assert api(bob).get(f"/lists/{friends.pk}/timeline?{query}")[0] == 400


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_paging_a_list_gives_everything_once_whatever_is_posted_and_shared_meanwhile(friends, alice, bob, api, limit):
    made = [posts.publish(author=alice, content=f"{n}") for n in range(9)]
    seen, cursor, meanwhile = [], "", iter(made)
    while cursor is not None:
        page = api(bob).get(f"/lists/{friends.pk}/timeline?limit={limit}{cursor and '&cursor=' + cursor}")[1]
        seen += [post["content"] for post in page["posts"]]
        cursor = page["next_cursor"]
        share(alice, next(meanwhile))
        posts.publish(author=alice, content="late")
    assert seen == [f"{n}" for n in range(8, -1, -1)]


def test_a_page_costs_the_same_for_one_member_and_for_many(friends, alice, bob, api):
    posts.publish(author=alice, content="x")
    app = api(bob)
    app.get(f"/lists/{friends.pk}/timeline")
    with queries_at_most(4) as few:
        app.get(f"/lists/{friends.pk}/timeline")
    number = len(few)
    for author in UserFactory.create_batch(15):
        actions.follow(follower=bob, author=author)
        actions.add_to_list(owner=bob, list_id=friends.pk, person=author)
        posts.publish(author=author, content="x")
    app.get(f"/lists/{friends.pk}/timeline")
    with queries_at_most(number):
        assert len(app.get(f"/lists/{friends.pk}/timeline")[1]["posts"]) == 16


@pytest.mark.parametrize("seed", range(6))
def test_a_list_is_the_plain_query_restricted_to_its_people(db, seed):
    """Random people, posts, shares and quarrels; every page size, to the end of the list."""
    dice = random.Random(seed)
    people = UserFactory.create_batch(7)
    reader, *others = people
    one = actions.make_list(owner=reader, name="some")
    for author in others:
        actions.follow(follower=reader, author=author)
    for author in dice.sample(others, 4):
        actions.add_to_list(owner=reader, list_id=one.pk, person=author)
    made: list[Post] = []
    for _ in range(120):
        author = dice.choice(people)
        if made and dice.random() < 0.4:
            original = dice.choice(made[-12:])
            shared = Post._base_manager.filter(author=author, share_of=original, deleted_at=None).exists()
            if original.visibility == "public" and not shared and not original.share_of_id:
                share(author, original)
        else:
            visibility = dice.choice(["public", "public", "followers", "private"])
            made.append(posts.publish(author=author, content="x", visibility=visibility))
    for post in dice.sample(made, 6):
        posts.delete(actor=post.author, post_id=post.pk)
    quarrel(dice, people, reader, others)
    expected = oracle.list_timeline(reader.pk, one.pk, 1000)
    for size in (1, 3, 50):
        assert walk(reader, one, size) == expected
    assert 0 < len(expected) < len(oracle.timeline(reader.pk, 1000))


def quarrel(dice, people, reader, others):
    actions.mute(muter=reader, muted=dice.choice(others))
    actions.hide_shares(follower=reader, author=dice.choice(others))
    accounts.change_privacy(dice.choice(others), True)
    accounts.suspend(dice.choice(others))
    actions.block(blocker=others[0], blocked=others[1])


def walk(reader, one, size):
    scroll, places = timeline.Scroll(), []
    while True:
        rows = list_timelines.rows(reader.pk, one.pk, scroll, limit=size)
        places += [oracle.Place(row.entry_id, row.shown_id) for row in rows]
        if len(rows) < size:
            return places
        scroll = scroll.after(rows)


def test_a_name_taken_a_moment_ago_is_told_without_losing_the_transaction(bob):
    actions.make_list(owner=bob, name="one")
    with pytest.raises(Invalid):
        actions.make_list(owner=bob, name="ONE")
    assert actions.make_list(owner=bob, name="two").pk
    assert not ListMember.objects.exists()
