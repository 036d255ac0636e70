"""Asking to follow and answering, as a browser without JavaScript and as htmx see it."""

import json
import re

import pytest
from django.test import Client

from accounts import actions as accounts
from accounts.models import User
from social import actions as social_actions
from social import pages
from social.models import Follow, FollowRequest
from tests.factories import UserFactory
from tests.helpers import queries_at_most, run_tasks
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def private_alice(alice: User) -> User:
    return accounts.change_privacy(alice, True)


def ask(follower: User, owner: User) -> None:
    social_actions.follow(follower=follower, author=owner)


def test_the_button_of_a_private_account_has_three_states(private_alice: User, bob: User) -> None:
    client = signed_in(bob)
    assert 'aria-label="Follow alice"' in page(client, "/@alice")
    html = text_of(client.post("/@alice/follow", {"next": "/@alice"}, follow=True))
    assert "You asked to follow alice." in html
    assert 'aria-pressed="mixed" aria-label="Requested to follow alice; press to withdraw"' in page(client, "/@alice")
    html = text_of(client.post("/@alice/unfollow", {"next": "/@alice"}, follow=True))
    assert "You no longer ask to follow alice." in html
    assert not FollowRequest.objects.exists()
    ask(bob, private_alice)
    social_actions.accept_follow(owner=private_alice, follower=bob)
    assert 'aria-pressed="true" aria-label="Following alice; press to unfollow"' in page(client, "/@alice")


def test_htmx_gets_the_button_and_what_to_expect(private_alice: User, bob: User) -> None:
    client = signed_in(bob)
    html = text_of(client.post("/@alice/follow", **HTMX))
    assert html.count(f'id="follow-{private_alice.pk}"') == 1
    assert "Requested" in html
    assert f'id="private-note-{private_alice.pk}" hx-swap-oob="true"' in html
    assert "You asked to follow alice" in html
    html = text_of(client.post("/@alice/unfollow", HTTP_HX_TARGET=f"follow-{private_alice.pk}", **HTMX))
    assert html.strip().startswith("<button")
    assert ">Follow</button>" in html


def test_a_private_profile_says_what_to_expect(private_alice: User, bob: User, visitor: Client) -> None:
    publish(private_alice, "Only for those I know")
    client = signed_in(bob)
    for reader in (client, visitor):
        html = page(reader, "/@alice")
        assert "This account is private" in html
        assert "Only for those I know" not in html
    ask(bob, private_alice)
    assert "You asked to follow alice" in page(client, "/@alice")
    social_actions.accept_follow(owner=private_alice, follower=bob)
    html = page(client, "/@alice")
    assert "Only for those I know" in html
    assert "private-note-text" not in html
    assert "private-note" not in page(signed_in(private_alice), "/@alice")


def test_requests_are_accepted_and_rejected_by_forms(
    browser: Client, private_alice: User, bob: User, carol: User
) -> None:
    ask(bob, private_alice)
    ask(carol, private_alice)
    html = page(browser, "/follow-requests")
    assert 'aria-label="Accept bob"' in html
    assert 'aria-label="Reject carol"' in html
    assert browser.post("/follow-requests/bob/accept")["Location"] == "/follow-requests"
    assert "bob follows you now." in page(browser, "/follow-requests")
    html = text_of(browser.post("/follow-requests/carol/reject", {"next": "/follow-requests"}, follow=True))
    assert "You rejected carol." in html
    assert "request-row" not in html
    assert [follow.follower_id for follow in Follow.objects.all()] == [bob.pk]
    assert browser.get("/follow-requests/bob/accept").status_code == 405


def test_htmx_takes_the_row_away_says_so_and_counts_anew(
    browser: Client, private_alice: User, bob: User, carol: User
) -> None:
    ask(bob, private_alice)
    ask(carol, private_alice)
    response = browser.post("/follow-requests/bob/accept", **HTMX)
    assert json.loads(response["HX-Trigger"]) == {"say": {"text": "bob follows you now."}}
    html = text_of(response)
    assert "request-row" not in html
    assert 'id="waiting-badge" hx-swap-oob="true"><span aria-hidden="true">1</span>' in html
    assert 'id="waiting-count" hx-swap-oob="true"></span>' in text_of(
        browser.post("/follow-requests/carol/reject", **HTMX)
    )


def test_a_request_that_is_gone_is_answered_by_the_page_for_that(
    browser: Client, private_alice: User, bob: User
) -> None:
    assert browser.post("/follow-requests/bob/accept").status_code == 404
    assert browser.post("/follow-requests/nobody/reject").status_code == 404


def test_the_list_of_requests_goes_on_page_by_page_and_ends_empty(browser: Client, private_alice: User) -> None:
    assert "Nobody is waiting" in page(browser, "/follow-requests")
    for fan in UserFactory.create_batch(25):
        ask(fan, private_alice)
    first = page(browser, "/follow-requests")
    assert first.count("data-request") == 20
    link = next_link(first)
    assert page(browser, "/follow-requests" + link).count("data-request") == 5
    html = text_of(browser.get("/follow-requests" + link, **HTMX))
    assert html.count("data-request") == 5
    assert "<html" not in html


def test_who_waits_is_counted_for_private_accounts_only(browser: Client, alice: User, bob: User) -> None:
    assert "waiting-badge" not in page(browser, "/public")
    assert "Follow requests" not in page(browser, "/public")
    accounts.change_privacy(alice, True)
    assert 'id="waiting-badge"></span>' in page(browser, "/public")
    ask(bob, alice)
    html = page(browser, "/public")
    assert '1</span><span class="visually-hidden">1 follow request</span>' in html
    assert "1 person asks to follow you" in page(browser, "/@alice")
    assert "asks to follow" not in page(signed_in(bob), "/@alice")


def test_no_more_are_counted_than_are_shown(
    browser: Client, private_alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_SHOWN", 2)
    for number, shown in [(2, "2 people ask"), (1, "2+ people ask"), (1, "2+ people ask")]:
        for fan in UserFactory.create_batch(number):
            ask(fan, private_alice)
        assert shown in page(browser, "/@alice")


def test_counting_who_waits_costs_private_accounts_one_query_and_others_none(browser: Client, alice: User) -> None:
    with queries_at_most(5) as public:
        browser.get("/public")
    accounts.change_privacy(alice, True)
    with queries_at_most(len(public) + 1):
        browser.get("/public")
    with queries_at_most(4):  # session, who looks, who asks, how many
        browser.get("/follow-requests")


def test_the_privacy_page_switches_both_ways(browser: Client, alice: User, bob: User) -> None:
    is_on = re.compile(r'name="is_private"[^>]* checked')
    assert not is_on.search(page(browser, "/settings/privacy"))
    assert browser.post("/settings/privacy", {"is_private": "on"})["Location"] == "/settings/privacy"
    html = page(browser, "/settings/privacy")
    assert "Your account is private." in html
    assert is_on.search(html)
    ask(bob, alice)
    html = text_of(browser.post("/settings/privacy", follow=True))
    assert "Your account is public." in html
    run_tasks()
    assert Follow.objects.filter(follower=bob, followee=alice).exists()


@pytest.mark.parametrize("url", ["/follow-requests", "/settings/privacy"])
def test_visitors_are_sent_to_log_in(visitor: Client, url: str) -> None:
    assert visitor.get(url)["Location"] == f"/login?next={url.replace('/', '%2F')}"
