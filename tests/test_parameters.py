"""What stands behind the `?` of any address: read, or refused with 400; never guessed at."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import trans_real

from accounts.models import User
from posts import actions
from posts.models import Post
from social import actions as social
from tests.every_page import all_routes
from tests.stories import told

ROOT = Path(__file__).resolve().parent.parent
NONSENSE = ["", "-1", "1.5", "nonsense", "\uff11", "9" * 30, "1 OR 1=1", "' --", "1\n"]
# What people type: nearly everything is a text.
WORDS = {"q", "url", "username", "title", "text", "next"}
# What no view should have to think of, whatever it reads.
UNFIT = ["a=%00", "a%00=1", "a=%ff", "a=%1b", "a=%c0%af", "a=%ed%a0%80", "a=" + "x" * 8000, "&".join(["a=1"] * 101)]
FILLED = {"id": "1", "username": "alice", "tag": "quay", "int": "1", "str": "x", "slug": "en", "path": "x", "uuid": "x"}
# Every page that reads its query: {address: its parameters but limit and cursor}.
PAGES: dict[str, list[str]] = {
    "/": ["ranking"], "/explore": [], "/public": [], "/bookmarks": [], "/drafts": [], "/lists/{list}": [],
    "/lists/{list}/members": [], "/suggestions": [], "/follow-requests": [], "/notifications": [], "/reports": [],
    "/@alice": [], "/@alice/followers": [], "/@alice/following": [], "/@alice/comments": [], "/@alice/media": [],
    "/@alice/{post}": [], "/@alice/{post}/likes": [], "/@alice/{post}/quotes": [], "/@alice/{post}/history": [],
    "/tags/quay": [], "/stories": [], "/settings/blocks": ["show"], "/settings/standing": [],
    "/settings/notifications/threads": [], "/search?q=quay": ["type"], "/compose": ["quote", "reply", "draft"],
    "/stories/bob": ["story"], "/posts/{post}/why": ["list", "scroll", "decided", "ranking"], "/feed/new": ["since"],
    "/settings/ranking/preview": ["diversity"], "/settings/ranking": ["w"],
    "/oembed?url=http://testserver/@alice": ["maxwidth", "maxheight"], "/api/v1/schema": ["lang", "version"],
    "/api/v1/docs": ["lang", "version"], "/settings/ranking?w=recency:20": ["diversity"],
}  # fmt: skip
NOT_LISTS = {"/compose", "/stories/bob", "/posts/{post}/why", "/feed/new", "/settings/ranking", "/api/v1/schema"}
NOT_LISTS |= {"/api/v1/docs", "/settings/ranking/preview", "/settings/ranking?w=recency:20"}
NOT_LISTS |= {"/oembed?url=http://testserver/@alice"}


@pytest.fixture
def known(shelf: Post, bob: User, alice: User) -> dict[str, Any]:
    """Ids that bob may see, by the name an address has for them."""
    one = social.make_list(owner=bob, name="Friends")
    own = actions.publish(author=bob, content="#quay mine").pk
    ids = {"post_id": own, "user_id": bob.pk, "list_id": one.pk, "story_id": told(bob, "mine").pk, "tag": "quay"}
    return ids | {"list": one.pk, "post": shelf.pk}


@pytest.fixture
def member(client: Client, bob: User) -> Client:
    client.force_login(bob)
    return client


def test_every_parameter_of_the_api_is_checked(member: Client, known: dict[str, Any]) -> None:
    document = member.get("/api/v1/schema", headers={"accept": "application/json"}).json()
    found = 0
    for template, operations in document["paths"].items():
        for one in operations.get("get", {}).get("parameters", []):
            names = re.findall(r"\{(\w+)\}", template)
            if one["in"] != "query" or one["name"] in WORDS or not set(names) <= set(known):
                continue
            found += 1
            path = template.format(**known)
            needed = {"q": "@al" if "autocomplete" in path else "quay"}
            for value in NONSENSE:
                answer = member.get(path, needed | {one["name"]: value})
                assert answer.status_code == 400, f"{path} {one['name']}={value!r}: {answer.status_code}"
                assert answer.json()["code"] == "invalid"
    assert found > 50


@pytest.mark.parametrize("page", PAGES)
def test_every_parameter_of_pages_is_checked(member: Client, known: dict[str, Any], page: str) -> None:
    path = page.format(**known)
    lists = (
        [] if page in NOT_LISTS or "ranking?" in page or "preview" in page or "oembed" in page else ["limit", "cursor"]
    )
    for name in PAGES[page] + lists:
        for value in NONSENSE:
            sent = f"{path}{'&' if '?' in path else '?'}"
            answer = member.get(sent.partition("?")[0], query_of(path) | {name: value})
            assert answer.status_code in ((400, 422) if "preview" in page else (400,)), f"{name}={value!r}"


def query_of(path: str) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in path.partition("?")[2].split("&") if "=" in pair)


def test_no_parameter_that_a_view_reads_is_forgotten_here() -> None:
    read = re.compile(r"""(?:request\.GET(?:\.get\(|, |\[)|query(?:_params)?(?:\.get\(|, |\[))"(\w+)""")
    known = {name for names in PAGES.values() for name in names} | WORDS | {"limit", "cursor"}
    # Asked elsewhere in the tests:
    known |= {"explain", "type", "format", "shares", "place", "why", "lists", "username", "invite", "region"}
    apps = ["feedsite", "accounts", "social", "posts", "feeds", "notifications", "moderation"]
    texts = [path.read_text() for app in apps for path in (ROOT / app).rglob("*.py")]
    found = {name for text in texts for name in read.findall(text)}
    assert {"cursor", "level", "quote"} <= found
    assert found - known <= {"level"}  # tests/test_threads.py


@pytest.mark.parametrize("query", UNFIT, ids=range(len(UNFIT)))
def test_an_address_that_cannot_be_text_breaks_nothing(member: Client, query: str) -> None:
    for route, _ in all_routes():
        if route.startswith("^"):
            continue
        path = re.sub(r"<(?:(\w+):)?\w+>", lambda found: FILLED[found[1] or "str"], route)
        answer = member.get(f"/{path}", QUERY_STRING=query)
        assert answer.status_code < 500, f"/{path}: {answer.status_code}"


def test_shared_words_may_have_lines_and_any_script(member: Client) -> None:
    answer = member.get("/compose", {"text": "one\r\n\ttwo \u05e9\u05dc\u05d5\u05dd \U0001f375"})
    assert answer.status_code == 200


def test_languages_that_nobody_speaks_are_not_kept(client: Client, db: None) -> None:
    before = len(trans_real._translations)
    for n in range(5):
        assert client.get(f"/api/v1/schema?lang=x{n}").status_code == 400
    assert len(trans_real._translations) == before


def test_a_cookie_that_spells_nul_is_as_none(client: Client, db: None) -> None:
    name = settings.SESSION_COOKIE_NAME
    for value in (r'"abcdefghijk\000lmnop"', r'"\377\376\001"', "x" * 4000, "{}", "'"):
        answer = client.get("/", headers={"cookie": f"{name}={value}; language={value}; csrftoken={value}"})
        assert answer.status_code == 200


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x=1", "a\nb", "\r\n\r\n<html>"])
def test_nothing_that_is_asked_adds_a_header(member: Client, value: str) -> None:
    for path in ("/login", "/logout", "/lists", "/api/v1/schema", "/admin/login/", "/search", "/oembed"):
        answer = member.get(path, {"next": value, "version": value, "q": value, "url": value})
        assert answer.status_code < 500
        assert "x" not in answer.cookies
        assert all("\n" not in held for held in answer.headers.values())
