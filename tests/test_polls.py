"""Polls through the API and the pages: one vote a person, results when one may know them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from posts import actions
from posts.models import Poll, Vote
from social import actions as social
from tests.conftest import member
from tests.pages import HTMX, page, publish, signed_in, text_of

TEA = {"options": ["Tea", "Coffee"], "seconds": 3600}


@pytest.fixture
def asked(alice, api):
    status, answer = api(alice).post("/posts", {"content": "What?", "poll": TEA})
    assert status == 201, answer
    return f"/posts/{answer['post_id']}"


def numbers(poll):
    return [option["votes_count"] for option in poll["options"]]


def test_results_are_shown_to_whoever_has_voted_and_to_the_author(asked, alice, bob, carol, api):
    assert numbers(api(bob).get(asked)[1]["poll"]) == [None, None]
    status, answer = api(bob).post(f"{asked}/vote", {"choices": [1]})
    assert status == 200
    assert (numbers(answer["poll"]), answer["poll"]["voted"], answer["poll"]["voters_count"]) == ([0, 1], [1], 1)
    assert numbers(api(alice).get(asked)[1]["poll"]) == [0, 1]
    for stranger in (carol, None):
        assert numbers(api(stranger).get(asked)[1]["poll"]) == [None, None]
    social.follow(follower=bob, author=alice)
    assert numbers(api(bob).get("/timeline")[1]["posts"][0]["poll"]) == [0, 1]


def test_one_votes_once_and_not_in_ones_own_poll_nor_after_its_end(asked, alice, bob, carol, api):
    assert api(bob).post(f"{asked}/vote", {"choices": [0]})[0] == 200
    assert api(bob).post(f"{asked}/vote", {"choices": [1]})[0] == 409
    assert api(alice).post(f"{asked}/vote", {"choices": [1]})[0] == 403
    assert api().post(f"{asked}/vote", {"choices": [1]})[0] == 401
    Poll.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert api(carol).post(f"{asked}/vote", {"choices": [1]})[0] == 409
    poll = api(carol).get(asked)[1]["poll"]
    assert (poll["ended"], numbers(poll), poll["voted"]) == (True, [1, 0], None)
    assert Vote.objects.count() == 1


@pytest.mark.parametrize("choices", [[], [2], [-1], [0, 1], [0, 0], ["x"], [None]])
def test_choices_that_do_not_fit_are_named(asked, bob, api, choices):
    status, answer = api(bob).post(f"{asked}/vote", {"choices": choices})
    assert (status, list(answer["fields"])) == (400, ["choices"])
    assert not Vote.objects.exists()


def test_several_may_be_chosen_where_the_poll_says_so(alice, bob, api):
    pk = api(alice).post("/posts", {"poll": TEA | {"multiple": True}})[1]["post_id"]
    poll = api(bob).post(f"/posts/{pk}/vote", {"choices": [1, 0]})[1]["poll"]
    assert (numbers(poll), poll["voted"], poll["voters_count"]) == ([1, 1], [0, 1], 1)


def test_nobody_votes_where_there_is_no_poll_or_none_to_be_seen(alice, bob, api):
    plain, hidden = publish(alice, "x"), publish(alice, "y", visibility="private", poll=TEA)
    for post in (plain, hidden):
        assert api(bob).post(f"/posts/{post.pk}/vote", {"choices": [0]})[0] == 404


@pytest.mark.parametrize(
    "poll",
    [
        {"options": ["a"], "seconds": 3600},
        {"options": ["a", " "], "seconds": 3600},
        {"options": ["a", "a "], "seconds": 3600},
        {"options": list("abcdefg"), "seconds": 3600},
        {"options": ["a", "b" * 81], "seconds": 3600},
        {"options": ["a", "b"], "seconds": 10},
        {"options": ["a", "b"], "seconds": 32 * 86400},
        {"options": ["a", "b"]},
        {"seconds": 3600},
    ],
)
def test_a_poll_that_is_none_is_refused(alice, api, poll):
    status, answer = api(alice).post("/posts", {"content": "x", "poll": poll})
    assert (status, list(answer["fields"])) == (400, ["poll"])


def test_a_comment_has_no_poll(alice, bob, api):
    pk = publish(alice, "x").pk
    status, answer = api(bob).post("/posts", {"content": "y", "in_reply_to": str(pk), "poll": TEA})
    assert (status, list(answer["fields"])) == (400, ["poll"])


def test_an_edit_leaves_the_poll_alone(asked, alice, bob, api):
    api(bob).post(f"{asked}/vote", {"choices": [0]})
    answer = api(alice).patch(asked, {"content": ""})[1]
    assert (answer["content"], numbers(answer["poll"])) == ("", [1, 0])


def test_votes_at_the_same_moment_are_all_counted_and_each_person_once(transactional_db, eager_tasks):
    alice, voters = member("alice"), [member(f"voter{n}") for n in range(6)]
    post = actions.publish(author=alice, content="x", poll=TEA)

    def vote(n):
        try:
            actions.vote(actor=voters[n % 6], post_id=post.pk, choices=[n % 2])
        except Exception as error:
            return getattr(error, "code", repr(error))
        finally:
            connection.close()
        return "counted"

    with ThreadPoolExecutor(12) as pool:
        told = sorted(pool.map(vote, range(12)))
    assert told == ["conflict"] * 6 + ["counted"] * 6
    poll = Poll.objects.get()
    assert (poll.votes, poll.voters_count) == ([3, 3], 6)


def test_a_page_votes_by_a_plain_form(alice, bob, browser):
    post = publish(bob, "x", poll=TEA)
    html = page(browser, post.get_absolute_url())
    assert html.count(f'name="choices-{post.pk}"') == 2
    assert "0&nbsp;%" not in html
    browser.post(f"/posts/{post.pk}/vote", {"next": "/@bob"})
    assert "Choose one of the options." in page(browser, "/@bob")
    browser.post(f"/posts/{post.pk}/vote", {f"choices-{post.pk}": "1", "next": "/@bob"})
    html = page(browser, "/@bob")
    assert "100&nbsp;%" in html
    assert "(your choice)" in html
    browser.post(f"/posts/{post.pk}/vote", {f"choices-{post.pk}": "0", "next": "/@bob"})
    assert "You have voted in this poll." in page(browser, "/@bob")


def test_htmx_gets_the_poll_as_it_stands(alice, bob, browser):
    post = publish(bob, "x", poll=TEA)
    refused = browser.post(f"/posts/{post.pk}/vote", **HTMX)
    assert refused.status_code == 422
    assert 'role="alert">Choose one' in text_of(refused)
    html = text_of(browser.post(f"/posts/{post.pk}/vote", {f"choices-{post.pk}": "0"}, **HTMX))
    assert f'id="poll-{post.pk}"' in html
    assert "<article" not in html
    assert "100&nbsp;%" in html


def test_a_poll_is_made_by_the_form(alice, browser):
    sent = {"content": "", "visibility": "public", "poll": ["Tea", "", "Coffee", ""], "poll_seconds": "300"}
    browser.post("/posts", sent | {"poll_multiple": "on"})
    poll = Poll.objects.get()
    assert (poll.options, poll.is_multiple) == (["Tea", "Coffee"], True)
    answer = browser.post("/posts", sent | {"poll": ["Tea"]})
    assert answer.status_code == 422
    assert "A poll has 2 to 6 options" in text_of(answer)
    assert 'value="Tea"' in text_of(answer)


def test_visitors_see_the_options_and_where_to_log_in(alice, bob, visitor):
    post = publish(bob, "x", poll=TEA)
    html = page(visitor, post.get_absolute_url())
    assert "Coffee" in html
    assert "log in to vote" in html
    assert f'name="choices-{post.pk}"' not in page(signed_in(bob), post.get_absolute_url())
