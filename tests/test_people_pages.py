"""Following, muting and blocking, as a browser without JavaScript and as htmx see them."""

import pytest
from django.test import Client

from accounts.models import User
from social import actions as social_actions
from social.models import Block, Follow, Mute
from tests.pages import HTMX, page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db


def test_one_can_follow_and_unfollow(browser: Client, alice: User, bob: User) -> None:
    assert browser.post("/@bob/follow", {"next": "/public"})["Location"] == "/public"
    assert Follow.objects.filter(follower=alice, followee=bob).exists()
    assert "Following" in page(browser, "/@bob")
    assert "@alice" in page(browser, "/@bob/followers")
    assert browser.post("/@bob/unfollow")["Location"] == "/@bob"
    assert not Follow.objects.exists()


def test_htmx_gets_only_the_button(browser: Client, bob: User) -> None:
    html = text_of(browser.post("/@bob/follow", **HTMX))
    assert f'id="followers-count-{bob.pk}" hx-swap-oob="true"' in html
    assert "</strong> follower</span>" in html
    html = text_of(browser.post("/@bob/unfollow", HTTP_HX_TARGET=f"follow-{bob.pk}", **HTMX))
    assert html.strip().startswith("<button")
    assert "Follow" in html


def test_blocking_and_muting_work_and_are_taken_back(browser: Client, bob: User) -> None:
    for doing, undoing, model in [("block", "unblock", Block), ("mute", "unmute", Mute)]:
        browser.post(f"/@bob/{doing}")
        assert model.objects.count() == 1
        page(browser, "/@bob")
        browser.post(f"/@bob/{undoing}")
        assert model.objects.count() == 0


def test_a_blocked_person_finds_nothing(alice: User, dave: User) -> None:
    post = publish(alice, "Hello")
    social_actions.block(blocker=alice, blocked=dave)
    client = signed_in(dave)
    for url in ["/@alice", "/@alice/followers", "/@alice/following", post.get_absolute_url()]:
        page(client, url, 404)
    assert client.post("/@alice/follow").status_code == 404


def test_buttons_of_visitors_lead_to_log_in_and_back_to_the_page(visitor: Client, alice: User) -> None:
    post = publish(alice, "Hello")
    response = visitor.post(f"/posts/{post.pk}/like", {"next": "/@alice"})
    assert response["Location"] == "/login?next=%2F%40alice"
    response = visitor.post("/@alice/follow", **HTMX)
    assert response["HX-Redirect"].startswith("/login?next=")
