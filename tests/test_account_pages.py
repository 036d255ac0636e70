"""Signing up, logging in and out, and the password, as a browser without JavaScript sees them."""

import re
import threading
from typing import Any

import html5lib
import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from accounts import actions as account_actions
from accounts.models import User
from tests.helpers import PASSWORD
from tests.pages import page, text_of

pytestmark = pytest.mark.django_db


def test_one_can_sign_up(visitor: Client) -> None:
    form = {"username": "Frieda", "email": "frieda@example.org", "password1": PASSWORD}
    assert visitor.post("/signup", form)["Location"] == "/"
    assert "Welcome, frieda" in page(visitor, "/") or "@frieda" in page(visitor, "/")


def test_sign_up_names_what_to_change_and_keeps_what_was_typed(visitor: Client, alice: User) -> None:
    form = {"username": "alice", "email": "new@example.org", "password1": "short"}
    response = visitor.post("/signup", form)
    html = text_of(response)
    html5lib.HTMLParser(strict=True).parse(html)
    assert 'value="new@example.org"' in html
    assert 'aria-invalid="true"' in html
    assert not User.objects.filter(email="new@example.org").exists()


def test_a_name_taken_meanwhile_is_told_beside_the_form(visitor: Client, monkeypatch: Any) -> None:
    from accounts import actions
    from feedsite.errors import Invalid

    def taken(*args: Any, **kwargs: Any) -> None:
        raise Invalid("Taken.", fields={"username": ["This username is taken."]})

    monkeypatch.setattr(actions, "prepare_account", taken)
    form = {"username": "frieda", "email": "frieda@example.org", "password1": PASSWORD}
    assert "This username is taken." in text_of(visitor.post("/signup", form))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", ["username", "email"])
def test_of_many_who_take_one_name_at_once_one_gets_it_and_the_rest_are_told(monkeypatch: Any, same: str) -> None:
    number = 6
    checked = threading.Barrier(number)
    prepare = account_actions.prepare_account
    answers = []

    def prepare_and_wait(*args: Any, **kwargs: Any) -> User:
        user = prepare(*args, **kwargs)
        checked.wait(timeout=20)
        return user

    def sign_up(who: int) -> None:
        form = {"username": f"frieda{who}", "email": f"frieda{who}@example.org", "password1": PASSWORD}
        form[same] = form[same].replace(str(who), "")
        try:
            answers.append(Client(raise_request_exception=False).post("/signup", form))
        finally:
            connections.close_all()

    monkeypatch.setattr(account_actions, "prepare_account", prepare_and_wait)
    threads = [threading.Thread(target=sign_up, args=[who]) for who in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] * (number - 1) + [302]
    reason = {"username": "This username is taken.", "email": "This e-mail address is in use."}[same]
    for html in [text_of(answer) for answer in answers if answer.status_code == 200]:
        assert re.search(rf'id="id_{same}-error">{re.escape(reason)}', html)
        assert f'name="{same}"' in html
    assert User.objects.count() == 1


def test_one_can_log_in_by_name_or_address_and_out(visitor: Client, alice: User) -> None:
    for login in ["alice", "ALICE", "alice@example.org"]:
        assert visitor.post("/login", {"login": login, "password": PASSWORD})["Location"] == "/"
        assert visitor.post("/logout")["Location"] == "/"
        assert "Log in" in page(visitor, "/")


def test_a_wrong_password_keeps_the_name(visitor: Client, alice: User) -> None:
    html = text_of(visitor.post("/login", {"login": "alice", "password": "wrong"}))
    assert 'value="alice"' in html
    assert 'role="alert"' in html
    assert "wrong" not in html.replace("something went wrong", "")


def test_asking_for_log_out_changes_nothing(browser: Client) -> None:
    page(browser, "/logout")
    assert browser.get("/settings/profile").status_code == 200


def test_a_lost_password_is_reset_by_mail(visitor: Client, alice: User) -> None:
    assert visitor.post("/password/reset", {"email": "alice@example.org"})["Location"] == "/password/reset/done"
    (link,) = re.findall(r"https?://\S+(/password/reset/key/\S+)", mail.outbox[0].body)
    form_url = visitor.get(link)["Location"]
    page(visitor, form_url)
    new = "a fresh horse battery"
    response = visitor.post(form_url, {"password1": new, "password2": new})
    assert response["Location"] == "/password/reset/key/done"
    assert "new one" in page(visitor, "/password/reset/key/done")
    assert visitor.post("/login", {"login": "alice", "password": new})["Location"] == "/"
    assert "used up" in page(Client(), link)


def test_an_unknown_address_is_answered_the_same(visitor: Client) -> None:
    assert visitor.post("/password/reset", {"email": "no@example.org"})["Location"] == "/password/reset/done"


def test_the_password_can_be_changed(browser: Client, alice: User) -> None:
    new = "a fresh horse battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new, "next": "/settings/security"}
    assert browser.post("/password/change", form)["Location"] == "/settings/security"
    assert "Your password is changed." in page(browser, "/settings/security")
    alice.refresh_from_db()
    assert alice.check_password(new)
