"""What somebody who is not signed in, most of all a robot, learns of posts, profiles and tags, and what not."""

import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

import pytest
from django.test import Client

from accounts import actions as account_actions
from accounts.models import User
from posts import actions, printing, sitemaps
from posts.models import Post, Revision
from social import actions as social
from tests.media import image, uploaded
from tests.pages import page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db
HOST = "http://testserver"
NAMES = {"media": "http://search.yahoo.com/mrss/", "map": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def properties(html: str) -> dict[str, str]:
    """{property: content} of the page's OpenGraph, and what else it says of itself in its head."""
    return dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)">', html))


def xml(client: Client, url: str) -> ElementTree.Element:
    response = client.get(url)
    assert response.status_code == 200, f"{url}: {response.status_code}"
    return ElementTree.fromstring(response.content)


def embedded(client: Client, url: str, **more: Any) -> tuple[int, dict[str, Any]]:
    response = client.get("/oembed", {"url": HOST + url, **more})
    return response.status_code, response.json() if response.status_code == 200 else {}


def mapped(client: Client) -> set[str]:
    """The paths of all that the sitemap leads to."""
    pieces = [urlsplit(loc.text or "").path for loc in xml(client, "/sitemap.xml").iterfind(".//map:loc", NAMES)]
    found = [loc.text or "" for piece in pieces for loc in xml(client, piece).iterfind(".//map:loc", NAMES)]
    assert all(url.startswith(HOST) for url in found)
    return {url.removeprefix(HOST) for url in found}


# --- What nobody may learn ------------------------------------------------------------------------

SECRET = "mulberry"


def only_followers(post: Post) -> None:
    actions.edit(actor=post.author, post_id=post.pk, visibility="followers")


def only_mentioned(post: Post) -> None:
    actions.edit(actor=post.author, post_id=post.pk, visibility="private")


def deleted(post: Post) -> None:
    actions.delete(actor=post.author, post_id=post.pk)


def private_account(post: Post) -> None:
    account_actions.change_privacy(post.author, True)


def suspended(post: Post) -> None:
    account_actions.suspend(post.author)


def places(client: Client, post: Post) -> dict[str, bool]:
    """Each way to the post that there is outside, and whether it tells of it."""
    url, author = post.get_absolute_url(), post.author.get_absolute_url()
    ways = [url, f"{url}/print", author, f"{author}/media", "/tags/quay", f"{author}/rss", "/tags/quay/rss"]
    ways += [f"/oembed?url={HOST}{url}", f"/oembed?format=xml&url={HOST}{url}"]
    found = {way.replace(str(post.pk), "N"): SECRET in text_of(client.get(way)) for way in ways}
    found["the sitemap"] = url in mapped(client)
    found["the sitemap of tags"] = "/tags/quay" in mapped(client)
    picture = post.shown_media[0]
    found["the picture"] = client.get(f"/media/posts/{picture.pk}/{picture.files['preview'][0]}").status_code == 200
    return found


@pytest.fixture
def post(alice: User) -> Post:
    """A public post of which every surface would tell; its secret stands in its words and beside its picture."""
    media = uploaded(alice, image((900, 600)), alt=f"A {SECRET} tree")
    made = publish(alice, f"The {SECRET} is ripe #quay", media_ids=[media.pk])
    made.shown_media = [media]
    return made


@pytest.mark.parametrize("narrowed", [only_followers, only_mentioned, deleted, private_account, suspended])
def test_what_is_not_for_everybody_is_told_nowhere(
    visitor: Client, post: Post, narrowed: Callable[[Post], None]
) -> None:
    before = places(visitor, post)
    assert [way for way, tells in before.items() if not tells] == []
    narrowed(post)
    after = places(visitor, post)
    assert [way for way, tells in after.items() if tells] == []


def test_a_session_opens_no_other_door(post: Post, alice: User, bob: User) -> None:
    """What a member may see is not told by oEmbed, RSS or the sitemap: those are for everybody alike."""
    social.follow(follower=bob, author=alice)
    only_followers(post)
    url = post.get_absolute_url()
    told = places(signed_in(bob), post)
    assert {way for way, tells in told.items() if tells} == {
        "/@alice/N", "/@alice/N/print", "/@alice", "/@alice/media", "the picture"
    }  # fmt: skip
    html = page(signed_in(bob), url)
    assert "og:title" not in html
    assert "oembed" not in html


def test_a_blocked_member_learns_no_more_than_from_outside(post: Post, alice: User, dave: User) -> None:
    social.block(blocker=alice, blocked=dave)
    told = places(signed_in(dave), post)
    assert not any(told[way] for way in ("/@alice/N", "/@alice/N/print", "/@alice", "/@alice/media", "/tags/quay"))
    assert not told["the picture"]


def test_a_comment_is_told_of_only_while_its_thread_is_for_everybody(visitor: Client, post: Post, bob: User) -> None:
    comment = actions.comment(author=bob, post_id=post.pk, content="Ripe indeed")
    url = comment.get_absolute_url()
    assert embedded(visitor, url)[0] == visitor.get(url).status_code == 200
    private_account(post)
    assert embedded(visitor, url)[0] == visitor.get(url).status_code == visitor.get(f"{url}/print").status_code == 404


def test_a_content_warning_stands_before_words_and_pictures(visitor: Client, post: Post) -> None:
    actions.edit(actor=post.author, post_id=post.pk, content_warning="Fruit")
    Revision.objects.all().delete()
    url, author = post.get_absolute_url(), post.author.get_absolute_url()
    html = text_of(visitor.get(url))
    head = html[: html.index("<body")]
    for told in (head, *(text_of(visitor.get(way)) for way in (f"{author}/rss", f"/oembed?url={HOST}{url}"))):
        assert "Fruit" in told
        assert SECRET not in told
        assert "/media/posts/" not in told
    media = text_of(visitor.get(f"{author}/media"))
    assert "Fruit" in media
    assert not re.search(r'src="/media/posts|href="/media/posts', media)


def test_private_profiles_are_kept_out_of_search_engines(visitor: Client, post: Post) -> None:
    assert 'content="noindex"' not in page(visitor, "/@alice")
    private_account(post)
    html = page(visitor, "/@alice")
    assert '<meta name="robots" content="noindex">' in html
    assert "og:title" not in html
    assert "/@alice/rss" not in html
    assert "/@alice" not in mapped(visitor)


# --- What everybody is told -----------------------------------------------------------------------


def test_a_post_tells_what_a_link_to_it_shows(visitor: Client, post: Post) -> None:
    html = page(visitor, post.get_absolute_url())
    told = properties(html)
    url = HOST + post.get_absolute_url()
    assert told["og:url"] == url
    assert f'<link rel="canonical" href="{url}">' in html
    assert told["og:type"] == "article"
    assert told["og:title"] == "alice (@alice)"
    assert told["og:description"] == f"The {SECRET} is ripe #quay"
    assert told["og:image:alt"] == f"A {SECRET} tree"
    assert (told["og:image:width"], told["og:image:height"]) == ("640", "427")
    assert told["twitter:card"] == "summary_large_image"
    assert told["article:published_time"].startswith(f"{post.created_at:%Y-%m-%dT%H:%M}")
    picture = Client().get(told["og:image"].removeprefix(HOST))
    assert picture.status_code == 200
    assert picture["Cross-Origin-Resource-Policy"] == "cross-origin"
    data = json.loads(re.search(r'<script type="application/ld\+json">(.*?)</script>', html)[1])
    assert data["@type"] == "SocialMediaPosting"
    assert data["url"] == url
    assert data["author"]["alternateName"] == "@alice"


def test_no_words_break_out_of_what_is_told(visitor: Client, alice: User) -> None:
    account_actions.change_profile(alice, display_name='"><script>1</script>', bio="</script><b>&amp; ]]>")
    post = publish(alice, '</script><script>alert(1)</script> "quoted" & \u2028 ]]> <!--')
    for url in (post.get_absolute_url(), "/@alice"):
        html = page(visitor, url)
        assert "<script>" not in html
        assert "alert(1)</script" not in html
        assert json.loads(re.search(r'ld\+json">(.*?)</script>', html)[1])
        status, facts = embedded(visitor, url)
        assert status == 200
        assert "<script" not in facts["html"]
        assert ElementTree.fromstring(text_of(visitor.get("/oembed", {"url": HOST + url, "format": "xml"})))
    item = xml(visitor, "/@alice/rss").find(".//item")
    assert "alert(1)" in (item.findtext("title") or "")
    assert "<script" not in (item.findtext("description") or "")


@pytest.mark.parametrize(("url", "kind"), [("/", "website"), ("/@alice", "profile"), ("/tags/quay", "website")])
def test_profiles_tags_and_the_front_page_tell_of_themselves(visitor: Client, post: Post, url: str, kind: str) -> None:
    html = page(visitor, url)
    told = properties(html)
    assert told["og:type"] == kind
    assert told["og:url"] == HOST + url
    assert told["og:title"]
    assert told["og:description"]
    for kind, feed in re.findall(r'<link rel="alternate" type="([^"]+)" href="([^"]+)"', html):
        answer = visitor.get(feed.replace("&amp;", "&"))
        assert answer.status_code == 200
        assert answer["Content-Type"].split(";")[0] == kind.replace("+oembed", "")


def test_oembed_shows_a_post_as_the_standard_says(visitor: Client, post: Post) -> None:
    url = post.get_absolute_url()
    status, facts = embedded(visitor, url)
    assert status == 200
    assert (facts["version"], facts["type"], facts["width"]) == ("1.0", "rich", 550)
    assert (facts["author_name"], facts["author_url"]) == ("alice", f"{HOST}/@alice")
    assert (facts["thumbnail_width"], facts["thumbnail_height"]) == (640, 427)
    assert f'href="{HOST}/tags/quay"' in facts["html"]
    assert f'href="{HOST}{url}"' in facts["html"]
    small = embedded(visitor, url, maxwidth=300)[1]
    assert small["width"] == 300
    assert "thumbnail_url" not in small
    tree = ElementTree.fromstring(visitor.get("/oembed", {"url": HOST + url, "format": "xml"}).content)
    assert tree.findtext("html") == facts["html"]
    assert tree.findtext("width") == "550"
    for bad, wanted in [
        ({"format": "yaml"}, 501),
        ({"url": ""}, 400),
        ({"maxwidth": "wide"}, 400),
        ({"maxheight": "0"}, 400),
        ({"url": f"https://elsewhere.example{url}"}, 404),
        ({"url": f"{HOST}/settings/profile"}, 404),
        ({"url": "http://[nonsense"}, 404),
        ({"url": f"ftp://testserver{url}"}, 404),
        ({"url": f"{HOST}/@nobody_here"}, 404),
    ]:
        assert visitor.get("/oembed", {"url": HOST + url, **bad}).status_code == wanted, bad


def test_a_feed_has_the_newest_posts_with_their_media_and_is_asked_for_again_cheaply(
    visitor: Client, alice: User, bob: User, post: Post
) -> None:
    empty = visitor.get("/@bob/rss")
    assert visitor.get("/@bob/rss", headers={"If-None-Match": empty["ETag"]}).status_code == 304
    for n in range(32):
        publish(alice, f"{n} <& #quay")
    actions.share(actor=alice, post_id=publish(bob, "Not hers").pk)
    actions.comment(author=alice, post_id=post.pk, content="No entry either")
    channel = xml(visitor, "/@alice/rss").find("channel")
    titles = [item.findtext("title") for item in channel.iterfind("item")]
    assert titles == [f"{n} <& #quay" for n in range(31, 1, -1)]
    deleted(Post.objects.get(content="31 <& #quay"))
    Post.objects.filter(content__regex="^[0-9]+ ").exclude(content__startswith="30").delete()
    for url in ("/@alice/rss", "/tags/quay/rss"):
        items = list(xml(visitor, url).iterfind(".//item"))
        assert [item.findtext("title") for item in items] == ["30 <& #quay", f"The {SECRET} is ripe #quay"]
        assert items[1].findtext("link") == items[1].findtext("guid") == HOST + post.get_absolute_url()
        assert items[1].findtext("category") == "quay"
        media = items[1].find("media:content", NAMES)
        assert media.get("url") == items[1].find("enclosure").get("url")
        assert visitor.get(media.get("url").removeprefix(HOST)).status_code == 200
        assert media.findtext("media:description", namespaces=NAMES) == f"A {SECRET} tree"
    had = visitor.get("/@alice/rss")
    again = visitor.get("/@alice/rss", headers={"If-None-Match": had["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    deleted(post)
    assert "Last-Modified" not in had
    assert visitor.get("/@alice/rss", headers={"If-None-Match": had["ETag"]}).status_code == 200


def test_no_sign_that_xml_forbids_comes_into_a_feed(visitor: Client, alice: User) -> None:
    publish(alice, "bad \uffff and \ufffe thing #quay")
    for url in ("/@alice/rss", "/tags/quay/rss"):
        assert xml(visitor, url).findtext(".//item/title") == "bad and thing #quay"


def test_robots_find_the_map_and_it_leads_to_what_is_public(
    visitor: Client, alice: User, bob: User, post: Post
) -> None:
    assert f"Sitemap: {HOST}/sitemap.xml" in text_of(visitor.get("/robots.txt"))
    tagged = publish(alice, "Tagged #größe")
    actions.comment(author=bob, post_id=post.pk, content="bob has no posts")
    assert mapped(visitor) == {
        "/@alice", post.get_absolute_url(), tagged.get_absolute_url(), "/tags/quay", f"/tags/{quote('größe')}"
    }  # fmt: skip
    for nowhere in ("/sitemap-posts-2-1.xml", "/sitemap-posts-720-9999999999999999.xml"):
        assert visitor.get(nowhere).status_code == 404


@pytest.mark.parametrize(("posts", "hours"), [(-1, 720), (5_000, 720), (40_000, 168), (10**6, 6), (10**9, 1)])
def test_pieces_of_the_map_are_as_long_as_their_posts_allow(posts: int, hours: int) -> None:
    assert sitemaps.window_hours(posts, span_hours=1500) == hours


def test_the_map_has_a_piece_for_each_window_in_which_something_was_said(visitor: Client, alice: User) -> None:
    window = 720 * sitemaps.IDS_AN_HOUR
    for number in (0, 7, 30):
        Post.objects.create(pk=number * window + 5, author=alice, content="x")
    paths = [path for path in sitemaps.pieces() if "posts" in path]
    assert paths == [f"/sitemap-posts-720-{number}.xml" for number in (30, 7, 0)]
    assert [one.path for one in sitemaps.posts(720, 7)] == [f"/@alice/{7 * window + 5}"]


# --- On paper -------------------------------------------------------------------------------------


def test_a_thread_is_printed_whole_in_the_order_it_is_read(
    visitor: Client, alice: User, bob: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = actions.comment(author=bob, post_id=post.pk, content="first")
    second = actions.comment(author=bob, post_id=post.pk, content="second")
    deep = actions.comment(author=alice, post_id=first.pk, content="answer to first")
    hidden = actions.comment(author=bob, post_id=second.pk, content="deleted")
    actions.comment(author=alice, post_id=hidden.pk, content="below the deleted")
    deleted(hidden)
    url = f"{post.get_absolute_url()}/print"
    html = page(visitor, url)
    said = re.findall(r'print-level-(\d).*?<div class="post-content"><p>(.*?)[ <]', html, re.DOTALL)
    assert said == [("0", "The"), ("1", "first"), ("2", "answer"), ("1", "second")]
    assert '<meta name="robots" content="noindex">' in html
    assert visitor.get(f"{deep.get_absolute_url()}/print", follow=True).redirect_chain == [(url, 302)]
    monkeypatch.setattr(printing, "LOOKED_THROUGH", 1)
    deleted(first)
    html = page(visitor, url)
    assert "Only the first" in html
    assert "Nobody has commented" not in html
    monkeypatch.undo()
    Post.objects.filter(pk=first.pk).update(deleted_at=None)
    monkeypatch.setattr(printing, "MOST_COMMENTS", 2)
    html = page(visitor, url)
    assert "Only the first 2 comments are here" in html
    assert "answer to first" not in html


def test_a_thread_deeper_than_any_page_is_printed(visitor: Client, alice: User, post: Post) -> None:
    said = {"author": alice, "content": "hm", "content_html": "<p>hm</p>", "root": post}
    comments = [Post(pk=post.pk + n, in_reply_to_id=post.pk + n - 1, **said) for n in range(1, 1201)]
    Post.objects.bulk_create(comments)
    html = page(visitor, f"{post.get_absolute_url()}/print")
    assert html.count("<article") == 501
    assert "Only the first 500 comments are here" in html
