"""Posts, comments and likes, as a browser without JavaScript and as htmx see them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from posts import actions as post_actions
from posts.models import Post
from tests.pages import HTMX, next_link, page, publish, text_of

pytestmark = pytest.mark.django_db


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


def test_pages_say_what_they_are(visitor: Client, alice: User) -> None:
    post = publish(alice, "Hello moss")
    html = page(visitor, post.get_absolute_url())
    assert "<title>alice on Feedsite: Hello moss</title>" in html
    assert f'<link rel="canonical" href="http://testserver{post.get_absolute_url()}">' in html
    assert '<meta name="description" content="Hello moss">' in html
    assert reverse("profile", args=["alice"]) == "/@alice"


def test_one_card_can_be_fetched_by_those_who_may_see_it(browser: Client, bob: User) -> None:
    seen, hidden = publish(bob, "Hello"), publish(bob, "Hidden", visibility="private")
    html = text_of(browser.get(f"/posts/{seen.pk}/card"))
    assert html.count("<article") == 1
    assert browser.get(f"/posts/{hidden.pk}/card").status_code == 404
