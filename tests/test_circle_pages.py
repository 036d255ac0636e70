"""Mutes, removed followers, hidden shares, lists and suggestions: pages without JavaScript, and as htmx sees them."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from posts import actions as posts
from posts.templatetags.short import ends_in
from social import actions
from social.models import Follow, List, ListMember, Mute
from tests.factories import UserFactory
from tests.helpers import queries_at_most
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def friends(alice: User, bob: User, carol: User) -> List:
    """alice's list, with bob on it; she follows carol too, and both follow her."""
    for other in (bob, carol):
        actions.follow(follower=alice, author=other)
        actions.follow(follower=other, author=alice)
    made = actions.make_list(owner=alice, name="Friends")
    actions.add_to_list(owner=alice, list_id=made.pk, person=bob)
    return made


def said(client: Client, response: object) -> str:
    return text_of(client.get(response["Location"]))  # type: ignore[index]


# --- Muting, removing, hiding --------------------------------------------------------------------


def test_a_mute_is_for_as_long_as_the_button_says(browser: Client, bob: User) -> None:
    html = page(browser, "/@bob")
    for seconds, words in [(3600, "1 hour"), (28_800, "8 hours"), (86_400, "1 day"), (604_800, "1 week")]:
        assert f'value="{seconds}"' in html
        assert f"You muted bob for {words}." in said(browser, browser.post("/@bob/mute", {"seconds": seconds}))
        lasts = Mute.objects.get().expires_at - timezone.now()
        assert timedelta(seconds=seconds - 60) < lasts <= timedelta(seconds=seconds)
        left = {"1 week": "7 days"}.get(words, words)
        assert f"Muted for {left}</span>" in page(browser, "/@bob")
    browser.post("/@bob/mute")
    assert Mute.objects.get().expires_at is None
    assert "Muted</span>" in page(browser, "/@bob")
    assert browser.post("/@bob/mute", {"seconds": "77"}).status_code == 400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(-5, "1 minute"), (30, "1 minute"), (61, "2 minutes"), (3500, "59 minutes"), (3599, "1 hour")]
    + [(3700, "2 hours"), (82_000, "23 hours"), (86_000, "1 day"), (86_500, "2 days"), (604_700, "7 days")],
)
def test_what_is_left_is_told_in_one_unit(seconds: int, words: str) -> None:
    assert ends_in(timezone.now() + timedelta(seconds=seconds)) == f"ends in {words}"


def test_a_follower_is_removed_from_the_list_and_from_the_profile(browser: Client, friends: List, bob: User) -> None:
    html = page(browser, "/@alice/followers")
    assert 'aria-label="Remove bob from your followers"' in html
    response = browser.post("/@bob/remove-follower", {"next": "/@alice/followers"})
    assert "bob no longer follows you." in said(browser, response)
    assert not Follow.objects.filter(follower=bob).exists()
    assert "Remove bob" not in page(browser, "/@alice/followers")
    assert "Follows you" not in page(browser, "/@bob")
    assert "Follows you" in page(browser, "/@carol")
    html = text_of(browser.post("/@carol/remove-follower", HTTP_HX_TARGET="standing-9", **HTMX))
    assert 'class="standing"' in html
    assert re.search(r'id="marks-\d+" hx-swap-oob="true"></span>', html)


def test_only_ones_own_followers_can_be_removed(browser: Client, friends: List, bob: User, carol: User) -> None:
    for url in ("/@bob/followers", "/@alice/following"):
        assert "remove-follower" not in page(browser, url)
    actions.follow(follower=carol, author=bob)
    browser.post("/@carol/remove-follower")
    assert Follow.objects.filter(follower=carol, followee=bob).exists()


def test_a_row_goes_and_says_so(browser: Client, friends: List, bob: User) -> None:
    actions.mute(muter=friends.owner, muted=bob)
    for deed in ("remove-follower", "unmute", "unblock", "show-shares"):
        response = browser.post(f"/@bob/{deed}", **HTMX)
        assert text_of(response) == ""
        assert "bob" in json.loads(response["HX-Trigger"])["say"]["text"]


def test_shares_are_hidden_and_shown_again(browser: Client, friends: List, alice: User, bob: User) -> None:
    assert "Hide what they share" in page(browser, "/@bob")
    browser.post("/@bob/hide-shares")
    html = page(browser, "/@bob")
    assert "Show what they share" in html
    assert "Shares hidden" in html
    browser.post("/@bob/show-shares")
    assert "Shares hidden" not in page(browser, "/@bob")
    actions.unfollow(follower=alice, author=bob)
    assert "what they share" not in page(browser, "/@bob")
    page(browser, "/@bob", 200)
    assert browser.post("/@bob/hide-shares").status_code == 403


# --- Whom one keeps out --------------------------------------------------------------------------


def test_everybody_one_keeps_out_can_be_let_in_again(
    browser: Client, friends: List, alice: User, bob: User, carol: User, dave: User
) -> None:
    for kind in ("blocked", "muted", "shares"):
        assert "empty-title" in page(browser, f"/settings/blocks?show={kind}")
    actions.hide_shares(follower=alice, author=bob)
    actions.mute(muter=alice, muted=carol, expires_at=timezone.now() + timedelta(hours=5))
    actions.block(blocker=alice, blocked=dave)
    for kind, name, undo in [
        ("blocked", "dave", "/@dave/unblock"),
        ("muted", "carol", "/@carol/unmute"),
        ("shares", "bob", "/@bob/show-shares"),
    ]:
        url = f"/settings/blocks?show={kind}"
        html = page(browser, url)
        assert re.findall(r'<li class="person-row[^>]*>\s*<a[^>]*href="/@(\w+)"', html) == [name]
        assert f'formaction="{undo}"' in html
        assert browser.post(undo, {"next": url})["Location"] == url
        assert undo not in page(browser, url)
    assert not Mute.objects.exists()
    page(browser, "/settings/blocks?show=everything", 400)
    assert 'aria-current="page">Blocks</a>' in page(browser, "/settings/blocks")


def test_when_a_mute_ends_is_told_and_ended_ones_are_not_listed(browser: Client, alice: User, bob: User) -> None:
    actions.mute(muter=alice, muted=bob, expires_at=timezone.now() + timedelta(hours=5))
    assert "For 5 hours more" in page(browser, "/settings/blocks?show=muted")
    Mute.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "@bob" not in page(browser, "/settings/blocks?show=muted")
    assert "Muted" not in re.sub(r"<nav.*?</nav>", "", page(browser, "/@bob"), flags=re.S)


def test_a_block_can_be_taken_back_while_the_other_still_blocks(browser: Client, alice: User, dave: User) -> None:
    actions.block(blocker=alice, blocked=dave)
    actions.block(blocker=dave, blocked=alice)
    assert "@dave" in page(browser, "/settings/blocks")
    browser.post("/@dave/unblock", {"next": "/settings/blocks"})
    assert "@dave" not in page(browser, "/settings/blocks")
    page(browser, "/@dave", 404)


def test_many_are_kept_out_page_by_page(browser: Client, alice: User) -> None:
    people = UserFactory.create_batch(25)
    for person in people:
        actions.block(blocker=alice, blocked=person)
    url = "/settings/blocks?show=blocked"
    html = page(browser, url)
    link = next_link(html).replace("&amp;", "&")
    with queries_at_most(5):
        rest = page(browser, "/settings/blocks" + link)
    found = re.findall(r'formaction="/@(\w+)/unblock"', html + rest)
    assert found == [person.username for person in reversed(people)]
    assert "<html" not in text_of(browser.get("/settings/blocks" + link, **HTMX))


# --- Lists ---------------------------------------------------------------------------------------


def test_a_list_is_made_filled_read_renamed_and_deleted_by_forms(
    browser: Client, alice: User, bob: User, carol: User
) -> None:
    assert "No lists yet" in page(browser, "/lists")
    url = browser.post("/lists", {"name": " Friends  of mine "})["Location"]
    one = List.objects.get()
    assert (one.name, url) == ("Friends of mine", f"/lists/{one.pk}/members")
    assert "You follow nobody yet" in page(browser, url)
    assert "Nobody is on this list" in page(browser, f"/lists/{one.pk}")
    for author in (bob, carol):
        actions.follow(follower=alice, author=author)
        publish(author, f"By {author.username}")
    assert 'aria-label="Add bob to the list"' in page(browser, url)
    assert browser.post(f"/lists/{one.pk}/add/bob", {"q": "b b"})["Location"] == f"{url}?q=b+b"
    html = page(browser, f"/lists/{one.pk}")
    assert "By bob" in html
    assert "By carol" not in html
    assert "1 person" in html
    browser.post(f"/lists/{one.pk}/rename", {"name": "Best friends"})
    html = page(browser, "/lists")
    assert "Best friends" in html
    assert "1 person" in html
    browser.post(f"/lists/{one.pk}/remove/bob")
    assert not ListMember.objects.exists()
    assert "still follow everybody" in said(browser, browser.post(f"/lists/{one.pk}/delete"))
    page(browser, f"/lists/{one.pk}", 404)
    page(browser, url, 404)


def test_a_refused_name_is_explained_and_kept(browser: Client, friends: List) -> None:
    for url, name, why in [
        ("/lists", "  ", "Give the list a name."),
        ("/lists", "friends", "have a list of this name"),
        (f"/lists/{friends.pk}/rename", "x" * 60, "at most 50 characters; this has 60"),
    ]:
        response = browser.post(url, {"name": name})
        assert response.status_code == 422
        html = text_of(response)
        assert why in html
        assert f'value="{name}"' in html
        assert 'aria-invalid="true"' in html


def test_followees_are_found_by_either_name(browser: Client, friends: List, carol: User) -> None:
    accounts.change_profile(carol, display_name="Caroline Quay")
    url = f"/lists/{friends.pk}/members"
    for words, found in [("car", ["carol"]), ("@CAROL", ["carol"]), ("quay", ["carol"]), ("bo", ["bob"]), ("zz", [])]:
        html = page(browser, f"{url}?q={words}")
        assert re.findall(r'id="found-\d+"[^>]*formaction="/lists/\d+/\w+/(\w+)"', html) == found
        assert 'formaction="/lists' in html  # who is on it stays listed
    assert "Nobody you follow is called “zz”" in page(browser, f"{url}?q=zz")
    page(browser, f"{url}?q=%00%25_")
    assert browser.post(f"/lists/{friends.pk}/add/dave").status_code == 404


def test_somebody_is_put_on_lists_from_their_profile(browser: Client, friends: List, alice: User, bob: User) -> None:
    second = actions.make_list(owner=alice, name="Second")
    assert 'href="/@bob/lists"' in page(browser, "/@bob")
    html = page(browser, "/@bob/lists")
    assert re.search(rf'value="{friends.pk}" checked', html)
    assert not re.search(rf'value="{second.pk}" checked', html)
    assert browser.post("/@bob/lists", {"lists": [second.pk]})["Location"] == "/@bob"
    assert ListMember.objects.get().list_id == second.pk
    browser.post("/@bob/lists")
    assert not ListMember.objects.exists()
    theirs = actions.make_list(owner=bob, name="Theirs")
    assert browser.post("/@bob/lists", {"lists": [theirs.pk]}).status_code == 400


def test_somebody_who_is_not_followed_can_be_put_on_no_list(browser: Client, friends: List, dave: User) -> None:
    assert 'href="/@dave/lists"' not in page(browser, "/@dave")
    assert "You do not follow dave" in page(browser, "/@dave/lists")
    response = browser.post("/@dave/lists", {"lists": [friends.pk]})
    assert "Only those you follow" in said(browser, response)
    assert "Only those you follow" in said(browser, browser.post(f"/lists/{friends.pk}/add/dave"))


def test_a_full_list_says_so_to_forms_and_to_the_page(
    browser: Client, friends: List, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("social.actions.lists.MOST_MEMBERS", 1)
    response = browser.post(f"/lists/{friends.pk}/add/carol", **HTMX)
    assert response.status_code == 204
    assert "Take somebody off first" in json.loads(response["HX-Trigger"])["say"]["text"]
    assert "Take somebody off first" in said(browser, browser.post(f"/lists/{friends.pk}/add/carol"))
    assert "Take somebody off first" in said(browser, browser.post("/@carol/lists", {"lists": [friends.pk]}))
    assert ListMember.objects.count() == 1


def test_lists_of_others_are_nowhere_to_be_found(friends: List, bob: User) -> None:
    stranger = signed_in(bob)
    for url in (f"/lists/{friends.pk}", f"/lists/{friends.pk}/members"):
        page(stranger, url, 404)
    for deed in ("rename", "delete", "add/carol", "remove/bob"):
        response = stranger.post(f"/lists/{friends.pk}/{deed}", {"name": "x"}, follow=True)
        assert response.status_code in (403, 404)
    assert ListMember.objects.count() == 1
    assert ">Friends<" not in page(stranger, "/lists")


def test_a_list_is_read_page_by_page_in_few_queries(browser: Client, friends: List, bob: User) -> None:
    for number in range(25):
        publish(bob, f"Post {number}")
    url = f"/lists/{friends.pk}"
    with queries_at_most(6):
        html = page(browser, url)
    rest = text_of(browser.get(url + next_link(html), **HTMX))
    assert html.count("<article") + rest.count("<article") == 25
    assert "<html" not in rest


# --- Suggestions ---------------------------------------------------------------------------------


def test_suggestions_say_why_and_can_be_dismissed(browser: Client, friends: List, carol: User, dave: User) -> None:
    actions.follow(follower=carol, author=dave)
    for url in ("/", "/suggestions"):
        html = page(browser, url)
        assert "Followed by carol" in html
        assert 'aria-label="Follow dave"' in html
        assert 'aria-label="Do not suggest dave"' in html
    response = browser.post("/suggestions/dave/dismiss", **HTMX)
    assert text_of(response) == ""
    assert "not suggested" in json.loads(response["HX-Trigger"])["say"]["text"]
    assert "@dave" not in page(browser, "/suggestions")
    assert "Nobody to suggest for now" in page(browser, "/suggestions")
    assert browser.post("/suggestions/carol/dismiss")["Location"] == "/suggestions"


def test_a_private_account_is_marked_among_suggestions(browser: Client, friends: List, carol: User, dave: User) -> None:
    actions.follow(follower=carol, author=dave)
    accounts.change_privacy(dave, True)
    assert "Private account" in page(browser, "/suggestions")


def test_suggestions_are_for_members(visitor: Client) -> None:
    for url in ("/suggestions", "/lists", "/settings/blocks"):
        assert visitor.get(url)["Location"].startswith("/login?next=")


def test_home_suggests_in_one_query_more(browser: Client, friends: List, carol: User, dave: User) -> None:
    actions.follow(follower=carol, author=dave)
    posts.publish(author=dave, content="x")
    browser.get("/")
    with queries_at_most(8 + 1):  # one more for the session
        assert "Followed by carol" in text_of(browser.get("/"))
