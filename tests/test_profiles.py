"""Profiles, a tab at a time: what stands there, for whom, and the post pinned above it."""

import base64
import re
import struct

import pytest
from django.test import Client

from accounts import actions as account_actions
from accounts.models import User
from posts import actions, profiles
from posts.models import Like, Media
from social import actions as social
from tests.helpers import run_tasks
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db


def picture_of(owner: User) -> int:
    """An upload whose files nobody asks for."""
    files = {size: [f"{size}-0.webp", 10, 10, 99] for size in ("full", "preview")}
    facts = {"folder": "0" * 32, "files": files, "width": 10, "height": 10, "digest": bytes(32)}
    return Media.objects.create(owner=owner, kind="image", **facts).pk


def posts_on(html: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-post-id="(\d+)"', html)]


def shown_on(html: str) -> list[int]:
    """The posts of cards, or of tiles where the page has a grid."""
    return posts_on(html) or [int(pk) for pk in re.findall(r'data-post-url="/@\w+/(\d+)', html)]


def api_ids(api, viewer: User | None, path: str) -> list[int]:
    status, answer = api(viewer).get(path)
    assert status == 200, answer
    return [int(post["post_id"]) for post in answer["posts"]]


# --- Tabs -----------------------------------------------------------------------------------------


def test_each_tab_holds_its_own_kind_newest_first(browser: Client, bob: User, carol: User, api) -> None:
    account_actions.show_likes(bob, True)
    pictured = publish(bob, "A picture", media_ids=[picture_of(bob)])
    plain = publish(bob, "Plain words")
    hers = publish(carol, "Hers")
    answer = actions.comment(author=bob, post_id=hers.pk, content="Mine", media_ids=[picture_of(bob)])
    for liked in (pictured, hers):
        actions.like(actor=bob, post_id=liked.pk)
    wanted = {
        "": [plain.pk, pictured.pk],
        "/comments": [answer.pk],
        "/likes": [hers.pk, pictured.pk],
    }
    for tab, ids in wanted.items():
        html = page(browser, f"/@bob{tab}")
        assert posts_on(html) == ids
        assert html.count('aria-current="page">') == 1
        assert f'href="/@bob{tab}" aria-current="page"' in html
        assert api_ids(api, bob, f"/users/{bob.pk}{tab or '/posts'}") == ids
    html = page(browser, "/@bob/media")
    assert re.findall(r'data-post-url="([^"]*)"', html) == [answer.get_absolute_url(), pictured.get_absolute_url()]
    assert api_ids(api, None, f"/users/{bob.pk}/media") == [answer.pk, pictured.pk]


def test_a_comment_away_from_its_thread_says_what_it_answers(browser: Client, alice: User, bob: User) -> None:
    post = publish(bob, "Hello")
    comment = actions.comment(author=alice, post_id=post.pk, content="Hi")
    actions.bookmark(actor=alice, post_id=comment.pk)
    said = f'Answering <a class="post-reason-link" href="{post.get_absolute_url()}">@bob</a>'
    assert said in page(browser, "/@alice/comments")
    assert said in page(browser, "/bookmarks")
    assert "Answering" not in page(browser, post.get_absolute_url())


@pytest.mark.parametrize("tab", ["", "/comments", "/media", "/likes"])
def test_every_tab_is_paged_to_its_end(browser: Client, alice: User, bob: User, tab: str) -> None:
    account_actions.show_likes(bob, True)
    first = publish(bob, "The first")
    made = [
        actions.comment(author=bob, post_id=first.pk, content=f"{n}", media_ids=[picture_of(bob)])
        if tab
        else publish(bob, f"{n}")
        for n in range(5)
    ]
    for post in made:
        actions.like(actor=bob, post_id=post.pk)
    wanted = [post.pk for post in reversed(made)] + ([] if tab else [first.pk])
    seen, query = [], "?limit=2"
    while query:
        html = text_of(browser.get(f"/@bob{tab}{query}", **({} if query == "?limit=2" else HTMX)))
        seen += (
            [int(pk) for pk in re.findall(r"data-post-url=\"/@bob/(\d+)", html)] if tab == "/media" else posts_on(html)
        )
        query = f"{more}&limit=2" if (more := next_link(html)) else ""
    assert seen == wanted


def test_a_page_looks_through_so_many_and_its_cursor_leads_behind_them(
    api, alice: User, bob: User, carol: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one may not see lies between what one may: pages are short, none is empty for ever, nothing is left out."""
    monkeypatch.setattr(profiles, "LOOKED_THROUGH", 5)
    account_actions.show_likes(bob, True)
    seen_at_last = publish(carol, "For all", media_ids=[picture_of(carol)])
    hidden = [publish(carol, f"{n}", visibility="private", media_ids=[picture_of(carol)]) for n in range(12)]
    for post in (seen_at_last, *hidden):
        Like.objects.create(post=post, user=bob)
    for path in (f"/users/{bob.pk}/likes", f"/users/{carol.pk}/media", f"/users/{carol.pk}/posts"):
        found, cursor, rounds = [], "", 0
        while cursor is not None:
            status, answer = api(alice).get(f"{path}?limit=3{cursor and '&cursor=' + cursor}")
            assert status == 200
            found += [int(post["post_id"]) for post in answer["posts"]]
            cursor, rounds = answer["next_cursor"], rounds + 1
        assert (found, rounds) == ([seen_at_last.pk], 3)


def test_a_cursor_does_not_tell_where_it_is(api, carol: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be the place of a post that one may not know of."""
    monkeypatch.setattr(profiles, "LOOKED_THROUGH", 2)
    hidden = [publish(carol, f"{n}").pk for n in range(4)]
    account_actions.change_privacy(carol, True)
    cursor = api().get(f"/users/{carol.pk}/posts?limit=1")[1]["next_cursor"]
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    assert not [pk for pk in hidden if struct.pack(">q", pk) in raw]
    assert api().get(f"/users/{carol.pk}/posts?cursor={cursor}")[0] == 200


def test_tabs_show_nothing_that_the_viewer_may_not_see(api, alice: User, bob: User, carol: User, dave: User) -> None:
    """carol is a stranger to bob, who is followed by alice and blocks dave."""
    account_actions.show_likes(bob, True)
    social.follow(follower=alice, author=bob)
    social.block(blocker=bob, blocked=dave)
    for_followers = publish(bob, "x", visibility="followers", media_ids=[picture_of(bob)])
    answer = actions.comment(author=bob, post_id=for_followers.pk, content="y")
    actions.like(actor=bob, post_id=for_followers.pk)
    tabs = {"posts": for_followers, "media": for_followers, "likes": for_followers, "comments": answer}
    for tab, post in tabs.items():
        path = f"/users/{bob.pk}/{tab}"
        assert api_ids(api, alice, path) == [post.pk]
        assert api_ids(api, carol, path) == api_ids(api, None, path) == []
        assert api(dave).get(path)[0] == 404
        assert signed_in(dave).get(f"/@bob/{tab}" if tab != "posts" else "/@bob").status_code == 404


def test_likes_are_shown_to_oneself_and_to_others_only_where_one_says_so(
    api, alice: User, bob: User, carol: User, visitor: Client
) -> None:
    actions.like(actor=bob, post_id=publish(carol, "Liked").pk)
    path, others = f"/users/{bob.pk}/likes", signed_in(alice)
    assert len(api_ids(api, bob, path)) == 1
    assert api(alice).get(path)[0] == api(None).get(path)[0] == 403
    assert "keeps to themselves" in page(others, "/@bob/likes", status=403)
    assert "/@bob/likes" not in page(others, "/@bob")
    assert "/@bob/likes" in page(signed_in(bob), "/@bob")
    signed_in(bob).post("/settings/privacy", {"shows_likes": "on"})
    assert len(api_ids(api, alice, path)) == len(api_ids(api, None, path)) == 1
    assert "/@bob/likes" in page(visitor, "/@bob")
    assert api(bob).patch("/users/me", {"is_private": True})[1]["shows_likes"]
    assert api(alice).get(path)[0] == 403
    assert "/@bob/likes" not in page(others, "/@bob")
    api(bob).patch("/users/me", {"is_private": False})
    social.block(blocker=alice, blocked=bob)
    assert api(alice).get(path)[0] == 403


# --- The pinned post ------------------------------------------------------------------------------


def test_the_pinned_post_stands_first_and_nowhere_else(browser: Client, alice: User, bob: User, api) -> None:
    old, new = publish(alice, "Old"), publish(alice, "New")
    assert browser.post(f"/posts/{old.pk}/pin", {"next": "/"}).status_code == 302
    actions.share(actor=alice, post_id=old.pk)
    html = page(signed_in(bob), "/@alice")
    assert posts_on(html) == [old.pk, new.pk]
    assert html.index("Pinned") < html.index("Old")
    assert api_ids(api, None, f"/users/{alice.pk}/pinned") == [old.pk]
    assert api_ids(api, bob, f"/users/{alice.pk}/posts") == [old.pk, new.pk]  # by the share
    assert api(alice).post(f"/posts/{new.pk}/pin") == (200, {"post_id": str(new.pk), "is_pinned": True})
    assert posts_on(page(browser, "/@alice")) == [new.pk, old.pk]
    for _ in range(2):
        assert api(alice).delete(f"/posts/{new.pk}/pin") == (200, {"post_id": str(new.pk), "is_pinned": False})
    assert "Pinned" not in page(browser, "/@alice")
    assert api_ids(api, None, f"/users/{alice.pk}/pinned") == []


def test_only_ones_own_posts_that_others_may_read_can_be_pinned(api, alice: User, bob: User) -> None:
    his = publish(bob, "His")
    secret = publish(alice, "@bob", visibility="private")
    comment = actions.comment(author=alice, post_id=his.pk, content="hm")
    for post in (his, secret, comment):
        assert api(alice).post(f"/posts/{post.pk}/pin")[0] == 403
    assert api(alice).post(f"/posts/{publish(bob, 'x', visibility='private').pk}/pin")[0] == 404
    assert api(None).post(f"/posts/{his.pk}/pin")[0] == 401


def test_a_pin_is_not_seen_by_whom_may_not_and_comes_and_goes_with_its_post(
    api, alice: User, bob: User, carol: User
) -> None:
    social.follow(follower=bob, author=alice)
    post = publish(alice, "@carol For followers", visibility="followers")
    actions.pin(actor=alice, post_id=post.pk)
    path = f"/users/{alice.pk}/pinned"
    assert api_ids(api, bob, path) == [post.pk]
    assert api_ids(api, None, path) == []
    assert "Pinned" not in page(Client(), "/@alice")
    actions.edit(actor=alice, post_id=post.pk, visibility="private")
    assert api_ids(api, carol, path) == []
    actions.edit(actor=alice, post_id=post.pk, visibility="public")
    actions.delete(actor=alice, post_id=post.pk)
    assert api_ids(api, alice, path) == []
    actions.restore(actor=alice, post_id=post.pk)
    assert api_ids(api, None, path) == [post.pk]
    actions.delete(actor=alice, post_id=post.pk)
    actions.erase([post.pk])
    run_tasks()
    assert api_ids(api, alice, path) == []


def test_elsewhere_a_pin_is_told_with_a_way_back_and_the_profile_is_shown_anew(browser: Client, alice: User) -> None:
    post = publish(alice, "Mine")
    answer = browser.post(f"/posts/{post.pk}/pin", **HTMX, HTTP_HX_CURRENT_URL="http://testserver/")
    assert f"/posts/{post.pk}/unpin" in answer["HX-Trigger"]
    answer = browser.post(f"/posts/{post.pk}/unpin", **HTMX, HTTP_HX_CURRENT_URL="http://testserver/@alice")
    assert answer["HX-Redirect"] == "/@alice"
