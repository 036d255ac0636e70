"""A post's page: what it answers, and what was answered to it, however deep and long."""

import re

import pytest
from django.test import Client

from accounts.models import User
from posts import actions, threads
from posts.models import Post
from social import actions as social
from tests.helpers import queries_at_most
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db


def answer(author: User, to: Post, content: str) -> Post:
    return actions.comment(author=author, post_id=to.pk, content=content)


def ladder(author: User, start: Post, steps: int) -> list[Post]:
    """Each answers the one before."""
    posts = [start]
    for step in range(steps):
        posts.append(answer(author, posts[-1], f"step {step + 1}."))
    return posts


def shown(html: str) -> list[str]:
    """The ids of the cards, in order."""
    return re.findall(r'<article[^>]*data-post-id="(\d+)"', html)


def ids(*posts: Post) -> list[str]:
    return [str(post.pk) for post in posts]


def test_replies_stand_under_what_they_answer(browser: Client, alice: User, bob: User) -> None:
    post = publish(bob, "Hello")
    first, second = answer(alice, post, "One."), answer(bob, post, "Two.")
    deeper = answer(bob, first, "One, one.")
    deepest = answer(alice, deeper, "One, one, one.")
    html = page(browser, post.get_absolute_url())
    assert shown(html) == ids(post, first, deeper, deepest, second)
    before = [html[: match.start()] for match in re.finditer("<article", html)]
    depths = [above.count("<ol") - above.count("</ol>") for above in before]
    assert depths == [0, 1, 2, 3, 1]


def test_a_deep_thread_goes_on_at_the_page_of_a_reply(browser: Client, alice: User) -> None:
    """Every reply of forty is reached by links, without JavaScript."""
    posts = ladder(alice, publish(alice, "Hello"), 40)
    deepest = 1 + len(threads.REPLIES_SHOWN)
    seen, url = [], posts[0].get_absolute_url()
    for _ in range(40):
        html = page(browser, url)
        seen += [pk for pk in shown(html) if pk not in seen]
        on = re.search(r'<a class="reply-more-link" href="([^"]+)">Go on', html)
        if not on:
            break
        url = on.group(1)
    assert seen == ids(*posts)
    assert shown(page(browser, posts[0].get_absolute_url())) == ids(*posts[: deepest + 1])


def test_a_comment_s_page_shows_what_it_answers_and_what_came_before_on_asking(browser: Client, alice: User) -> None:
    posts = ladder(alice, publish(alice, "Hello"), 12)
    html = page(browser, posts[10].get_absolute_url())
    above = threads.ANCESTORS_SHOWN
    assert shown(html)[: above + 1] == ids(*posts[10 - above : 11])
    found = re.search(r'hx-get="(/posts/\d+/earlier)"', html)
    assert found
    assert browser.get(found.group(1))["Location"] == posts[10 - above].get_absolute_url()
    earlier = text_of(browser.get(found.group(1), **HTMX))
    assert shown(earlier) == ids(*posts[10 - 2 * above : 10 - above])
    first = text_of(browser.get(re.search(r'hx-get="([^"]+)"', earlier).group(1), **HTMX))  # type: ignore[union-attr]
    assert shown(first) == ids(*posts[: 10 - 2 * above])
    assert "/earlier" not in first


def test_more_replies_are_fetched_in_place_each_once_and_in_order(browser: Client, alice: User, bob: User) -> None:
    post = publish(alice, "Hello")
    first = answer(alice, post, "First.")
    replies = [answer(bob, first, f"Reply {n}.") for n in range(27)]
    grandchild = answer(alice, replies[25], "Deeper.")
    html = page(browser, post.get_absolute_url())
    seen = shown(html)[2:]
    while more := re.search(r'<a class="reply-more-link" href="([^"]+)" hx-get="([^"]+)"', html):
        assert more.group(1) == first.get_absolute_url()
        response = browser.get(more.group(2).replace("&amp;", "&"), **HTMX)
        html = text_of(response)
        assert "<html" not in html
        seen += shown(html)
    assert seen == [*ids(*replies[:26]), str(grandchild.pk), str(replies[26].pk)]


def test_without_javascript_more_replies_are_on_the_reply_s_own_page(browser: Client, alice: User) -> None:
    first = answer(alice, publish(alice, "Hello"), "First.")
    replies = [answer(alice, first, f"Reply {n}.") for n in range(25)]
    one = page(browser, first.get_absolute_url())
    two = page(browser, first.get_absolute_url() + next_link(one))
    assert shown(one)[2:] + [pk for pk in shown(two) if pk not in shown(one)] == ids(*replies)


def test_what_may_not_be_seen_is_left_out_with_what_hangs_on_it(alice: User, bob: User, carol: User) -> None:
    post = publish(alice, "Hello")
    hidden, seen, gone = answer(bob, post, "By bob."), answer(carol, post, "By carol."), answer(carol, post, "Gone.")
    under_hidden, under_gone = answer(alice, hidden, "To bob."), answer(alice, gone, "To what is gone.")
    social.block(blocker=carol, blocked=bob)
    actions.delete(actor=carol, post_id=gone.pk)
    for_carol = page(signed_in(carol), post.get_absolute_url())
    assert shown(for_carol) == ids(post, seen)
    assert shown(page(signed_in(alice), post.get_absolute_url())) == ids(post, hidden, under_hidden, seen)
    assert shown(page(signed_in(carol), under_hidden.get_absolute_url())) == ids(post, under_hidden)
    assert shown(page(signed_in(alice), under_gone.get_absolute_url())) == ids(post, under_gone)


def test_a_reply_s_form_opens_in_place_and_its_comment_stands_under_it(browser: Client, alice: User, bob: User) -> None:
    post = publish(bob, "Hello")
    reply = answer(bob, post, "First.")
    form = text_of(browser.get(f"/posts/{reply.pk}/comments", **HTMX))
    assert f'id="comment-form-{reply.pk}"' in form
    assert "Your reply to bob" in form
    assert browser.get(f"/posts/{reply.pk}/comments")["Location"] == reply.get_absolute_url()
    sent = {"content": "So it is.", "inline": "1"}
    html = text_of(browser.post(f"/posts/{reply.pk}/comments", sent, **HTMX))
    assert f'hx-swap-oob="beforeend:#replies-{reply.pk}"' in html
    assert "So it is." in html
    assert "<form" not in html
    refused = browser.post(f"/posts/{reply.pk}/comments", {"content": " ", "inline": "1"}, **HTMX)
    assert refused.status_code == 422
    assert f'id="comment-error-{reply.pk}" role="alert">Write something first.' in text_of(refused)


@pytest.mark.parametrize("size", ["small", "wide", "deep"])
def test_a_thread_needs_few_queries_whatever_its_size(
    browser: Client, alice: User, bob: User, carol: User, size: str
) -> None:
    quoted = publish(bob, "Said before.")
    start = publish(bob, "Hello", quote_of=quoted.pk, poll={"options": ["yes", "no"], "seconds": 3600})
    posts = ladder(carol, start, {"small": 2, "wide": 2, "deep": 60}[size])
    if size == "wide":
        for n in range(30):
            first = answer(alice, start, f"{n}")
            for m in range(6):
                answer(bob, first, f"{n} {m}")
    for post in (start, posts[len(posts) // 2]):
        with queries_at_most(15):
            page(browser, post.get_absolute_url())


def test_a_thread_s_page_is_bounded(browser: Client, alice: User) -> None:
    post = publish(alice, "Hello")
    for n in range(22):
        first = answer(alice, post, f"{n}.")
        for m in range(5):
            answer(alice, answer(alice, first, f"{n} {m}."), "yes.")
    for asked in ("", "?limit=100"):
        html = page(browser, post.get_absolute_url() + asked)
        assert len(shown(html)) == 1 + 20 * (1 + 3 + 3)
        assert html.count("More replies") == 20


def test_asking_for_a_place_deeper_than_any_is_no_error_and_for_none_is_one(browser: Client, alice: User) -> None:
    post = publish(alice, "Hello")
    answer(alice, post, "One.")
    for query, status in (("?level=99", 200), ("?level=x", 400), ("?level=-1", 400), ("?level=", 400)):
        assert browser.get(post.get_absolute_url() + query, **HTMX).status_code == status
    assert browser.get(post.get_absolute_url() + "?cursor=x", **HTMX).status_code == 400
    page(browser, f"/@alice/{answer(alice, post, 'Two.').pk}")
    assert browser.get(f"/@bob_or_not/{post.pk}")["Location"] == post.get_absolute_url()
