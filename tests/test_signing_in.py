"""Sessions, addresses that are confirmed, and invitations."""

import re
import threading
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connections
from django.test import Client

from accounts import actions, addresses, invitations, sessions
from accounts.access_models import Invitation, Invited
from accounts.devices import coarse_address
from accounts.models import User
from accounts.tasks import clear_access
from tests.helpers import PASSWORD, queries_at_most, run_tasks
from tests.pages import page, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.noting_sessions]
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1"
NEW = {"username": "frieda", "email": "frieda@example.org", "password1": PASSWORD}


def log_in(name: str, agent: str = FIREFOX, address: str = "203.0.113.77", client: Client | None = None) -> Client:
    client = client or Client()
    client.defaults |= {"HTTP_USER_AGENT": agent, "REMOTE_ADDR": address}
    assert client.post("/login", {"login": name, "password": PASSWORD})["Location"] == "/"
    return client


def is_in(client: Client) -> bool:
    return client.get("/settings/profile").status_code == 200


def link_in(letter: Any) -> str:
    (path,) = re.findall(r"https?://[^/\s]+(/email/confirm/\S+)", letter.body)
    return str(path)


# --- Sessions ---


def test_one_sees_where_one_is_logged_in_and_ends_it(alice: User, bob: User) -> None:
    laptop, phone = log_in("alice"), log_in("alice", PHONE, "2001:db8:1:2::9")
    html = page(laptop, "/settings/security")
    assert "Firefox on Linux" in html
    assert "203.0.113.0" in html
    assert "Safari on iPhone" in html
    assert "2001:db8:1::" in html
    assert "203.0.113.77" not in str(list(UserSession.objects.values()))
    theirs = UserSession.objects.get(user_agent=PHONE)
    assert log_in("bob").post(f"/settings/security/sessions/{theirs.pk}/end").status_code == 404
    laptop.post(f"/settings/security/sessions/{theirs.pk}/end")
    assert not is_in(phone)
    assert is_in(laptop)


def test_all_others_are_ended_at_once(alice: User) -> None:
    others = [log_in("alice") for _ in range(3)]
    here = log_in("alice")
    here.post("/settings/security/sessions/end")
    assert not any(is_in(other) for other in others)
    assert is_in(here)


def test_a_list_of_sessions_costs_the_same_for_one_and_for_many(alice: User) -> None:
    here = log_in("alice")
    page(here, "/settings/security")
    with queries_at_most(7):
        page(here, "/settings/security")
    for _ in range(5):
        log_in("alice")
    with queries_at_most(7):
        page(here, "/settings/security")


def test_the_oldest_session_ends_when_there_are_too_many(alice: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(sessions, "MOST_SESSIONS", 3)
    clients = [log_in("alice") for _ in range(4)]
    assert [is_in(client) for client in clients] == [False, True, True, True]


def test_a_session_is_noted_now_and_then_only(alice: User, monkeypatch: Any) -> None:
    here = log_in("alice")
    before = UserSession.objects.get().last_seen_at
    page(here, "/settings/profile")
    assert UserSession.objects.get().last_seen_at == before
    monkeypatch.setattr(sessions, "is_due", lambda request: True)
    page(here, "/settings/profile")
    assert UserSession.objects.get().last_seen_at > before


def test_ended_sessions_are_forgotten(alice: User) -> None:
    log_in("alice")
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    clear_access()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


@pytest.mark.parametrize("ticked", [True, False])
def test_a_new_password_ends_other_browsers_and_tokens_if_that_is_wished(alice: User, api: Any, ticked: bool) -> None:
    token, here, other = actions.issue_token(alice), log_in("alice"), log_in("alice")
    new = "a fresh horse battery"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new, **({"end_tokens": "on"} if ticked else {})}
    here.post("/password/change", form)
    assert (is_in(here), is_in(other)) == (True, False)
    assert api(token=token).get("/users/me")[0] == (401 if ticked else 200)
    assert UserSession.objects.count() == 1


def test_a_password_that_was_reset_ends_every_browser_and_token(alice: User, visitor: Client, api: Any) -> None:
    token, other = actions.issue_token(alice), log_in("alice")
    visitor.post("/password/reset", {"email": "alice@example.org"})
    (link,) = re.findall(r"https?://\S+(/password/reset/key/\S+)", mail.outbox[-1].body)
    new = "a fresh horse battery"
    visitor.post(visitor.get(link)["Location"], {"password1": new, "password2": new})
    assert not is_in(other)
    assert api(token=token).get("/users/me")[0] == 401


def test_a_browser_that_is_new_is_told_by_mail_once(alice: User) -> None:
    browser = log_in("alice")
    run_tasks()
    assert len(mail.outbox) == 1
    assert "Firefox on Linux" in mail.outbox[0].body
    assert "203.0.113.0" in mail.outbox[0].body
    browser.post("/logout")
    log_in("alice", client=browser)
    run_tasks()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("address", "coarse"),
    [("203.0.113.77", "203.0.113.0"), ("::ffff:203.0.113.77", "203.0.113.0"), ("2001:db8:1:2::3", "2001:db8:1::"),
     ("nonsense", ""), ("", "")],
)  # fmt: skip
def test_an_address_is_kept_as_its_network(address: str, coarse: str) -> None:
    assert coarse_address(address) == coarse


@pytest.mark.parametrize("door", ["/login", "/api/v1/auth/token"])
def test_an_unknown_name_costs_as_much_work_as_a_wrong_password(
    alice: User, visitor: Client, door: str, monkeypatch: Any
) -> None:
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str, *args: Any) -> str:
        hashed.append(password)
        return str(encode(self, password, salt, *args))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    content = {"content_type": "application/json"} if door.startswith("/api") else {}
    for name in ("alice", "nobody"):
        form = {"password": "wrong", ("username" if content else "login"): name}
        assert visitor.post(door, form, **content).status_code == (400 if content else 200)
    assert hashed == ["wrong", "wrong"]


# --- Addresses ---


def test_whoever_signs_up_confirms_the_address_by_a_link(visitor: Client) -> None:
    visitor.post("/signup", NEW)
    run_tasks()
    user = User.objects.get()
    assert not addresses.is_confirmed(user)
    assert "Not confirmed" in page(visitor, "/settings/security")
    (letter,) = mail.outbox
    assert letter.to == ["frieda@example.org"]
    html = page(Client(), link_in(letter))
    assert "frieda@example.org" in html
    assert not addresses.is_confirmed(user)  # looking changes nothing: programs follow links
    Client().post(link_in(letter))
    assert addresses.is_confirmed(user)
    assert "used up" in page(Client(), link_in(letter))


def test_the_api_asks_for_the_address_as_well(api: Any, db: None) -> None:
    api().post("/auth/signup", {"username": "frieda", "email": "frieda@example.org", "password": PASSWORD})
    run_tasks()
    assert [letter.to for letter in mail.outbox] == [["frieda@example.org"]]


def test_a_new_address_holds_once_it_is_confirmed(alice: User) -> None:
    browser = log_in("alice")
    run_tasks()
    mail.outbox.clear()
    browser.post("/account/confirm", {"password": PASSWORD})
    browser.post("/settings/security/email", {"action_add": "1", "email": "New@example.org"})
    run_tasks()
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    (letter,) = mail.outbox
    assert letter.to == ["new@example.org"]
    assert "new@example.org" in page(browser, "/settings/security/email")
    browser.post(link_in(letter))
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    assert addresses.is_confirmed(alice)
    assert list(EmailAddress.objects.values_list("email", flat=True)) == ["new@example.org"]
    assert mail.outbox[-1].to == ["alice@example.org"]  # the old one is told


def test_of_two_who_claim_one_address_the_first_to_confirm_has_it(alice: User, visitor: Client) -> None:
    browser = log_in("alice")
    browser.post("/account/confirm", {"password": PASSWORD})
    browser.post("/settings/security/email", {"action_add": "1", "email": "frieda@example.org"})
    waiting = EmailAddress.objects.get(email="frieda@example.org")
    actions.sign_up(username="frieda", email="frieda@example.org", password=PASSWORD)
    answer = browser.post(urlsplit(addresses.confirmation_url(waiting)).path)
    assert answer.status_code == 302
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


# --- Invitations ---


def invite(maker: Client, **more: str) -> Invitation:
    answer = maker.post("/settings/invitations", {"most_uses": "1", "days": "7", **more})
    assert answer["Location"] == "/settings/invitations"
    return Invitation.objects.latest("pk")


def test_everybody_may_sign_up_where_the_site_is_open(browser: Client, api: Any) -> None:
    assert api().get("/site")[1]["registration"] == "open"
    assert browser.get("/settings/invitations").status_code == 404


def test_nobody_signs_up_where_that_is_closed(visitor: Client, api: Any, settings: Any, db: None) -> None:
    settings.REGISTRATION = "closed"
    assert api().get("/site")[1]["registration"] == "closed"
    assert "Sign-up is closed" in page(visitor, "/signup")
    assert "/signup" not in page(visitor, "/login")
    visitor.post("/signup", NEW)
    status, answer = api().post("/auth/signup", {"username": "f2", "email": "f@example.org", "password": PASSWORD})
    assert (status, answer["code"]) == (403, "registration_closed")
    assert not User.objects.exists()


def test_an_invitation_lets_in_as_many_as_it_says(browser: Client, alice: User, api: Any, settings: Any) -> None:
    settings.REGISTRATION = "invite"
    assert "You need an invitation" in page(Client(), "/signup")
    link = invite(browser, note="Frieda", most_uses="2")
    html = page(Client(), f"/signup?invite={link.code}")
    assert f'name="invite" value="{link.code}"' in html
    assert Client().post("/signup", {**NEW, "invite": link.code})["Location"] == "/"
    new = {"username": "gustav", "email": "gustav@example.org", "password": PASSWORD}
    assert api().post("/auth/signup", {**new, "invite": "wrong"})[0] == 403
    assert api().post("/auth/signup", {**new, "invite": link.code})[0] == 201
    status, answer = api().post("/auth/signup", {**new, "username": "h2", "invite": link.code})
    assert (status, answer["code"]) == (403, "invitation_needed")
    assert Invited.objects.get(user__username="frieda").invitation.made_by == alice
    html = page(browser, "/settings/invitations")
    assert "2 of 2 used" in html
    assert "@frieda" in html


def test_a_sign_up_that_is_refused_uses_no_invitation(browser: Client, settings: Any) -> None:
    settings.REGISTRATION = "invite"
    link = invite(browser)
    assert Client().post("/signup", {**NEW, "username": "alice", "invite": link.code}).status_code == 200
    link.refresh_from_db()
    assert link.uses_count == 0


def test_links_end_when_they_are_taken_back_or_too_old(browser: Client, bob: User, settings: Any) -> None:
    settings.REGISTRATION = "invite"
    link, old = invite(browser), invite(browser)
    other = Client()
    other.force_login(bob)
    assert other.post(f"/settings/invitations/{link.pk}/revoke").status_code == 404
    browser.post(f"/settings/invitations/{link.pk}/revoke")
    Invitation.objects.filter(pk=old.pk).update(expires_at="2020-01-01T00:00Z")
    for code in (link.code, old.code, "", "\0"):
        assert invitations.find(code) is None


def test_nobody_invites_without_end(browser: Client, settings: Any, monkeypatch: Any) -> None:
    settings.REGISTRATION = "invite"
    monkeypatch.setattr(invitations, "MOST_OPEN", 2)
    for _ in range(2):
        invite(browser)
    for form in ({"most_uses": "1", "days": "7"}, {"most_uses": "0", "days": "7"}, {"most_uses": "1", "days": "x"}):
        answer = browser.post("/settings/invitations", form)
        assert answer.status_code == 422
        assert 'role="alert"' in text_of(answer)
    settings.MEMBERS_INVITE = False
    assert browser.get("/settings/invitations").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_many_with_one_invitation_one_comes_in(settings: Any) -> None:
    settings.REGISTRATION = "invite"
    maker = actions.prepare_account(User(is_staff=True), username="keeper", email="k@example.org", password=PASSWORD)
    actions.save_account(maker)
    link = invitations.invite(inviter=maker, most_uses=1, days=1)
    answers = []

    def come(number: int) -> None:
        form = {"username": f"guest{number}", "email": f"g{number}@example.org", "password": PASSWORD}
        try:
            answer = Client().post(
                "/api/v1/auth/signup", {**form, "invite": link.code}, content_type="application/json"
            )
            answers.append(answer.status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=come, args=[number]) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 403, 403, 403, 403, 403]
    assert User.objects.count() == 2
