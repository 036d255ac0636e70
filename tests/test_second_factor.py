"""A second factor: set up, asked for at every door, and got around only by what was written down for that."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.test import Client

from accounts import second_factor
from accounts.models import User
from tests.helpers import PASSWORD, run_tasks
from tests.pages import page, text_of

pytestmark = pytest.mark.django_db
LOG_IN = {"login": "alice", "password": PASSWORD}


def code_of(secret: str, later: int = 0) -> str:
    """What the app shows, so many half minutes later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def prove(browser: Client, back: str) -> None:
    """Types the password once more, as it is asked before such a change."""
    assert browser.get(back)["Location"].startswith("/account/confirm")
    browser.post(f"/account/confirm?next={back}", {"password": PASSWORD})


def set_up(browser: Client) -> tuple[str, list[str]]:
    """The secret of the app and the recovery codes, by the pages."""
    prove(browser, "/settings/security/app")
    (secret,) = re.findall(r'id="app-key">([A-Z2-7]+)<', page(browser, "/settings/security/app"))
    made = browser.post("/settings/security/app", {"code": code_of(secret)})
    assert made["Location"] == "/settings/security/codes"
    codes = re.findall(r"<li><code>(\d+)</code>", page(browser, "/settings/security/codes"))
    assert len(codes) == 10
    return secret, codes


def token_for(api: Any, **more: str) -> tuple[int, Any]:
    answer: tuple[int, Any] = api().post("/auth/token", {"username": "alice", "password": PASSWORD, **more})
    return answer


def test_with_an_app_the_password_alone_lets_nobody_in(browser: Client, alice: User, visitor: Client) -> None:
    secret, codes = set_up(browser)
    assert "shown again" in page(browser, "/settings/security/codes")
    assert codes[0] not in page(browser, "/settings/security/codes")
    assert visitor.post("/login", LOG_IN)["Location"] == "/login/code"
    assert visitor.get("/settings/profile").status_code == 302
    assert "One more step" in page(visitor, "/login/code")
    assert 'role="alert"' in text_of(visitor.post("/login/code", {"code": "000000"}))
    fresh = code_of(secret, 1)
    assert visitor.post("/login/code", {"code": f"{fresh[:3]} {fresh[3:]}"})["Location"] == "/"
    assert page(visitor, "/settings/profile")


def test_a_code_is_good_once(browser: Client, alice: User) -> None:
    secret, codes = set_up(browser)
    for code in (code_of(secret), codes[3]):
        assert second_factor.use_code(alice, code)
        assert second_factor.use_code(alice, code) is None
    assert second_factor.use_code(alice, code_of(secret, -1)) is None
    assert second_factor.use_code(alice, code_of(secret, 1))
    assert second_factor.use_code(alice, code_of(secret, 5)) is None


def test_the_api_asks_for_the_code_too(browser: Client, alice: User, api: Any) -> None:
    secret, codes = set_up(browser)
    status, answer = token_for(api)
    assert (status, answer["code"]) == (401, "second_factor_needed")
    status, answer = token_for(api, code="123456")
    assert (status, answer["code"]) == (400, "wrong_code")
    for code in (code_of(secret, 1), codes[0]):
        status, answer = token_for(api, code=code)
        assert status == 200
        assert api(token=answer["access_token"]).get("/users/me")[0] == 200
    wrong = api().post("/auth/token", {"username": "alice", "password": "wrong", "code": codes[1]})
    assert wrong == api().post("/auth/token", {"username": "nobody", "password": "wrong", "code": codes[1]})


def test_secrets_are_not_in_the_database_as_they_are(browser: Client, alice: User, settings: Any) -> None:
    secret, codes = set_up(browser)
    assert secret not in str(list(Authenticator.objects.values()))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a fresh one", [settings.SECRET_KEY]
    assert second_factor.use_code(alice, codes[0])


def test_what_guards_the_account_is_not_changed_without_proof_and_is_told(browser: Client, alice: User) -> None:
    set_up(browser)
    run_tasks()
    assert "An authenticator app was added" in mail.outbox[-1].subject
    other = Client()
    other.force_login(alice)
    for address in ("app/remove", "codes/new", "passkeys/add"):
        assert other.get(f"/settings/security/{address}")["Location"].startswith("/account/confirm")
        assert other.post(f"/settings/security/{address}")["Location"].startswith("/account/confirm")
    assert other.get("/settings/security/email").status_code == 200
    moved = other.post("/settings/security/email", {"action_add": "1", "email": "new@example.org"})
    assert moved["Location"].startswith("/account/confirm")
    browser.post("/settings/security/app/remove")
    assert not second_factor.is_on(alice)
    assert not Authenticator.objects.exists()  # the codes go with the last
    run_tasks()
    assert "removed" in mail.outbox[-1].subject


def test_new_recovery_codes_make_the_old_ones_void(browser: Client, alice: User) -> None:
    _, codes = set_up(browser)
    browser.post("/settings/security/codes/new")
    assert second_factor.use_code(alice, codes[0]) is None
    assert "10 left" in page(browser, "/settings/security")


def test_an_unconfirmed_address_gets_no_second_factor(visitor: Client) -> None:
    """Somebody could lock the owner of the address out of an account made in their name."""
    visitor.post("/signup", {"username": "frieda", "email": "frieda@example.org", "password1": PASSWORD})
    assert visitor.get("/settings/security/app")["Location"] == "/settings/security/email"
    run_tasks()


def test_staff_pages_ask_staff_for_a_second_factor(browser: Client, alice: User, settings: Any) -> None:
    settings.STAFF_TWO_FACTOR = True
    User.objects.update(is_staff=True)
    assert browser.get("/admin/")["Location"] == "/settings/security"
    assert "second factor" in page(browser, "/settings/security")
    set_up(browser)
    assert browser.get("/admin/").status_code == 200


def test_strangers_hear_of_the_staff_pages_what_they_always_did(browser: Client, settings: Any) -> None:
    settings.STAFF_TWO_FACTOR = True
    assert browser.get("/admin/")["Location"].startswith("/admin/login/")
