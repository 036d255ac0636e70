"""Every page and every form, as a browser without JavaScript and as htmx sees them."""

import re
import threading
from collections import Counter
from io import BytesIO
from typing import Any

import html5lib
import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import reverse
from oauth2_provider.models import AccessToken
from PIL import Image

from accounts import actions as account_actions
from accounts.models import User
from feedsite.urls import urlpatterns
from posts import actions as post_actions
from posts.models import Post
from social import actions as social_actions
from social.models import Block, Follow, Mute
from tests.helpers import PASSWORD, queries_at_most, run_tasks

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def text_of(response: Any) -> str:
    return response.content.decode()


def page(client: Client, url: str, status: int = 200) -> str:
    """The page's HTML, which must be valid, have one main heading and no id twice."""
    response = client.get(url)
    assert response.status_code == status, f"{url}: {response.status_code}"
    html = text_of(response)
    html5lib.HTMLParser(strict=True).parse(html)
    ids = Counter(re.findall(r'\sid="([^"]*)"', html))
    assert not [name for name, times in ids.items() if times > 1]
    assert html.count("<h1") == 1
    assert "<title></title>" not in html
    assert not re.search(r'\s(style|on\w+)="', html), "the content security policy allows nothing inline"
    return html


def publish(author: User, content: str, **more: Any) -> Post:
    return post_actions.publish(author=author, content=content, **more)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def visitor() -> Client:
    return Client()


# --- Every page answers -------------------------------------------------------------------------


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
    if pattern.name and not pattern.name.startswith("account_")  # allauth's know their methods themselves
]


@pytest.mark.parametrize("pattern", OWN_PAGES, ids=lambda pattern: pattern.name)
def test_pages_refuse_methods_they_do_not_know(browser: Client, pattern: Any) -> None:
    words = {"username": "alice", "tag": "moss", "post_id": 1, "entry_id": 1, "token_id": 1}
    url = reverse(pattern.name, kwargs={name: words[name] for name in pattern.pattern.converters})
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


# --- Accounts -----------------------------------------------------------------------------------


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


def picture(size: tuple[int, int] = (30, 20)) -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", size, "green").save(out, "PNG")
    return SimpleUploadedFile("me.png", out.getvalue(), "image/png")


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


# --- Posting ------------------------------------------------------------------------------------


def test_a_post_is_published_by_a_plain_form(browser: Client) -> None:
    assert browser.post("/posts", {"content": "Hello moss", "visibility": "followers", "next": "/"}).status_code == 302
    html = page(browser, "/")
    assert "Hello moss" in html
    assert "Only followers" in html
    assert "Your post is published." in html


def test_a_refused_post_keeps_its_text_and_audience(browser: Client) -> None:
    for more in [{}, HTMX]:
        response = browser.post("/posts", {"content": "too long " * 40, "visibility": "followers"}, **more)
        assert response.status_code == 422
        html = text_of(response)
        assert "too long too long" in html
        assert "79 too long" in html
        assert '<option value="followers" selected>' in html
    assert Post.objects.count() == 0


@pytest.mark.parametrize("more", [{}, HTMX], ids=["page", "htmx"])
def test_a_post_that_cannot_be_read_is_not_published(browser: Client, more: dict[str, str]) -> None:
    for sent, field in [
        ({"content": "\0", "visibility": "public"}, "composer"),
        ({"content": "Kept", "visibility": "pub\0lic"}, "composer-visibility"),
        ({"content": "Kept", "visibility": "nobody"}, "composer-visibility"),
        ({"content": "Kept", "visibility": ""}, "composer-visibility"),
        ({"content": "Kept"}, "composer-visibility"),
    ]:
        response = browser.post("/posts", sent, **more)
        assert response.status_code == 422
        html = text_of(response)
        assert re.search(rf'id="{field}-error" role="alert">\w', html)
        assert html.count('aria-invalid="true"') == 1
        assert ("Kept</textarea>" in html) == (sent["content"] == "Kept")
    assert Post.objects.count() == 0


@pytest.mark.parametrize("more", [{}, HTMX], ids=["page", "htmx"])
def test_a_comment_that_cannot_be_read_is_not_published(browser: Client, bob: User, more: dict[str, str]) -> None:
    post = publish(bob, "Hello")
    response = browser.post(f"/posts/{post.pk}/comments", {"content": "\0"}, **more)
    assert response.status_code == 422
    assert re.search(r'id="comment-error" role="alert">\w', text_of(response))
    hidden = publish(bob, "Hidden", visibility="private")
    assert browser.post(f"/posts/{hidden.pk}/comments", {"content": "\0"}, **more).status_code == 404
    assert Post.objects.filter(in_reply_to__isnull=False).count() == 0


@pytest.mark.parametrize("content", ["\u2800", "\u3164\u115f\u1160\uffa0", "\u200b\u200f", "\u2066\u2069"])
def test_a_post_that_shows_nothing_is_not_published(browser: Client, content: str) -> None:
    response = browser.post("/posts", {"content": content, "visibility": "public"})
    assert response.status_code == 422
    assert "Write something first." in text_of(response)


def test_htmx_gets_the_new_card_and_an_empty_form(browser: Client) -> None:
    response = browser.post("/posts", {"content": "Hello moss", "visibility": "public"}, **HTMX)
    html = text_of(response)
    assert "<html" not in html
    assert 'hx-swap-oob="afterbegin:#post-list"' in html
    assert "Hello moss" in html
    assert "</textarea>" in html
    assert "autofocus" in html


def test_what_people_write_is_only_text(browser: Client, alice: User) -> None:
    evil = '<script>alert(1)</script> "><img src=x onerror=alert(1)>'
    browser.post("/settings/profile", {"display_name": "<b>A</b>", "bio": evil})
    post = publish(User.objects.get(pk=alice.pk), evil)
    for url in ["/", "/@alice", "/public", post.get_absolute_url()]:
        html = page(browser, url)
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>A" not in html


def test_a_comment_stands_under_its_post(browser: Client, bob: User) -> None:
    post = publish(bob, "Hello")
    response = browser.post(f"/posts/{post.pk}/comments", {"content": "Hello yourself"})
    assert response["Location"] == post.get_absolute_url()
    assert "Hello yourself" in page(browser, post.get_absolute_url())
    comment = Post.objects.get(in_reply_to=post)
    assert f'href="{post.get_absolute_url()}"' in page(browser, comment.get_absolute_url())


def test_an_empty_comment_is_told_so(browser: Client, bob: User) -> None:
    post = publish(bob, "Hello")
    for more in [{}, HTMX]:
        response = browser.post(f"/posts/{post.pk}/comments", {"content": " "}, **more)
        assert response.status_code == 422
        assert "Write something first." in text_of(response)


def test_htmx_gets_the_new_comment_and_the_count(browser: Client, bob: User) -> None:
    post = publish(bob, "Hello")
    html = text_of(browser.post(f"/posts/{post.pk}/comments", {"content": "Hello yourself"}, **HTMX))
    assert "Hello yourself" in html
    assert re.search(rf'id="comments-count-{post.pk}"[^>]*hx-swap-oob="true">1<', html)


def test_comments_are_paged_oldest_first(browser: Client, alice: User) -> None:
    post = publish(alice, "Hello")
    for number in range(25):
        post_actions.comment(author=alice, post_id=post.pk, content=f"Comment {number}.")
    first = page(browser, post.get_absolute_url())
    assert "Comment 0." in first
    assert "Comment 20." not in first
    second = page(browser, post.get_absolute_url() + next_link(first))
    assert "Comment 24." in second


def test_a_like_counts_once_and_can_be_taken_back(browser: Client, bob: User) -> None:
    post = publish(bob, "Hello")
    for _ in range(2):
        assert browser.post(f"/posts/{post.pk}/like", {"next": "/@bob"})["Location"] == "/@bob"
    assert 'aria-pressed="true"' in page(browser, post.get_absolute_url())
    html = text_of(browser.post(f"/posts/{post.pk}/unlike", **HTMX))
    assert 'aria-pressed="false"' in html
    assert "<article" not in html
    post.refresh_from_db()
    assert post.likes_count == 0


def test_one_deletes_only_ones_own_posts(browser: Client, alice: User, bob: User) -> None:
    mine, theirs = publish(alice, "Mine"), publish(bob, "Theirs")
    page(browser, f"/posts/{mine.pk}/delete")
    page(browser, f"/posts/{theirs.pk}/delete", 403)
    assert browser.post(f"/posts/{theirs.pk}/delete").status_code == 403
    assert browser.post(f"/posts/{mine.pk}/delete", {"next": "/@alice"})["Location"] == "/@alice"
    page(browser, mine.get_absolute_url(), 404)
    page(browser, theirs.get_absolute_url())


def test_what_one_may_not_see_cannot_be_liked_or_answered(browser: Client, bob: User) -> None:
    post = publish(bob, "Hidden", visibility="followers")
    page(browser, post.get_absolute_url(), 404)
    for doing in ["like", "unlike", "comments", "delete"]:
        assert browser.post(f"/posts/{post.pk}/{doing}", {"content": "Hello"}).status_code == 404


# --- People -------------------------------------------------------------------------------------


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


# --- Lists --------------------------------------------------------------------------------------


def next_link(html: str) -> str:
    found = re.search(r'rel="next" href="([^"]*)"', html)
    return found.group(1) if found else ""


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


@pytest.mark.parametrize(("url", "most"), [("/public", 5), ("/@bob", 9), ("/tags/moss", 4)])
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


def test_one_card_can_be_fetched_by_those_who_may_see_it(browser: Client, bob: User) -> None:
    seen, hidden = publish(bob, "Hello"), publish(bob, "Hidden", visibility="private")
    html = text_of(browser.get(f"/posts/{seen.pk}/card"))
    assert html.count("<article") == 1
    assert browser.get(f"/posts/{hidden.pk}/card").status_code == 404


def test_newcomers_are_shown_whom_to_follow(alice: User, bob: User, carol: User, dave: User) -> None:
    for author in (bob, dave):
        publish(author, "Hello")
    social_actions.follow(follower=carol, author=bob)
    social_actions.block(blocker=dave, blocked=alice)
    html = page(signed_in(alice), "/")
    assert "Follow bob" in html
    assert "@dave" not in html  # blocks alice
    assert "@carol" not in html  # has not written anything


def test_pages_say_what_they_are(visitor: Client, alice: User) -> None:
    post = publish(alice, "Hello moss")
    html = page(visitor, post.get_absolute_url())
    assert "<title>alice on Feedsite: Hello moss</title>" in html
    assert f'<link rel="canonical" href="http://testserver{post.get_absolute_url()}">' in html
    assert '<meta name="description" content="Hello moss">' in html
    assert reverse("profile", args=["alice"]) == "/@alice"
