"""How many queries each page and list may make: the same for one round of posts and for ten, with everything on them.

All are counted: the session, the person, the page's own and what the frame around it asks.
"""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.actions import show_likes
from accounts.models import User
from feeds.tasks import find_trends
from posts import actions
from posts.models import LinkPreview, Media, Post
from social import actions as social
from social.models import List
from tests.helpers import queries_at_most, run_tasks
from tests.pages import page, publish
from tests.stories import drawn
from tests.timelines import share

pytestmark = pytest.mark.django_db
POLL = {"options": ["Tea", "Coffee"], "seconds": 3600}
PAGES = {
    # The session and the person are two of them; where shares leave a copy too short for a page, PostgreSQL is
    # asked once more.
    "/": 8,
    # The same with the weights and the candidates, and where those end what comes below them.
    "/?ranking=engagement": 10,
    "/public": 9,
    "/explore": 8,
    "/@bob": 11,
    "/@alice": 9,
    "/@bob/comments": 8,
    "/@bob/media": 7,
    "/@bob/likes": 12,
    "/@alice/likes": 10,
    "/@bob/{post}/print": 7,
    # What everybody reads asks for nobody's session.
    "/@bob/rss": 3,
    "/tags/moss/rss": 2,
    "/oembed?url=http://testserver/@bob/{post}": 2,
    "/oembed?url=http://testserver/@bob": 1,
    "/sitemap.xml": 2,
    "/sitemap-people-0.xml": 1,
    "/sitemap-posts-720-35.xml": 1,
    "/sitemap-tags.xml": 1,
    "/tags/moss": 8,
    "/search": 2,
    "/search?q=moss": 6,
    "/search?q=%23moss+from:bob": 6,
    "/search?q=nothing": 3,
    "/search?q=person&type=users": 4,
    "/search?q=mo&type=hashtags": 3,
    "/bookmarks": 7,
    "/lists": 3,
    "/lists/{list}": 8,
    "/lists/{list}/members": 5,
    "/drafts": 4,
    "/suggestions": 4,
    "/follow-requests": 4,
    "/@bob/followers": 8,
    "/settings/blocks": 4,
    "/settings/devices": 4,
    "/settings/security": 6,
    "/settings/tokens": 4,
    "/settings/apps": 3,
    "/settings/ranking/experiments": 4,
    "/@bob/{post}": 12,
    "/@bob/{post}/likes": 5,
    "/@bob/{post}/shares": 5,
    "/@bob/{post}/quotes": 7,
    "/@bob/{post}/history": 6,
    "/feed/stories": 6,
    "/stories": 6,
    "/stories/bob": 8,
    "/stories/alice": 8,
    "/settings/ranking": 6,
    "/settings/ranking/preview?recency=5": 5,
    "/posts/{post}/why": 10,
    "/why-not?url={post}": 4,
}
LISTS = {
    # The token is one of them.
    "/timeline": 3 + 1,
    "/timeline?explain=1": 3 + 2,
    # The token, the weights, the candidates, the frozen page; polls.
    "/timeline?ranking=engagement": 5,
    "/timeline?ranking=engagement&explain=1": 6,
    "/timeline/public": 7,
    "/timeline/hashtag/moss": 7,
    "/search?q=moss": 6,
    "/search?q=hm+-zebra": 6,
    "/search?q=person&type=users": 3,
    "/search?q=mo&type=hashtags": 2,
    "/search/suggest?q=pe": 3,
    "/lists/{list}/timeline": 4,
    "/lists": 2,
    "/lists/{list}/members": 4,
    "/bookmarks": 7,
    "/drafts": 3,
    "/suggestions": 3,
    "/push/subscriptions": 2,
    "/trends/hashtags": 2,
    "/trends/posts": 6,
    "/users/{bob}/posts": 10,
    "/users/{bob}/comments": 7,
    "/users/{bob}/media": 8,
    "/users/{bob}/likes": 11,
    "/users/{bob}/pinned": 7,
    "/users/{bob}/followers": 7,
    "/posts/{post}": 6,
    "/posts/{post}/comments": 5,
    "/posts/{post}/likes": 4,
    "/posts/{post}/shares": 4,
    "/posts/{post}/quotes": 6,
    "/posts/{post}/history": 3,
    "/stories": 3,
    "/users/{bob}/stories": 4,
    "/experiments": 2,
}


@pytest.fixture
def town(alice: User, bob: User, carol: User, dave: User) -> dict[str, int]:
    """alice reads bob and carol, who are on her list; dave is read by carol only."""
    for author in (bob, carol):
        social.follow(follower=alice, author=author)
    social.follow(follower=carol, author=dave)
    kept = social.make_list(owner=alice, name="Harbour")
    for author in (bob, carol):
        social.add_to_list(owner=alice, list_id=kept.pk, person=author)
    LinkPreview.objects.create(url="https://example.org/", url_digest=bytes(32), title="Elsewhere")
    post = publish(bob, "The one #moss", poll=POLL, media_ids=pictured(bob)).pk
    actions.pin(actor=bob, post_id=post)
    show_likes(bob, True)
    return {"list": kept.pk, "post": post, "bob": bob.pk}


def pictured(author: User) -> list[int]:
    files = {size: [f"{size}-0.webp", 10, 10, 99] for size in ("full", "preview")}
    facts = {"folder": "0" * 32, "files": files, "width": 10, "height": 10, "digest": bytes(32)}
    return [Media.objects.create(owner=author, kind="image", **facts).pk]


def fill(town: dict[str, int], first: int, last: int) -> None:
    """Each round: a post with a poll, a quote with a picture, a link that is shared, a comment, marks and people."""
    alice, bob, carol = (User.objects.get(username=name) for name in ("alice", "bob", "carol"))
    preview = LinkPreview.objects.get()
    for n in range(first, last):
        polled = publish(bob, f"poll {n} #moss", poll=POLL)
        quote = publish(carol, f"quote {n} #moss", quote_of=town["post"], media_ids=pictured(carol))
        linked = publish(bob, f"linked {n} #moss", media_ids=pictured(bob))
        own = publish(alice, f"mine {n} #moss", quote_of=quote.pk, poll=POLL, media_ids=pictured(alice))
        Post.objects.filter(pk__in=[linked.pk, polled.pk, own.pk]).update(preview=preview)
        share(carol, linked)
        share(bob, own)
        actions.bookmark(actor=alice, post_id=quote.pk)
        actions.bookmark(actor=alice, post_id=polled.pk)
        answer = actions.comment(author=carol, post_id=town["post"], content="hm", media_ids=pictured(carol))
        actions.comment(author=alice, post_id=answer.pk, content="hm hm")
        actions.comment(author=bob, post_id=answer.pk, content="so", media_ids=pictured(bob))
        for liked, person in itertools.product((quote, own, polled, linked, answer), (alice, bob)):
            actions.like(actor=person, post_id=liked.pk)
        actions.edit(actor=bob, post_id=town["post"], content=f"The one {n} #moss")
        actions.save_draft(author=alice, content=f"draft {n}", poll=POLL, media_ids=pictured(alice))
        for owner in (alice, bob, carol):
            drawn(owner)
        meet(alice, bob, town["post"], n)
    run_tasks()
    find_trends()


def meet(alice: User, bob: User, post_id: int, n: int) -> None:
    """Somebody new who likes, shares and quotes the post, follows bob, and whom alice mutes."""
    person = User.objects.create(username=f"person_{n}", email=f"{n}@example.org")
    actions.like(actor=person, post_id=post_id)
    actions.share(actor=person, post_id=post_id)
    social.follow(follower=person, author=bob)
    social.mute(muter=alice, muted=person)
    List.objects.create(owner=alice, name=f"list {n}")


@pytest.mark.parametrize("is_private", [False, True])
def test_every_page_keeps_its_budget_however_much_is_on_it(
    browser: Client, alice: User, town: dict[str, int], is_private: bool
) -> None:
    budgets = {url.format(**town): most + is_private for url, most in PAGES.items()}
    for rounds in (range(1), range(1, 11)):
        fill(town, rounds.start, rounds.stop)
        over = [told for url, most in budgets.items() if (told := beyond(lambda url=url: browser.get(url), url, most))]
        assert not over, "\n".join(over)
        User.objects.filter(pk=alice.pk).update(is_private=False)


def test_every_list_of_the_api_keeps_its_budget(alice: User, api, town: dict[str, int]) -> None:
    app = api(alice)
    budgets = {path.format(**town): most for path, most in LISTS.items()}
    for rounds in (range(1), range(1, 11)):
        fill(town, rounds.start, rounds.stop)
        over = [told for path, most in budgets.items() if (told := beyond(lambda path=path: app.get(path), path, most))]
        assert not over, "\n".join(over)


SHAPES = {
    # How many comments, and which of the posts so far the n-th one answers.
    "wide": (3000, lambda n: 0),
    "deep": (200, lambda n: n),
    "mixed": (3000, lambda n: n // 20),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_thread_keeps_its_budget_whatever_its_size(browser: Client, bob: User, carol: User, shape: str) -> None:
    size, answered = SHAPES[shape]
    posts = [publish(bob, "Hello", poll=POLL, media_ids=pictured(bob))]
    said = {"author": carol, "content": "hm", "content_html": "<p>hm</p>", "root": posts[0]}
    for n in range(size):
        posts.append(Post(pk=posts[0].pk + 1 + n, in_reply_to_id=posts[answered(n)].pk, **said))
    Post.objects.bulk_create(posts[1:])
    actions.comment(author=bob, post_id=posts[-1].pk, content="the last", media_ids=pictured(bob))
    for post in (posts[0], posts[size // 2], posts[-1]):
        with queries_at_most(9):
            html = page(browser, post.get_absolute_url())
        assert 2 <= html.count("<article") <= 1 + 4 + 20 * 7


def beyond(look: Callable[[], Any], name: str, most: int) -> str:
    """What is wrong, for all at once; the first look fills what is kept for the next."""
    look()
    try:
        with queries_at_most(most):
            answer = look()
    except AssertionError as error:
        return f"{name}: {error}"
    status = answer[0] if isinstance(answer, tuple) else answer.status_code
    return "" if status == 200 else f"{name}: {status}"
