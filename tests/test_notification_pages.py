"""The list of notifications, the number on every page, and what open pages are told."""

import re

import pytest
from oauth2_provider.models import AccessToken

from accounts import actions as accounts
from accounts.models import User
from feeds import hot
from notifications import actions as notifications
from notifications import push, push_messages, queries
from notifications.models import Notification, ThreadMute
from notifications.words import said, who
from posts import actions
from social import actions as social
from tests.helpers import queries_at_most
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of
from tests.push_service import Device
from tests.telling import caught, deliver
from tests.test_query_budgets import POLL, pictured

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(alice: User, bob: User, carol: User) -> Notification:
    """alice's post is liked by two, and bob follows her."""
    post = publish(alice, "Low water at six")
    for person in (bob, carol):
        actions.like(actor=person, post_id=post.pk)
    deliver()
    social.follow(follower=bob, author=alice)
    deliver()
    return Notification.objects.get(type="like")


def badge(html: str) -> str:
    found = re.search(r'id="unread-badge"[^>]*>(?:<span aria-hidden="true">([^<]*))?', html)
    return (found and found.group(1)) or ""


def test_the_page_shows_groups_and_marks_them_all_as_read(alice, told):
    browser = signed_in(alice)
    html = page(browser, "/notifications")
    names = re.findall(r'notification-names">([^<]*)</strong> ([^<]*)</a>', html)
    assert names == [("bob", "follows you"), ("carol and bob", "like your post")]
    assert "Low water at six" in html
    assert (html.count("notification-unread"), badge(html)) == (2, "2")
    up_to = re.search(r'name="up_to" value="(\d+)"', html).group(1)
    assert browser.post("/notifications/read", {"up_to": up_to}).url == "/notifications"
    html = page(browser, "/notifications")
    assert (html.count("notification-unread"), badge(html)) == (0, "")
    assert "data-read-all hidden" in html


def test_every_page_of_a_member_has_the_number_and_nobody_else_s_has(alice, bob, told, visitor):
    browser = signed_in(alice)
    for url in ("/", "/@bob", "/settings/profile", "/nowhere"):
        assert badge(text_of(browser.get(url))) == "2"
    assert badge(text_of(signed_in(bob).get("/"))) == ""
    assert "unread-badge" not in text_of(visitor.get("/@alice"))
    Notification.objects.bulk_create([Notification(recipient=alice, type="moderation", text="x") for _ in range(99)])
    assert badge(text_of(browser.get("/"))) == "99+"


def test_a_session_from_before_has_the_number_too(alice, told, client, settings):
    settings.AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
    client.force_login(alice)
    assert badge(text_of(client.get("/settings/profile"))) == "2"


def test_following_one_reads_it_and_leads_to_what_it_is_about(alice, bob, carol, told):
    browser = signed_in(alice)
    assert browser.get(f"/notifications/{told.pk}").url == f"/@alice/{told.post_id}"
    follow = Notification.objects.get(type="follow")
    assert badge(page(browser, "/notifications")) == "1"
    assert browser.get(f"/notifications/{follow.pk}").url == "/@bob"
    social.follow(follower=carol, author=alice)
    deliver()
    assert Notification.objects.filter(type="follow").count() == 2
    for elsewhere in (signed_in(carol).get(f"/notifications/{told.pk}", follow=True), browser.get("/notifications/99")):
        assert "like your" not in text_of(elsewhere)
    assert "not there any more" in text_of(browser.get("/notifications/99", follow=True))


def test_the_list_goes_on_where_it_ended_and_is_kind_when_empty(alice, bob):
    browser = signed_in(alice)
    assert "Nothing yet" in page(browser, "/notifications")
    for n in range(25):
        publish(bob, f"{n} @alice")
    deliver()
    html = page(browser, "/notifications")
    assert html.count("data-notification=") == 20
    rest = text_of(browser.get(f"/notifications{next_link(html)}", **HTMX))
    assert (rest.count("data-notification="), "<h1" in rest) == (5, False)


def test_a_row_alone_is_for_its_reader_only(alice, bob, told):
    html = text_of(signed_in(alice).get(f"/notifications/{told.pk}/row", **HTMX))
    assert "carol and bob" in html
    assert signed_in(bob).get(f"/notifications/{told.pk}/row", **HTMX).status_code == 204


def test_a_conversation_is_muted_from_a_card_and_heard_again_from_the_settings(alice, bob, told):
    browser = signed_in(alice)
    mute, unmute = f"/posts/{told.post_id}/mute", f"/posts/{told.post_id}/unmute"
    assert f'hx-post="{mute}"' in page(browser, "/")
    answer = browser.post(mute, **HTMX)
    assert (answer.status_code, unmute in answer["HX-Trigger"]) == (204, True)
    assert "Low water" in page(browser, "/settings/notifications/threads")
    assert "Low water" not in page(browser, "/notifications")
    assert browser.post(unmute, {"next": "/notifications"}).url == "/notifications"
    assert "Low water" in page(browser, "/notifications")
    browser.post(mute)
    hidden = publish(bob, "Soon for few")
    notifications.mute_thread(user=alice, post_id=hidden.pk)
    actions.edit(actor=bob, post_id=hidden.pk, visibility="private")
    html = page(browser, "/settings/notifications/threads")
    assert ("Soon for few" in html, "not available any more" in html) == (False, True)
    browser.post(f"/posts/{hidden.pk}/unmute", **HTMX)
    assert ThreadMute.objects.filter(user=alice).count() == 1


# --- Cost ---


def test_page_and_api_keep_their_budgets_whatever_is_told(alice, bob, carol, api):
    browser, app = signed_in(alice), api(alice)
    made = 0
    for rounds in (1, 8):
        for _ in range(rounds):
            made += 1
            tell_of_everything(alice, bob, carol, made)
        deliver()
        for look in (lambda: browser.get("/notifications"), lambda: app.get("/notifications?limit=100")):
            look()
            with queries_at_most(6):
                look()
    accounts.change_privacy(alice, True)
    with queries_at_most(6):
        browser.get("/notifications")
    assert len(app.get("/notifications?limit=100")[1]["notifications"]) > 40


def tell_of_everything(alice: User, bob: User, carol: User, n: int) -> None:
    """Posts with a poll, a picture and a quote; marks by a crowd."""
    more = lambda author: {"media_ids": pictured(author), "poll": POLL}  # noqa: E731
    post = publish(alice, f"Mine {n}", **more(alice))
    publish(bob, f"Quoting {n}", quote_of=post.pk, **more(bob))
    publish(carol, f"@alice {n}", quote_of=publish(bob, f"Bob's {n}", **more(bob)).pk, **more(carol))
    actions.comment(author=bob, post_id=post.pk, content="hm", media_ids=pictured(bob))
    for person in [
        bob,
        carol,
        *(User.objects.create(username=f"fan{n}_{m}", email=f"{n}_{m}@x.org") for m in range(9)),
    ]:
        actions.like(actor=person, post_id=post.pk)
        actions.share(actor=person, post_id=post.pk)
        social.follow(follower=person, author=alice)


# --- Live ---


def test_open_pages_are_told_with_the_number_and_follow_what_is_read(alice, bob, carol, dave, api, monkeypatch):
    hot.mark_online([alice.pk])
    sent = caught(monkeypatch)
    post = publish(alice, "Hello @carol")
    actions.like(actor=bob, post_id=post.pk)
    deliver()
    (frame, readers) = next(one for one in sent if one[0]["type"] == "notification")
    listed = api(alice).get("/notifications")[1]
    assert frame == {"type": "notification", "notification": listed["notifications"][0], "unread_count": 1}
    assert readers == [alice.pk]
    sent.clear()
    place = frame["notification"]["notification_id"]
    notifications.read(user=alice, up_to=int(place))
    deliver()
    assert sent == [({"type": "unread_count", "unread_count": 0, "read_up_to": place}, [alice.pk])]
    actions.like(actor=dave, post_id=post.pk)
    deliver()
    sent.clear()
    actions.unlike(actor=dave, post_id=post.pk)
    deliver()
    assert [frame for frame, _ in sent if "unread_count" in frame] == [{"type": "unread_count", "unread_count": 0}]


def test_what_is_not_wanted_on_the_page_is_not_told_there(alice, bob, monkeypatch):
    hot.mark_online([alice.pk])
    notifications.choose(user=alice, types={"like": {"page": False, "email": "digest"}})
    post = publish(alice, "Hello")
    sent = caught(monkeypatch)
    actions.like(actor=bob, post_id=post.pk)
    deliver()
    assert not [frame for frame, _ in sent if frame["type"] == "notification"]
    assert Notification.objects.get().mail == "digest"


# --- Devices, and words ---


def test_devices_are_told_what_is_wanted_there(alice, bob, monkeypatch):
    device = Device().subscription()
    accounts.issue_token(alice)
    token = AccessToken.objects.get(user=alice)
    push.subscribe(user=alice, endpoint=device["endpoint"], **device["keys"], token=token)
    shown = []
    monkeypatch.setattr(push, "send", lambda *ids: shown.append((ids[0], push_messages.message_of(*ids)["title"])))
    post = publish(alice, "Hello")
    actions.like(actor=bob, post_id=post.pk)  # counted, not told there unless one asks for it
    actions.comment(author=bob, post_id=post.pk, content="hm")
    deliver()
    assert shown == [(alice.pk, "bob commented on your post")]
    notifications.choose(user=alice, types={"comment": {"push": False}, "like": {"push": True}})
    actions.comment(author=bob, post_id=post.pk, content="hm hm")
    actions.like(actor=bob, post_id=publish(alice, "More").pk)
    deliver()
    assert shown[1:] == [(alice.pk, "bob likes your post")]


def test_devices_get_a_sentence_and_an_address_of_this_site(alice, told):
    (shown,) = queries.hydrate(alice, queries.rows_of(alice, [told.pk]))
    assert push_messages.push_message(shown) == {
        "title": "carol and bob like your post",
        "body": "Low water at six",
        "url": f"/notifications/{told.pk}",
        "tag": f"notification-{told.pk}",
    }


@pytest.mark.parametrize(
    ("names", "number", "words"),
    [
        (["Ann"], 1, "Ann"),
        (["Ann", "Bob"], 2, "Ann and Bob"),
        (["Ann", "Bob", "Cy"], 3, "Ann, Bob and 1 other"),
        (["Ann", "Bob", "Cy"], 100, "Ann, Bob and 98 others"),
        (["Ann"], 60, "Ann and 59 others"),
        ([], 0, ""),
    ],
)
def test_people_are_named_and_counted(names, number, words):
    assert who(names, number) == words


def test_one_follows_and_two_follow():
    assert [said("follow", number) for number in (1, 2)] == ["%(who)s follows you", "%(who)s follow you"]
