"""Home and the other lists of posts: whole, in order, page by page, in few queries."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from social import actions as social_actions
from tests.helpers import queries_at_most, run_tasks
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db


def walk(client: Client, url: str) -> list[str]:
    """Ids of the cards of all pages, by the link that works without JavaScript."""
    seen: list[str] = []
    link = url
    while link:
        html = page(client, link)
        seen += re.findall(r'<article[^>]*data-post-id="(\d+)"', html)
        found = next_link(html)
        link = url + found if found else ""
    return seen


def test_the_links_visit_every_post_once(browser: Client, visitor: Client, alice: User, bob: User) -> None:
    social_actions.follow(follower=alice, author=bob)
    posts = [publish(author, f"{number} #moss") for number in range(25) for author in (alice, bob)]
    run_tasks()
    newest_first = [str(post.pk) for post in reversed(posts)]
    for client, url in [(browser, "/"), (browser, "/public"), (visitor, "/"), (visitor, "/tags/moss")]:
        assert walk(client, url) == newest_first
    assert walk(visitor, "/@bob") == [str(post.pk) for post in reversed(posts) if post.author_id == bob.pk]


def test_htmx_gets_only_the_next_rows(visitor: Client, alice: User) -> None:
    for number in range(25):
        publish(alice, f"Post {number}")
    response = visitor.get("/" + next_link(page(visitor, "/")), **HTMX)
    html = text_of(response)
    assert "<html" not in html
    assert html.count("<article") == 5
    assert "HX-Request" in response["Vary"]


def test_home_needs_the_same_queries_for_one_post_and_for_thirty(browser: Client, alice: User, bob: User) -> None:
    social_actions.follow(follower=alice, author=bob)
    publish(bob, "First")
    run_tasks()
    browser.get("/")
    with queries_at_most(8 + 1) as few:  # one more for the session
        browser.get("/")
    number_of_queries = len(few)
    for number in range(30):
        publish(bob, f"Post {number}")
    run_tasks()
    browser.get("/")
    with queries_at_most(number_of_queries):
        assert text_of(browser.get("/")).count("<article") == 20


@pytest.mark.parametrize(("url", "most"), [("/public", 5), ("/@bob", 7), ("/tags/moss", 4)])
def test_other_lists_need_few_queries(browser: Client, bob: User, url: str, most: int) -> None:
    for number in range(21):
        publish(bob, f"{number} #moss")
    with queries_at_most(most):
        browser.get(url)


def test_new_posts_are_fetched_exactly_and_newest_first(browser: Client, alice: User, bob: User) -> None:
    social_actions.follow(follower=alice, author=bob)
    old = publish(bob, "Old")
    new = [publish(bob, "New one"), publish(alice, "My own"), publish(bob, "New two")]
    run_tasks()
    html = text_of(browser.get(f"/feed/new?since={old.pk}"))
    assert re.findall(r'data-entry-id="(\d+)"', html) == [str(post.pk) for post in reversed(new)]
    page(browser, "/feed/new?since=x", 400)


def test_too_many_new_posts_ask_for_a_reload(browser: Client, alice: User, monkeypatch: Any) -> None:
    monkeypatch.setattr("feeds.views.MOST_NEW_POSTS", 2)
    for number in range(3):
        publish(alice, str(number))
    assert browser.get("/feed/new?since=0").status_code == 204


def test_newcomers_are_shown_whom_to_follow(alice: User, bob: User, carol: User, dave: User) -> None:
    for author in (bob, dave):
        publish(author, "Hello")
    social_actions.follow(follower=carol, author=bob)
    social_actions.block(blocker=dave, blocked=alice)
    html = page(signed_in(alice), "/")
    assert "Follow bob" in html
    assert "@dave" not in html  # blocks alice
    assert "@carol" not in html  # has not written anything
