"""Sharing, quoting and keeping as a browser without JavaScript and as htmx see them."""

import re

import pytest
from django.test import Client

from accounts.models import User
from posts import actions
from posts.models import LinkPreview, Media, Post
from social import actions as social
from tests.helpers import queries_at_most, run_tasks
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of
from tests.timelines import share

pytestmark = pytest.mark.django_db
MARKS = [("like", "unlike", "like"), ("share", "unshare", "share-do"), ("bookmark", "unbookmark", "bookmark")]


@pytest.mark.parametrize(("do", "undo", "button"), MARKS)
def test_each_mark_is_a_form_that_takes_itself_back(
    browser: Client, bob: User, do: str, undo: str, button: str
) -> None:
    post = publish(bob, "Hello")
    for doing, offered in ((do, undo), (undo, do)):
        assert browser.post(f"/posts/{post.pk}/{doing}", {"next": "/@bob"})["Location"] == "/@bob"
        for html in (
            page(browser, post.get_absolute_url()),
            text_of(browser.post(f"/posts/{post.pk}/{doing}", **HTMX)),
        ):
            assert re.search(rf'id="{button}-{post.pk}" form="action-form" formaction="/posts/\d+/{offered}"', html)
    assert (Post.objects.get(pk=post.pk).shares_count, Post.objects.get(pk=post.pk).likes_count) == (0, 0)


def test_a_follower_sees_who_shared_it(alice: User, bob: User, carol: User) -> None:
    social.follow(follower=carol, author=bob)
    post = publish(alice, "Hello moss")
    share(bob, post)
    run_tasks()
    for url in ("/", "/@bob"):
        html = page(signed_in(carol), url)
        assert re.search(r'Shared by <a[^>]*href="/@bob">bob</a>', html)
        assert f'id="post-{post.pk}"' in html
    actions.unshare(actor=bob, post_id=post.pk)
    assert "Hello moss" not in page(signed_in(carol), "/")


def test_a_share_s_address_leads_to_the_original(browser: Client, alice: User, bob: User) -> None:
    post = publish(alice, "Hello moss")
    share(bob, post)
    made = Post._base_manager.get(share_of=post)
    assert browser.get(made.get_absolute_url())["Location"] == post.get_absolute_url()
    for list_name in ("likes", "shares", "quotes"):
        assert browser.get(f"/@bob/{made.pk}/{list_name}")["Location"] == f"{post.get_absolute_url()}/{list_name}"


def test_what_is_not_public_offers_no_sharing(browser: Client, alice: User, bob: User) -> None:
    social.follow(follower=alice, author=bob)
    quiet = publish(bob, "Hush", visibility="followers")
    html = page(browser, quiet.get_absolute_url())
    assert "Only public posts can be shared" in html
    assert f"/posts/{quiet.pk}/share" not in html
    assert browser.post(f"/posts/{quiet.pk}/share").status_code == 403
    comment = actions.comment(author=bob, post_id=publish(bob, "Hello").pk, content="A comment.")
    html = page(browser, comment.get_absolute_url())
    assert f"/compose?quote={comment.pk}" in html
    assert f"/posts/{comment.pk}/share" not in html


def test_a_post_is_quoted_by_a_plain_form(browser: Client, alice: User, bob: User) -> None:
    post = publish(bob, "First said")
    html = page(browser, f"/compose?quote={post.pk}")
    assert "First said" in html
    assert f'name="quote_of" value="{post.pk}"' in html
    refused = browser.post("/posts", {"content": " ", "visibility": "public", "quote_of": post.pk})
    assert refused.status_code == 422
    assert "First said" in text_of(refused)
    sent = {"content": "How true", "visibility": "public", "quote_of": post.pk}
    assert browser.post("/posts", sent).status_code == 302
    html = page(browser, "/")
    assert re.search(r'(?s)How true.*<blockquote class="quote"[^>]*>.*First said', html)
    html = page(browser, f"{post.get_absolute_url()}/quotes")
    assert "How true" in html


def test_htmx_gets_the_composer_with_the_post_to_be_quoted(browser: Client, bob: User) -> None:
    html = text_of(browser.get(f"/compose?quote={publish(bob, 'First said').pk}", **HTMX))
    assert "<html" not in html
    assert "First said" in html
    assert "data-composer-sent" not in html  # what was being written stays


def test_what_may_not_be_quoted_has_no_composer(browser: Client, visitor: Client, alice: User, bob: User) -> None:
    social.follow(follower=alice, author=bob)
    quiet, hidden = publish(bob, "Hush", visibility="followers"), publish(bob, "Hidden", visibility="private")
    page(browser, f"/compose?quote={quiet.pk}", 403)
    page(browser, f"/compose?quote={hidden.pk}", 404)
    page(browser, "/compose?quote=x", 400)
    page(browser, "/compose")
    assert visitor.get(f"/compose?quote={quiet.pk}").status_code == 302


def test_a_quoted_post_that_is_gone_says_no_more_than_that(alice: User, bob: User, carol: User) -> None:
    post = publish(alice, "First said")
    quote = publish(bob, "How true", quote_of=post.pk)
    again = publish(carol, "Truer still", quote_of=quote.pk)
    html = page(signed_in(carol), again.get_absolute_url())
    assert "How true" in html
    assert "First said" not in html  # one level is shown
    social.block(blocker=alice, blocked=carol)
    for viewer, gone in ((carol, True), (bob, False)):
        html = page(signed_in(viewer), quote.get_absolute_url())
        assert ("The quoted post is not available." in html) is gone
        assert ("First said" in html) is not gone
    actions.delete(actor=alice, post_id=post.pk)
    html = page(signed_in(bob), quote.get_absolute_url())
    assert "The quoted post is not available." in html
    assert "@alice" not in html


def test_a_quoted_post_s_warning_stands_before_it(browser: Client, bob: User) -> None:
    post = publish(bob, "The butler did it", content_warning="Ends of books")
    html = page(browser, publish(bob, "Look", quote_of=post.pk).get_absolute_url())
    assert re.search(r'(?s)<details class="quote-warning"><summary[^>]*>.*Ends of books.*</summary>.*The butler', html)


def test_who_likes_and_who_shared_are_lists_of_people_to_follow(browser: Client, alice: User, bob: User, carol: User):
    post = publish(bob, "Hello")
    assert "No likes yet" in page(browser, f"{post.get_absolute_url()}/likes")
    assert "Not shared yet" in page(browser, f"{post.get_absolute_url()}/shares")
    assert "No quotes yet" in page(browser, f"{post.get_absolute_url()}/quotes")
    actions.like(actor=carol, post_id=post.pk)
    share(carol, post)
    html = page(browser, post.get_absolute_url())
    for which in ("likes", "shares"):
        assert f'href="{post.get_absolute_url()}/{which}"' in html
        assert "Follow carol" in page(browser, f"{post.get_absolute_url()}/{which}")
    hidden = publish(bob, "Hidden", visibility="private")
    page(browser, f"{hidden.get_absolute_url()}/likes", 404)


def test_bookmarks_are_a_page_of_one_s_own(browser: Client, visitor: Client, alice: User, bob: User) -> None:
    assert "Nothing kept yet" in page(browser, "/bookmarks")
    for n in range(25):
        actions.bookmark(actor=alice, post_id=publish(bob, f"Kept {n}.").pk)
    first = page(browser, "/bookmarks")
    assert "Kept 24." in first
    assert "Kept 4." not in first
    assert "Kept 0." in page(browser, "/bookmarks" + next_link(first))
    assert 'href="/bookmarks" aria-current="page"' in first
    assert visitor.get("/bookmarks")["Location"] == "/login?next=%2Fbookmarks"


def test_visitors_see_counts_and_are_asked_to_log_in(visitor: Client, alice: User, bob: User) -> None:
    post = publish(alice, "Hello")
    share(bob, post)
    html = page(visitor, post.get_absolute_url())
    assert '1</span><span class="visually-hidden"> shares; log in to share' in html
    assert 'action-form" formaction="/posts' not in html


def pictured(author: User) -> list[int]:
    files = {size: [f"{size}-0.webp", 10, 10, 99] for size in ("full", "preview")}
    facts = {"folder": "0" * 32, "files": files, "width": 10, "height": 10, "digest": bytes(32)}
    return [Media.objects.create(owner=author, kind="image", **facts).pk]


def test_pages_with_everything_on_them_need_few_queries(browser: Client, alice: User, bob: User, carol: User) -> None:
    """Quotes, pictures, polls, previews and shares on every list: the budget holds for one of each and for many."""
    for author in (bob, carol):
        social.follow(follower=alice, author=author)
    preview = LinkPreview.objects.create(url="https://example.org/", url_digest=bytes(32), title="Elsewhere")

    def fill(rounds: int) -> None:
        for n in range(rounds):
            post = publish(bob, f"{n} #moss", poll={"options": ["yes", "no"], "seconds": 3600})
            quote = publish(carol, f"quote {n} #moss", quote_of=post.pk, media_ids=pictured(carol))
            linked = publish(bob, f"shared {n}", media_ids=pictured(bob))
            Post.objects.filter(pk__in=[linked.pk, post.pk]).update(preview=preview)
            share(carol, linked)
            actions.bookmark(actor=alice, post_id=quote.pk)
        run_tasks()

    # One more each for the session.
    budgets = {"/": 8 + 1, "/bookmarks": 5 + 1, "/@carol": 9 + 1, "/public": 8 + 1}
    for rounds in (1, 12):
        fill(rounds)
        for url, most in budgets.items():
            browser.get(url)
            with queries_at_most(most):
                html = page(browser, url)
        assert "Elsewhere" in html
