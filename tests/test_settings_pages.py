"""The forms under /settings, as a browser without JavaScript sees them."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from oauth2_provider.models import AccessToken

from accounts.models import User
from tests.pages import page, picture, signed_in, text_of

pytestmark = pytest.mark.django_db


def test_the_profile_can_be_changed_with_a_picture(browser: Client, alice: User) -> None:
    form = {"display_name": "Alice M.", "bio": "Moss.", "avatar": picture()}
    assert browser.post("/settings/profile", form)["Location"] == "/settings/profile"
    html = page(browser, "/@alice")
    assert "Alice M." in html
    assert "Moss." in html
    alice.refresh_from_db()
    assert f'src="{alice.avatar_url}"' in html
    browser.post("/settings/profile", {"display_name": "Alice M.", "bio": "Moss.", "remove_avatar": "on"})
    alice.refresh_from_db()
    assert not alice.avatar


def test_a_refused_profile_changes_nothing_and_keeps_what_was_typed(browser: Client, alice: User) -> None:
    bad = SimpleUploadedFile("me.png", b"no picture", "image/png")
    response = browser.post("/settings/profile", {"display_name": "New name", "bio": "New bio", "avatar": bad})
    assert response.status_code == 422
    html = text_of(response)
    assert "not a picture" in html
    assert 'value="New name"' in html
    assert "New bio" in html
    alice.refresh_from_db()
    assert not alice.display_name


def test_a_profile_form_that_cannot_be_read_is_explained_and_kept(browser: Client, alice: User) -> None:
    empty = SimpleUploadedFile("me.png", b"", "image/png")
    for more, field in [({"avatar": empty}, "avatar"), ({"display_name": "A\0b"}, "display_name")]:
        response = browser.post("/settings/profile", {"display_name": "New name", "bio": "New bio", **more})
        assert response.status_code == 422
        html = text_of(response)
        assert re.search(rf'id="id_{field}-error">\w', html)
        assert re.search(rf'<input[^>]*name="{field}"[^>]*aria-invalid="true"', html)
        assert "New bio" in html
        assert ("New name" in html) == (field == "avatar")
    alice.refresh_from_db()
    assert not alice.bio


def test_names_and_bios_hold_nothing_that_cannot_be_seen(browser: Client, alice: User) -> None:
    odd = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x07\x1b\x7f\x85\x9f"
    browser.post("/settings/profile", {"display_name": f" Alice {odd}  M. ", "bio": f"Moss.{odd}\r\n\tFern."})
    alice.refresh_from_db()
    assert alice.display_name == "Alice M."
    assert alice.bio == "Moss.\n\tFern."


@pytest.mark.parametrize("name", ["\u200b", "\u2800\u3164", "\u115f\u1160\uffa0", "\u0301\u200f \u00ad", "\u202e"])
def test_a_name_that_shows_nothing_is_no_name(browser: Client, alice: User, name: str) -> None:
    browser.post("/settings/profile", {"display_name": name, "bio": name})
    alice.refresh_from_db()
    assert (alice.name, alice.bio) == ("alice", "")


def test_a_new_token_is_shown_on_exactly_one_page(browser: Client, alice: User) -> None:
    assert browser.post("/settings/tokens")["Location"] == "/settings/tokens"
    html = page(browser, "/settings/tokens")
    (raw,) = re.findall(r'id="token-value">([^<]+)<', html)
    assert "token-value" not in page(browser, "/settings/tokens")
    assert AccessToken.objects.filter(user=alice).count() == 1
    assert raw not in str([session.get_decoded() for session in Session.objects.all()])


def test_tokens_are_shown_once_listed_and_revoked(browser: Client, alice: User, bob: User) -> None:
    html = text_of(browser.post("/settings/tokens", follow=True))
    (raw,) = re.findall(r'id="token-value">([^<]+)<', html)
    assert Client().get("/api/v1/users/me", HTTP_AUTHORIZATION=f"Bearer {raw}").status_code == 200
    assert raw not in page(browser, "/settings/tokens")
    token = AccessToken.objects.get(user=alice)
    assert signed_in(bob).post(f"/settings/tokens/{token.pk}/revoke").status_code == 404
    assert browser.post(f"/settings/tokens/{token.pk}/revoke")["Location"] == "/settings/tokens"
    assert Client().get("/api/v1/users/me", HTTP_AUTHORIZATION=f"Bearer {raw}").status_code == 401
