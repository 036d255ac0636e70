"""Walks in a real Chromium, through the whole site as `make run` starts it."""

import re
from itertools import count
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.chromium import CHROMIUM, FLAGS, WHY, is_missing
from tests.helpers import PASSWORD
from tests.site import App, Site

pytestmark = pytest.mark.browser
numbers = count()
# Two cores serve the site, run its workers and draw all the pages.
expect.set_options(timeout=15_000)
if is_missing:
    pytest.skip(WHY, allow_module_level=True)


@pytest.fixture(scope="module")
def chromium() -> Any:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def person(chromium: Browser, live_site: Site) -> Any:
    """Opens a browser of one's own: `person("alice")`; a console error in any of them fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(name: str, *, javascript: bool = True, **options: Any) -> Page:
        # A service worker would hide requests from tests that hold them up; tests of it say "allow".
        options = {"service_workers": "block", "base_url": live_site.url, **options}
        context = chromium.new_context(java_script_enabled=javascript, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: errors.append(message.text) if is_fault(message) else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.name = f"{name}_{next(numbers)}b"  # type: ignore[attr-defined]
        if javascript:
            leaves_when_all_is_sent(page)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors, errors


def leaves_when_all_is_sent(page: Page) -> None:
    """A person sees that a press was taken before they go on; a test would be gone before it is sent."""
    goto = page.goto

    def patient(url: str, **options: Any) -> Any:
        expect(page.locator(".htmx-request")).to_have_count(0)
        return goto(url, **options)

    page.goto, page.goto_at_once = patient, goto  # type: ignore[method-assign,attr-defined]


def is_fault(message: Any) -> bool:
    """An error of ours; that a form was refused or the network was away is told by the browser as one too."""
    expected = (
        *("status of 422", "status of 400", "status of 503"),
        *("net::ERR_INTERNET_DISCONNECTED", "WebSocket connection to"),
    )
    return message.type == "error" and not any(part in message.text for part in expected)


def join(page: Page) -> Page:
    """A new member, by what the form sends; that it can be filled in is told by `sign_up_by_form`. No page yet."""
    page.request.get("/signup")
    fields = {"username": page.name, "email": f"{page.name}@example.org", "password1": PASSWORD}  # type: ignore[attr-defined]
    press(page, "/signup", **fields)
    return page


def sign_up(page: Page) -> Page:
    """A new member at home."""
    join(page).goto("/")
    return page


def press(page: Page, address: str, **fields: str) -> None:
    """What a button of a form sends."""
    token = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")
    answer = page.request.post(address, form={**fields, "csrfmiddlewaretoken": token})
    assert answer.ok, f"{address}: {answer.status}"


def sign_up_by_form(page: Page) -> Page:
    page.goto("/")
    page.get_by_role("link", name=re.compile("sign up|create an account|join", re.I)).first.click()
    page.get_by_label("Username").fill(page.name)  # type: ignore[attr-defined]
    page.get_by_label(re.compile("e-?mail", re.I)).fill(f"{page.name}@example.org")  # type: ignore[attr-defined]
    page.get_by_label("Password").first.fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name=re.compile("sign up|create|join", re.I)).click()
    expect(page).to_have_url(re.compile(r"/$"))
    return page


def app_of(page: Page, site: Site) -> App:
    """The same person by API."""
    body = {"username": page.name, "password": PASSWORD}  # type: ignore[attr-defined]
    answer = requests.post(f"{site.url}/api/v1/auth/token", json=body, timeout=10)
    return App(site, "", page.name, answer.json()["access_token"])  # type: ignore[attr-defined]


def write(page: Page, text: str) -> None:
    page.goto("/") if not page.url.endswith("/") else None
    page.get_by_label("What is on your mind?").fill(text)
    page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(page.locator(".post-card").first).to_contain_text(text)
    expect(page.get_by_label("What is on your mind?")).to_have_value("")  # and the page stands still again


def follow(page: Page, other: Page | App) -> None:
    press(page, f"/@{other.name}/follow")  # type: ignore[attr-defined]


def follow_by_button(page: Page, other: Page) -> None:
    page.goto(f"/@{other.name}")  # type: ignore[attr-defined]
    page.get_by_role("button", name="Follow", exact=False).first.click()
    expect(page.get_by_role("button", name=re.compile("following|unfollow", re.I)).first).to_be_visible()


def test_an_open_home_page_shows_a_new_post_without_a_reload(person):
    alice, bob = sign_up_by_form(person("alice")), join(person("bob"))
    write(bob, "mine")
    follow_by_button(bob, alice)
    bob.goto("/")
    bob.evaluate("window.notReloaded = true")
    write(alice, "Hello from alice")
    pill = bob.get_by_role("button", name="Show 1 new post")
    expect(pill).to_be_visible()
    expect(bob.get_by_text("Hello from alice")).to_have_count(0)
    write(alice, "And again")
    bob.get_by_role("button", name="Show 2 new posts").click()
    expect(bob.locator(".post-card .post-content")).to_have_text(["And again", "Hello from alice", "mine"])
    expect(pill).to_be_hidden()
    assert bob.evaluate("window.notReloaded")


def test_a_page_that_was_offline_catches_up(person):
    alice, bob = join(person("alice")), join(person("bob"))
    follow(bob, alice)
    write(alice, "first")
    bob.goto("/")
    expect(bob.locator(".post-card").first).to_contain_text("first")
    bob.context.set_offline(True)
    bob.evaluate("window.dispatchEvent(new Event('offline'))")
    write(alice, "while bob was away")
    bob.context.set_offline(False)
    bob.evaluate("window.dispatchEvent(new Event('online'))")
    expect(bob.get_by_role("button", name=re.compile("Show .*new post"))).to_be_visible(timeout=20_000)


def test_posting_liking_and_commenting_change_the_page_in_place(person):
    alice = join(person("alice"))
    alice.goto("/")
    alice.evaluate("window.notReloaded = true")
    write(alice, "Likeable")
    like = alice.locator(".post-card").first.get_by_role("button", name=re.compile("like", re.I))
    with alice.expect_response(re.compile("/like$")):
        like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    alice.reload()
    expect(like).to_have_attribute("aria-pressed", "true")
    alice.locator(".post-card").first.locator(".post-time").click()
    alice.get_by_label("Your comment").fill("An answer")
    alice.get_by_role("main").get_by_role("button", name=re.compile("^(comment|reply)", re.I)).last.click()
    expect(alice.get_by_text("An answer")).to_be_visible()


def test_a_like_is_not_lost_by_leaving_the_page_at_once(person):
    alice = join(person("alice"))
    alice.goto("/")
    write(alice, "Likeable in passing")
    # The network is slow for what the page sends; the browser's own last word goes through.
    alice.route(re.compile("/like$"), lambda route: route.continue_() if is_beacon(route) else None)
    like = alice.locator(".post-card").first.get_by_role("button", name=re.compile("like", re.I))
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    for _ in range(20):
        alice.goto_at_once("/")
        if like.get_attribute("aria-pressed") == "true":
            break
    expect(like).to_have_attribute("aria-pressed", "true")


def is_beacon(route: Any) -> bool:
    return route.request.resource_type == "ping"


def test_the_counter_counts_as_people_do_and_an_over_long_post_keeps_its_text(person):
    alice = sign_up(person("alice"))
    box = alice.get_by_label("What is on your mind?")
    box.fill("👩🏽‍🚀" * 281)
    expect(alice.locator("[data-composer-counter]")).to_contain_text("1")
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(alice.locator("#composer-error")).to_contain_text("1 too long")
    expect(alice.get_by_label("What is on your mind?")).to_have_value("👩🏽‍🚀" * 281)


def test_scrolling_brings_older_posts_until_all_are_there(person, live_site):
    alice = join(person("alice"))
    app = app_of(alice, live_site)
    for n in range(45):
        app.post(f"number {n}")
    alice.goto("/")
    for _ in range(20):
        alice.mouse.wheel(0, 20_000)
        alice.wait_for_timeout(100)
        if alice.locator(".post-card").count() == 45:
            break
    texts = alice.locator(".post-card .post-content").all_inner_texts()
    assert [text.strip() for text in texts] == [f"number {n}" for n in reversed(range(45))]


def test_everything_works_without_javascript(person):
    """Sign up, post, follow, comment, like, page through, delete, log out: by plain forms and links."""
    alice, bob = (sign_up_by_form(person(name, javascript=False)) for name in ("alice", "bob"))
    write(alice, "number 0.")
    for n in range(1, 22):
        press(alice, "/posts", content=f"number {n}.", visibility="public")
    follow_by_button(bob, alice)
    bob.goto("/")
    seen = bob.locator(".post-card .post-content").all_inner_texts()
    assert len(seen) == 20
    bob.get_by_role("main").get_by_role("link", name=re.compile("older|next", re.I)).last.click()
    seen += bob.locator(".post-card .post-content").all_inner_texts()
    assert [text.strip() for text in seen] == [f"number {n}." for n in reversed(range(22))]
    card = bob.locator(".post-card").first
    card.get_by_role("button", name=re.compile("like", re.I)).click()
    expect(bob.locator("[aria-pressed=true]").first).to_be_visible()
    bob.goto(f"/@{alice.name}")
    bob.locator(".post-card .post-time").first.click()
    bob.get_by_label("Your comment").fill("Without JavaScript")
    bob.get_by_role("main").get_by_role("button", name=re.compile("^(comment|reply)", re.I)).last.click()
    expect(bob.get_by_text("Without JavaScript")).to_be_visible()
    alice.goto("/")
    alice.locator(".post-card").first.get_by_label("More about this post").click()
    alice.locator(".post-card").first.get_by_role("link", name="Delete").click()
    alice.get_by_role("main").get_by_role("button", name="Delete").click()
    alice.goto("/")
    expect(alice.get_by_text("number 21.")).to_have_count(0)
    alice.get_by_label(f"Your account, @{alice.name}").click()
    alice.get_by_role("button", name="Log out").click()
    expect(alice.get_by_role("link", name=re.compile("log in", re.I)).first).to_be_visible()


def test_a_private_account_is_asked_and_answers_without_a_reload_or_a_lost_focus(person):
    alice, bob, carol = (join(person(name)) for name in ("alice", "bob", "carol"))
    alice.goto("/settings/privacy")
    alice.get_by_role("switch", name="Private account").check()
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_text("Your account is private.")).to_be_visible()
    for asking in (bob, carol):
        asking.goto(f"/@{alice.name}")
        asking.get_by_role("button", name=f"Follow {alice.name}").click()
        expect(asking.get_by_role("button", name=f"Requested to follow {alice.name}")).to_be_focused()
        expect(asking.get_by_text(f"You asked to follow {alice.name}")).to_be_visible()
    alice.goto(f"/@{alice.name}")
    alice.get_by_role("link", name="2 people ask to follow you").click()
    alice.evaluate("window.notReloaded = true")
    alice.get_by_role("button", name=f"Accept {carol.name}").press("Enter")
    expect(alice.get_by_role("button", name=f"Accept {bob.name}")).to_be_focused()
    expect(alice.get_by_text(f"{carol.name} follows you now.")).to_be_visible()
    expect(alice.locator("#waiting-badge")).to_contain_text("1")
    alice.get_by_role("button", name=f"Reject {bob.name}").press("Enter")
    expect(alice.get_by_text("Nobody is waiting")).to_be_visible()
    expect(alice.get_by_role("heading", name="Follow requests")).to_be_focused()
    assert alice.evaluate("window.notReloaded")
    for asking, stands in ((carol, f"Following {alice.name}"), (bob, f"Follow {alice.name}")):
        asking.reload()
        expect(asking.get_by_role("button", name=stands)).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways(person, width):
    alice = join(person("alice", viewport={"width": width, "height": 800}))
    write(alice, "A very long word: " + "x" * 200)
    name, settings = alice.name, [f"/settings/{page}" for page in ("profile", "privacy", "security")]
    for path in ("/", "/public", f"/@{name}", f"/@{name}/followers", "/follow-requests", *settings):
        alice.goto(path)
        assert alice.evaluate("document.documentElement.scrollWidth") <= width, path
