"""Whole stories in a real Chromium, as people live them, with JavaScript and by forms alone.

What each page does by itself is in the tests of its subject; here one thing follows from another, and after each the
neighbours are looked at. Nothing may say an error in a console, and nothing asked for may fail.
"""

import os
import re
import signal
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from tests.media import image, video
from tests.site import Site, wait_until
from tests.test_browser import chromium, follow, join, person, press, write  # noqa: F401 fixtures

pytestmark = pytest.mark.browser
BOX = "What is on your mind?"
BOTH = pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "by forms"])


@pytest.fixture
def people(person: Any, javascript: bool) -> Any:  # noqa: F811
    """Signs up those named, each in a browser of their own; an answer that is an error fails the test."""
    failed: list[str] = []

    def came(*names: str) -> list[Page]:
        pages = [person(name, javascript=javascript) for name in names]
        for page in pages:
            page.on(
                "response",
                lambda answer: failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None,
            )
            page.on(
                "requestfailed", lambda asked: failed.append(f"{asked.failure} {asked.url}") if is_lost(asked) else None
            )
        for page in pages:
            join(page)
        return pages

    yield came
    assert not failed, failed


def is_lost(asked: Any) -> bool:
    """Not what the browser itself gave up because the page was left or a video was not wanted any more."""
    return "net::ERR_ABORTED" not in (asked.failure or "")


def card(page: Page, text: str) -> Any:
    return page.locator(".post-card", has_text=text).first


def main_button(page: Page, name: str | re.Pattern[str]) -> Any:
    return page.get_by_role("main").get_by_role("button", name=name, exact=True)


def html(page: Page, path: str) -> str:
    """What the person would be shown there; by another tab."""
    answer = page.request.get(path)
    return answer.text() if answer.ok else str(answer.status)


def shows(page: Page, path: str, post_id: str) -> bool:
    return f'data-post-id="{post_id}"' in html(page, path)


def api(page: Page, path: str) -> Any:
    answer = page.request.get(f"/api/v1{path}")
    return answer.json() if answer.ok else answer.status


# --- What alice posts ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shots(tmp_path_factory: Any) -> list[str]:
    folder: Path = tmp_path_factory.mktemp("shots")
    made = {
        "wall.png": image((800, 600), color="teal"),
        "sky.jpg": image((600, 900), "JPEG", color="skyblue"),
        "film.mp4": video(1, "320x240"),
    }
    for name, content in made.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in made]


def post_three_and_a_poll(page: Page, shots: list[str], text: str, javascript: bool) -> None:
    page.goto("/" if javascript else "/compose")
    page.get_by_label(BOX).fill(text)
    if javascript:
        attach_with_progress(page, shots)
        page.get_by_role("button", name="Poll", exact=True).click()
    else:
        page.get_by_text("Add pictures or a video").first.click()
        for number, path in enumerate(shots, 1):
            page.get_by_label(f"File {number}", exact=True).set_input_files(path)
            page.get_by_label(f"What file {number} shows").fill(f"Thing {number}")
    for number, option in enumerate(("Sea", "Hills"), 1):
        page.get_by_label(f"Option {number}", exact=True).fill(option)
    main_button(page, "Post").click()
    expect(card(page, text)).to_be_visible()


def attach_with_progress(page: Page, shots: list[str]) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 20_000}
    line.send("Network.emulateNetworkConditions", slow)
    page.locator("[data-upload-input]").first.set_input_files(shots)
    items = page.locator("[data-upload]")
    expect(items.nth(2).locator("[data-upload-state]")).to_have_text(re.compile(r"^\d+ %$"))
    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    for number in range(3):
        items.nth(number).get_by_label("Describe it").fill(f"Thing {number + 1}")
        expect(items.nth(number)).to_have_attribute("data-media-id", re.compile(r"\d+"), timeout=20_000)


def see_it_come(page: Page, text: str, javascript: bool) -> Any:
    """A page of home that is open, or is opened anew where nothing comes by itself."""
    if javascript:
        page.get_by_role("button", name=re.compile("Show [0-9]+ new post")).click(timeout=20_000)
    else:
        page.goto("/")
    expect(card(page, text)).to_be_visible()
    return card(page, text)


def see_the_video(page: Page, text: str, javascript: bool) -> None:
    """A worker makes it; scripts look again by themselves."""
    if javascript:
        expect(card(page, text).locator("video")).to_be_visible(timeout=40_000)
    wait_until(lambda: 'aria-label="Video: Thing 3"' in html(page, "/"), 40)


def share_menu(page: Page, text: str) -> Any:
    card(page, text).locator(".share-menu > summary").click()
    return card(page, text).locator(".share-panel")


def comment(page: Page, text: str, words: str) -> None:
    card(page, text).locator(".post-time").first.click()
    page.get_by_label("Your comment").fill(words)
    main_button(page, "Comment").click()
    expect(card(page, words)).to_be_visible()


def take_up(bob: Page, text: str) -> None:
    """bob keeps it, likes it, shares it, quotes it and answers it."""
    for button, count in ((".bookmark-button", None), (".like-button", "likes")):
        card(bob, text).locator(button).click()
        expect(card(bob, text).locator(button)).to_have_attribute("aria-pressed", "true")
        if count:
            expect(card(bob, text).locator(f'[data-count="{count}"]')).to_have_text("1")
    with bob.expect_response(re.compile("/share$")):
        share_menu(bob, text).get_by_role("button", name="Share with your followers").click()
    bob.goto("/bookmarks")
    share_menu(bob, text).get_by_role("link", name="Quote").click()
    expect(bob.locator(".composer .quote")).to_contain_text(text)
    bob.get_by_label(BOX).fill("How true")
    main_button(bob, "Post").click()
    expect(card(bob, "How true").locator(".quote")).to_contain_text(text)
    bob.goto("/bookmarks")
    comment(bob, text, "Where is that?")


def places(reader: Page, author: Page, post_id: str) -> dict[str, bool]:
    """Where the post could stand for this reader, and whether it does. Its tag is its author's name."""
    name: str = author.name  # type: ignore[attr-defined]
    pages = ["/", f"/@{name}/{post_id}", f"/@{name}", f"/tags/{name}"]
    lists = ["/timeline", f"/timeline/hashtag/{name}"]
    if reader is not author:
        pages, lists = [*pages, "/bookmarks", "/public"], [*lists, "/bookmarks", "/timeline/public"]
    found = {path: shows(reader, path, post_id) for path in pages}
    for path in lists:
        found[f"api {path}"] = post_id in {post["post_id"] for post in api(reader, path)["posts"]}
    found["api itself"] = isinstance(api(reader, f"/posts/{post_id}"), dict)
    return found


@BOTH
def test_a_post_is_seen_answered_passed_on_changed_gone_and_back(people, shots, javascript):
    alice, bob, carol = people("alice", "bob", "carol")
    follow(bob, alice)
    follow(carol, bob)
    bob.goto("/")
    carol.goto("/")
    text, changed = f"Three things of the coast #{alice.name}", f"Three things of the hills #{alice.name}"
    post_three_and_a_poll(alice, shots, text, javascript)
    mine = see_it_come(bob, text, javascript)
    post_id = mine.get_attribute("data-post-id")
    expect(mine.get_by_alt_text("Thing 1")).to_be_visible()
    expect(mine.get_by_alt_text("Thing 2")).to_be_visible()
    see_the_video(bob, text, javascript)
    take_up(bob, text)
    see_it_come(carol, "How true", javascript)
    shared = carol.locator(f'[data-post-id="{post_id}"]')
    expect(shared.locator(".post-reason")).to_have_text(f"Shared by {bob.name}")
    vote(shared, "Hills")
    post = api(carol, f"/posts/{post_id}")
    assert [post[f"{name}_count"] for name in ("likes", "comments", "shares")] == [1, 1, 1]
    assert api(alice, f"/posts/{post_id}")["poll"]["voters_count"] == 1

    edit(alice, text, changed)
    bob.goto("/")
    expect(card(bob, "How true").locator(".quote")).to_contain_text("hills")
    bob.locator(f'[data-post-id="{post_id}"]').get_by_role("link", name=re.compile("edited")).click()
    expect(bob.locator(".revision .post-content")).to_have_text([changed, text])

    everywhere = {reader: places(reader, alice, post_id) for reader in (alice, bob, carol)}
    assert all(everywhere[bob].values())
    assert [path for path, there in everywhere[carol].items() if not there] == ["/bookmarks", "api /bookmarks"]
    bob.goto("/")
    alice.goto("/")
    delete(alice, post_id)
    if javascript:
        expect(bob.locator(f'[data-post-id="{post_id}"]')).to_have_count(0, timeout=15_000)
    is_gone_from([alice, bob, carol], alice, post_id, post["media"][0]["url"])
    carol.goto("/")
    expect(card(carol, "How true").locator(".quote-gone")).to_have_text("The quoted post is not available.")
    assert api(carol, "/timeline")["posts"][0]["quote_of"] is None

    alice.get_by_role("button", name="Undo").click()
    expect(alice.locator(f'[data-post-id="{post_id}"]')).to_be_visible()
    for reader, was in everywhere.items():
        wait_until(lambda reader=reader, was=was: places(reader, alice, post_id) == was)
    carol.reload()
    expect(card(carol, "How true").locator(".quote")).to_contain_text("hills")
    assert api(bob, f"/posts/{post_id}/comments")["posts"][0]["content"] == "Where is that?"
    assert bob.request.get(post["media"][0]["url"]).ok


def vote(shown: Any, option: str) -> None:
    shown.get_by_label(option).check()
    shown.get_by_role("button", name="Vote").click()
    expect(shown.locator(".poll-result-chosen")).to_contain_text(option)


def edit(page: Page, text: str, changed: str) -> None:
    page.goto("/")
    card(page, text).get_by_label("More about this post").click()
    card(page, text).get_by_role("link", name="Edit").click()
    page.get_by_role("textbox", name="Text", exact=True).fill(changed)
    page.get_by_role("button", name="Save").click()
    expect(card(page, changed)).to_be_visible()


def is_gone_from(readers: list[Page], author: Page, post_id: str, picture: str) -> None:
    for reader in readers:
        assert [path for path, there in places(reader, author, post_id).items() if there] == []
        assert reader.request.get(picture).status == 404
    address = f"/@{author.name}/{post_id}"  # type: ignore[attr-defined]
    for more in ("likes", "shares", "quotes", "history"):
        assert readers[-1].request.get(f"{address}/{more}").status == 404


def delete(page: Page, post_id: str) -> None:
    """At once with scripts; by forms a page asks first."""
    mine = page.locator(f'[data-post-id="{post_id}"]')
    mine.get_by_label("More about this post").click()
    mine.get_by_role("link", name="Delete").click()
    if "/delete" in page.url:
        main_button(page, "Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


# --- A private account ---------------------------------------------------------------------------


def follow_button(page: Page, other: Page, stands: str) -> Any:
    page.goto(f"/@{other.name}")  # type: ignore[attr-defined]
    button = page.get_by_role("main").get_by_role("button", name=re.compile(f"^{stands} {other.name}"))  # type: ignore[attr-defined]
    expect(button).to_be_visible()
    return button


def confirmed(page: Page, button: Any, word: str, javascript: bool) -> None:
    button.click()
    if javascript:
        page.get_by_role("dialog").get_by_role("button", name=word).click()


@BOTH
def test_the_life_of_a_private_account(people, javascript):
    alice, bob, carol = people("alice", "bob", "carol")
    press(alice, "/posts", content="Once for everybody", visibility="public")
    first = api(alice, "/timeline")["posts"][0]["post_id"]
    alice.goto("/settings/privacy")
    alice.get_by_role("switch", name="Private account").check()
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_text("Your account is private.")).to_be_visible()
    sees = lambda reader: [shows(reader, path, first) for path in ("/", f"/@{alice.name}", f"/@{alice.name}/{first}")]  # noqa: E731
    assert sees(bob) == [False] * 3
    assert first not in html(carol, "/public")

    follow_button(bob, alice, "Follow").click()
    follow_button(bob, alice, "Requested to follow").click()  # withdrawn
    follow_button(bob, alice, "Follow")
    expect(alice.get_by_role("link", name=re.compile("asks? to follow"))).to_have_count(0)
    follow_button(bob, alice, "Follow").click()
    follow_button(bob, alice, "Requested to follow")
    assert sees(bob) == [False] * 3
    alice.goto("/follow-requests")
    alice.get_by_role("button", name=f"Accept {bob.name}").click()
    expect(alice.get_by_text(f"{bob.name} follows you now.")).to_be_visible()
    assert sees(bob) == [True] * 3

    bob.goto("/")
    write(alice, "For those I know")
    mine = see_it_come(bob, "For those I know", javascript)
    second = mine.get_attribute("data-post-id")
    expect(mine.locator(".post-mark").first).to_have_attribute("title", "Only followers see this")
    expect(mine.locator(".share-menu")).to_have_count(0)
    comment(bob, "For those I know", "Thank you")
    assert carol.request.get(f"/@{alice.name}/{second}").status == 404
    assert "Thank you" not in html(carol, f"/@{bob.name}")
    assert api(carol, f"/posts/{second}") == 404

    removed_and_blocked(alice, bob, second, javascript)
    assert sees(bob) == sees(carol) == [False] * 3
    alice.get_by_role("button", name="Unblock").click()
    alice.goto("/settings/privacy")
    alice.get_by_role("switch", name="Private account").uncheck()
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_text("Your account is public.")).to_be_visible()
    assert sees(bob) == sees(carol) == [False, True, True]


def removed_and_blocked(alice: Page, bob: Page, post_id: str, javascript: bool) -> None:
    """bob follows no more, asks again, and is blocked: the request goes, and what he said is not shown to alice."""
    address = f"/@{alice.name}"  # type: ignore[attr-defined]
    alice.goto(f"{address}/followers")
    name: str = bob.name  # type: ignore[attr-defined]
    confirmed(alice, alice.get_by_role("button", name=f"Remove {name}"), "Remove", javascript)
    expect(alice.get_by_role("button", name=f"Remove {name}")).to_have_count(0)
    assert not shows(bob, "/", post_id)
    assert api(bob, f"/posts/{post_id}") == bob.request.get(f"{address}/{post_id}").status == 404
    follow_button(bob, alice, "Follow").click()
    follow_button(bob, alice, "Requested to follow")
    assert f"Accept {name}" in html(alice, "/follow-requests")
    assert "Thank you" in html(alice, f"{address}/{post_id}")
    alice.goto(f"/@{name}")
    alice.get_by_label(f"More about {name}").click()
    confirmed(alice, alice.get_by_role("button", name=f"Block @{name}"), "Block", javascript)
    expect(alice.get_by_role("button", name="Unblock")).to_be_visible()
    assert f"Accept {name}" not in html(alice, "/follow-requests")
    assert "Thank you" not in html(alice, f"{address}/{post_id}")


# --- Drafts, and what is posted later ------------------------------------------------------------


@BOTH
def test_drafts_wait_and_what_is_scheduled_is_posted_once_by_whichever_worker_lives(people, live_site, javascript):
    alice, bob = people("alice", "bob")
    follow(bob, alice)
    for text in ("To come one", "To come two"):
        alice.goto("/compose")
        if javascript:
            alice.get_by_role("button", name="Post later").click()
        alice.get_by_label(BOX).fill(text)
        alice.get_by_label(re.compile("^Post at")).fill(tomorrow())
        alice.get_by_role("main").get_by_role("button", name=re.compile("^(Schedule|Post)$")).click()
        expect(alice.get_by_text("This will be posted on")).to_be_visible()
    alice.goto("/compose")
    alice.get_by_label(BOX).fill("Half a thought")
    if javascript:
        expect(alice.get_by_text("Draft saved")).to_be_visible()
    else:
        main_button(alice, "Save draft").click()
        expect(alice.get_by_text("Your draft is kept.")).to_be_visible()
    assert "Half a thought" not in html(bob, "/drafts") + html(bob, f"/@{alice.name}")
    alice.goto("/drafts")
    expect(alice.locator(".draft")).to_have_count(3)
    assert "To come" not in html(bob, "/")
    let_the_time_come(live_site, alice)
    kill(live_site, "worker", "beat")
    told = lambda: [post["content"] for post in api(bob, "/timeline")["posts"]]  # noqa: E731
    wait_until(lambda: len(told()) >= 2, 40)
    assert sorted(told()) == ["To come one", "To come two"]
    alice.goto("/drafts")
    expect(alice.locator(".draft")).to_have_count(1)
    alice.get_by_role("link", name="Edit").click()
    alice.get_by_label(BOX).fill("A whole thought")
    main_button(alice, "Post").click()
    expect(card(alice, "A whole thought")).to_be_visible()
    alice.goto("/drafts")
    expect(alice.get_by_text("No drafts")).to_be_visible()
    assert told()[0] == "A whole thought"
    assert len(told()) == 3


def tomorrow() -> str:
    """As the field writes it."""
    return f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}"


def let_the_time_come(site: Site, author: Page) -> None:
    """For all that the author has scheduled."""
    due = "UPDATE draft SET due_at = now() WHERE due_at IS NOT NULL AND author_id = %s"
    with closing(psycopg2.connect(site.env["DATABASE_URL"])) as connection, connection, connection.cursor() as cursor:
        cursor.execute(due, [api(author, "/users/me")["user_id"]])


def kill(site: Site, *names: str) -> None:
    """As the kernel does when memory runs out: in the middle of whatever they do."""
    for name in names:
        os.kill(site.pid(name), signal.SIGKILL)


# --- Lists ---------------------------------------------------------------------------------------


@BOTH
def test_a_list_shows_a_few_as_home_shows_all(people, javascript):
    alice, bob, carol, dave = people("alice", "bob", "carol", "dave")
    for other in (bob, carol):
        follow(alice, other)
    for writer, text in ((bob, "Low water at six"), (carol, "Bread at seven"), (dave, "Boats for hire")):
        press(writer, "/posts", content=text, visibility="public")
    alice.goto("/lists")
    alice.get_by_label("A new list").fill("Harbour")
    alice.get_by_role("button", name="Make the list").click()
    alice.get_by_role("button", name=f"Add {bob.name}").click()
    expect(alice.get_by_role("heading", name="On this list 1")).to_be_visible()
    alice.get_by_role("link", name="Harbour").click()
    expect(alice.locator(".post-card .post-content")).to_have_text(["Low water at six"])
    address = re.sub(r"^https?://[^/]*", "", alice.url)
    api_address = f"{address}/timeline"
    told = lambda: [post["content"] for post in api(alice, api_address)["posts"]]  # noqa: E731
    assert bob.request.get(address).status == 404
    assert (api(bob, api_address), api(bob, "/lists")["lists"]) == (404, [])

    bob.goto(f"/@{dave.name}")
    with bob.expect_response(re.compile("/share$")):
        share_menu(bob, "Boats for hire").get_by_role("button", name="Share with your followers").click()
    alice.goto(address)
    expect(card(alice, "Boats for hire").locator(".post-reason")).to_have_text(f"Shared by {bob.name}")
    assert told() == ["Boats for hire", "Low water at six"]
    alice.goto(f"/@{bob.name}")
    from_menu(alice, bob, "Hide what they share")
    expect(alice.get_by_text("Shares hidden")).to_be_visible()
    assert told() == ["Low water at six"]
    from_menu(alice, bob, "For 1 hour")
    expect(alice.get_by_text("Muted for 1 hour")).to_be_visible()
    assert told() == []
    alice.goto(address)
    expect(alice.get_by_text("All quiet for now")).to_be_visible()
    alice.goto(f"/@{bob.name}")
    from_menu(alice, bob, "Stop muting")
    expect(alice.get_by_text("Muted for 1 hour")).to_have_count(0)
    from_menu(alice, bob, "Show what they share")
    expect(alice.get_by_text("Shares hidden")).to_have_count(0)
    assert told() == ["Boats for hire", "Low water at six"]
    follow_button(alice, bob, "Following").click()
    follow_button(alice, bob, "Follow")
    alice.goto(address)
    expect(alice.get_by_text("Nobody is on this list")).to_be_visible()
    assert told() == []
    assert [post["content"] for post in api(alice, "/timeline")["posts"]] == ["Bread at seven"]


def from_menu(page: Page, other: Page, name: str) -> None:
    """From the menu on somebody's page."""
    page.get_by_label(f"More about {other.name}").click()  # type: ignore[attr-defined]
    if name.startswith("For "):
        page.locator("summary", has_text="Mute @").click()
    page.get_by_role("button", name=name).click()
