"""What holds for every page: it answers, refuses, is cached and guarded like the others."""

from typing import Any

import html5lib
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from feedsite.urls import urlpatterns
from posts import actions as post_actions
from social import actions as social_actions
from tests.helpers import PASSWORD
from tests.pages import page, picture, publish, text_of

pytestmark = pytest.mark.django_db


def test_public_pages_answer_for_visitors(visitor: Client, alice: User, bob: User) -> None:
    post = publish(alice, "Hello #moss")
    post_actions.comment(author=bob, post_id=post.pk, content="Hello yourself")
    for url in [
        "/",
        "/login",
        "/signup",
        "/password/reset",
        "/password/reset/done",
        "/password/reset/key/done",
        "/@alice",
        "/@alice/followers",
        "/@alice/following",
        post.get_absolute_url(),
        "/tags/moss",
    ]:
        page(visitor, url)


def test_every_page_answers_for_members(browser: Client, alice: User, bob: User) -> None:
    social_actions.follow(follower=alice, author=bob)
    mine, post = publish(alice, "Mine"), publish(bob, "Hello #moss")
    post_actions.comment(author=alice, post_id=post.pk, content="Hello yourself")
    for url in [
        "/",
        "/public",
        "/@alice",
        "/@bob",
        "/@bob/followers",
        "/@alice/following",
        post.get_absolute_url(),
        mine.get_absolute_url(),
        "/tags/moss",
        "/tags/nothing",
        "/settings/profile",
        "/settings/security",
        "/settings/tokens",
        "/password/change",
        "/logout",
        f"/posts/{mine.pk}/delete",
    ]:
        html = page(browser, url)
        assert 'action="/logout"' in html


@pytest.mark.parametrize("url", ["/public", "/settings/profile", "/settings/security", "/settings/tokens"])
def test_private_pages_send_visitors_to_log_in_and_back(visitor: Client, alice: User, url: str) -> None:
    response = visitor.get(f"{url}?a=b")
    assert response.status_code == 302
    assert response["Location"] == f"/login?next={url.replace('/', '%2F')}%3Fa%3Db"
    response = visitor.post(response["Location"], {"login": "alice", "password": PASSWORD, "next": f"{url}?a=b"})
    assert response["Location"] == f"{url}?a=b"


def test_settings_go_to_the_profile(browser: Client) -> None:
    assert browser.get("/settings/")["Location"] == "/settings/profile"


@pytest.mark.parametrize("url", ["/nothing", "/@nobody", "/@nobody/followers", "/@alice/12345", "/tags/a-b", "/@a%00b"])
def test_what_is_not_there_is_404_with_a_way_home(visitor: Client, alice: User, url: str) -> None:
    assert 'href="/"' in page(visitor, url, 404)


def test_a_name_in_any_case_leads_to_the_lower_case_one(visitor: Client, alice: User) -> None:
    post = publish(alice, "Hello")
    assert visitor.get("/@Alice")["Location"] == "/@alice"
    assert visitor.get("/@ALICE/followers")["Location"] == "/@alice/followers"
    assert visitor.get(f"/@Alice/{post.pk}")["Location"] == post.get_absolute_url()


def test_a_post_under_somebody_elses_name_leads_to_its_author(visitor: Client, alice: User, bob: User) -> None:
    post = publish(alice, "Hello")
    assert visitor.get(f"/@bob/{post.pk}")["Location"] == post.get_absolute_url()


def test_a_wrong_cursor_is_explained(visitor: Client, browser: Client, alice: User) -> None:
    for client, url in [(visitor, "/"), (browser, "/"), (visitor, "/@alice"), (visitor, "/@alice/followers")]:
        assert f'href="{url}"' in page(client, f"{url}?cursor=nonsense", 400)


def test_a_form_from_an_old_page_is_explained(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    response = client.post("/posts", {"content": "Hello"})
    assert response.status_code == 403
    assert "send that again" in text_of(response)


def test_a_foreign_host_name_is_answered_with_a_page(visitor: Client) -> None:
    for url in ["/", "/nothing", "/@alice"]:
        response = visitor.get(url, HTTP_HOST="elsewhere.example")
        assert response.status_code == 400
        assert "That address does not work" in text_of(response)
        assert "elsewhere.example" not in text_of(response)


OWN_PAGES = [
    pattern
    for app in urlpatterns
    if str(app.pattern) == ""
    for pattern in app.url_patterns
    # allauth's and OAuth toolkit's know their methods themselves
    if getattr(pattern, "name", None) and not pattern.name.startswith(("account_", "mfa_", "oauth", "usersessions"))
]


@pytest.mark.parametrize("pattern", OWN_PAGES, ids=lambda pattern: pattern.name)
def test_pages_refuse_methods_they_do_not_know(browser: Client, pattern: Any) -> None:
    words = {"username": "alice", "tag": "moss"}
    url = reverse(pattern.name, kwargs={name: words.get(name, 1) for name in pattern.pattern.converters})
    for method in ["PUT", "PATCH", "DELETE", "OPTIONS"]:
        response = browser.generic(method, url)
        assert response.status_code == 405, f"{method} {url}"
        assert set(response["Allow"].split(", ")) in [{"POST"}, {"GET", "HEAD"}, {"GET", "HEAD", "POST"}]


@pytest.mark.parametrize("url", ["/", "/public", "/@alice", "/@alice/followers", "/tags/moss", "/settings/security"])
def test_pages_without_a_form_of_their_own_refuse_post(browser: Client, url: str) -> None:
    response = browser.post(url)
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD"
    assert browser.head(url).status_code == 200


def test_browsers_and_robots_find_what_they_look_for(visitor: Client) -> None:
    response = visitor.get("/favicon.ico")
    assert response.status_code == 301
    assert visitor.get(response["Location"])["Content-Type"] == "image/svg+xml"
    response = visitor.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    lines = text_of(response).splitlines()
    assert lines[:2] == ["User-agent: *", "Allow: /"]
    assert {f"Disallow: {path}" for path in ("/settings", "/admin", "/api", "/posts")} <= set(lines)


def test_pages_of_members_are_asked_for_again(browser: Client, alice: User) -> None:
    for url in ["/", "/@alice", "/public", "/settings/profile", "/nothing"]:
        response = browser.get(url)
        assert response["Cache-Control"] == "private, no-cache"
        assert "Cookie" in response["Vary"]


def test_public_pages_differ_only_by_the_cookie(visitor: Client, alice: User) -> None:
    for url in ["/", "/@alice", "/nothing"]:
        response = visitor.get(url)
        assert "Cache-Control" not in response
        assert "Cookie" in response["Vary"]


def test_answers_of_the_api_are_kept_for_nobody_else(visitor: Client, alice: User) -> None:
    for url in ["/api/v1/site", "/api/v1/timeline", "/api/v1/users/me", "/api/v1/nothing"]:
        response = visitor.get(url)
        assert response["Cache-Control"] == "private, no-cache"
        assert {"Authorization", "Cookie"} <= set(response["Vary"].split(", "))


def test_pictures_keep_their_own_time(browser: Client, alice: User) -> None:
    browser.post("/settings/profile", {"avatar": picture()})
    alice.refresh_from_db()
    response = browser.get(alice.avatar_url)
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Vary" not in response
    assert "private" not in browser.get("/static/img/favicon.svg")["Cache-Control"]


def test_the_error_page_needs_nothing() -> None:
    from django.template.loader import render_to_string

    html = render_to_string("500.html")
    html5lib.HTMLParser(strict=True).parse(html)
    assert 'href="/"' in html


def test_what_people_write_is_only_text(browser: Client, alice: User) -> None:
    evil = '<script>alert(1)</script> "><img src=x onerror=alert(1)>'
    browser.post("/settings/profile", {"display_name": "<b>A</b>", "bio": evil})
    post = publish(User.objects.get(pk=alice.pk), evil)
    for url in ["/", "/@alice", "/public", post.get_absolute_url()]:
        html = page(browser, url)
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>A" not in html


@pytest.mark.parametrize("url", ["/posts", "/posts/1/like", "/@alice/follow", "/@alice/block"])
def test_addresses_of_buttons_cannot_be_opened(browser: Client, url: str) -> None:
    assert browser.get(url).status_code == 405


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_nobody_is_sent_to_another_site(browser: Client, bob: User, elsewhere: str) -> None:
    assert browser.post("/@bob/follow", {"next": elsewhere})["Location"] == "/@bob"
    assert browser.post("/posts", {"content": "Hello", "visibility": "public", "next": elsewhere})["Location"] == "/"
    browser.post("/logout")
    response = browser.post("/login", {"login": "alice", "password": PASSWORD, "next": elsewhere})
    assert response["Location"] == "/"
