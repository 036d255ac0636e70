"""Sharing, quoting, keeping and talking in a real Chromium, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.test_browser import chromium, follow, join, person, sign_up, write  # noqa: F401 fixtures

pytestmark = pytest.mark.browser


def card(page, text):
    return page.locator(".post-card", has_text=text).first


def test_a_share_reaches_a_follower_s_open_page_and_can_be_taken_back(person):  # noqa: F811
    alice, bob, carol = (join(person(name)) for name in ("alice", "bob", "carol"))
    follow(carol, bob)
    carol.goto("/")
    write(alice, "Worth passing on")
    bob.goto("/public")
    bob.evaluate("window.notReloaded = true")
    shared = card(bob, "Worth passing on")
    menu = shared.locator(".share-menu > summary")
    menu.press("Enter")
    with bob.expect_response(re.compile("/share$")):
        shared.get_by_role("button", name="Share with your followers").press("Enter")
    expect(shared.locator('[data-count="shares"]')).to_have_text("1")
    expect(menu).to_be_focused()
    carol.get_by_role("button", name="Show 1 new post").click()
    expect(card(carol, "Worth passing on").locator(".post-reason")).to_have_text(f"Shared by {bob.name}")
    menu.click()
    with bob.expect_response(re.compile("/unshare$")):
        shared.get_by_role("button", name="Undo your share").click()
    expect(shared.locator('[data-count="shares"]')).to_have_text("0")
    assert bob.evaluate("window.notReloaded")
    carol.reload()
    expect(carol.get_by_text("Worth passing on")).to_have_count(0)


def test_a_mark_shows_at_once_and_rolls_back_with_a_word_when_it_is_refused(person, chromium, live_site):  # noqa: F811
    alice = join(person("alice"))
    # A page whose console is not looked at: the browser tells of refusals there.
    bob = chromium.new_context(base_url=live_site.url, service_workers="block").new_page()
    # Nor does it hear that a post is gone before it is pressed.
    bob.route_web_socket("**/*", lambda socket: None)
    bob.name = "bob_refused"
    sign_up(bob)
    write(alice, "Soon gone")
    bob.goto("/public")
    mine = card(bob, "Soon gone")
    like, keep = mine.locator(".like-button"), mine.locator(".bookmark-button")
    counts = [mine.locator(f'[data-count="{name}"]') for name in ("likes", "shares")]
    held = []
    bob.route(re.compile("/posts/[0-9]+/(like|share|bookmark)$"), lambda route: held.append(route))  # noqa: PLW0108

    def press_all(answer):
        """Each shows before it is answered, and as before when the answer is no."""
        held.clear()
        like.click()
        keep.click()
        mine.locator(".share-menu > summary").click()
        mine.get_by_role("button", name="Share with your followers").click()
        for button in (like, keep):
            expect(button).to_have_attribute("aria-pressed", "true")
        for count in counts:
            expect(count).to_have_text("1")
        assert len(held) == 3
        for route in held:
            answer(route)
        for button in (like, keep):
            expect(button).to_have_attribute("aria-pressed", "false")
        for count in counts:
            expect(count).to_have_text("0")

    press_all(lambda route: route.abort("internetdisconnected"))
    expect(bob.locator(".toast-error").first).to_contain_text("offline")
    alice.goto("/")
    card(alice, "Soon gone").get_by_label("More about this post").click()
    with alice.expect_response(re.compile("/delete$")):
        card(alice, "Soon gone").get_by_role("link", name="Delete").click()
    press_all(lambda route: route.continue_())
    expect(bob.locator(".toast-error").last).to_contain_text("That is gone")
    bob.context.close()


def test_quoting_fills_the_composer_and_leaves_what_was_written_there(person):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    follow(bob, alice)
    write(alice, "First said")
    bob.goto("/")
    bob.evaluate("window.notReloaded = true")
    box = bob.get_by_label("What is on your mind?")
    box.fill("How true")
    said = card(bob, "First said")
    said.locator(".share-menu > summary").click()
    said.get_by_role("link", name="Quote").click()
    expect(bob.locator(".composer .quote")).to_contain_text("First said")
    expect(box).to_be_focused()
    expect(box).to_have_value("How true")
    bob.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    made = bob.locator(".post-card").first
    expect(made).to_contain_text("How true")
    expect(made.locator(".quote")).to_contain_text("First said")
    expect(bob.locator(".composer .quote")).to_have_count(0)
    assert bob.evaluate("window.notReloaded")
    made.locator(".quote").click(position={"x": 5, "y": 5})
    expect(bob.locator(".post-card-focus")).to_contain_text("First said")


def test_a_conversation_is_held_in_place_by_keyboard(person):  # noqa: F811
    alice = join(person("alice"))
    write(alice, "What shall we talk about?")
    card(alice, "talk about").locator(".post-time").click()
    alice.get_by_label("Your comment").fill("The weather")
    alice.get_by_role("button", name="Comment", exact=True).click()
    first = card(alice, "The weather")
    expect(first).to_be_visible()
    alice.evaluate("window.notReloaded = true")
    first.locator("[data-answer]").press("Enter")
    field = alice.get_by_label(f"Your reply to {alice.name}")
    expect(field).to_be_focused()
    field.press("Escape")
    expect(field).to_have_count(0)
    expect(first.locator("[data-answer]")).to_be_focused()
    first.locator("[data-answer]").press("Enter")
    field.fill("It rains")
    field.press("Control+Enter")
    reply = alice.locator(".reply .reply .post-card")
    expect(reply).to_contain_text("It rains")
    expect(field).to_have_count(0)
    expect(reply.locator(".post-author")).to_be_focused()
    expect(first.locator('[data-count="comments"]')).to_have_text("1")
    fold = alice.locator(".reply-fold").first
    fold.press("Enter")
    expect(reply).to_be_hidden()
    fold.press("Enter")
    expect(reply).to_be_visible()
    reply.locator("[data-answer]").click()
    alice.get_by_label(f"Your reply to {alice.name}").fill("Still")
    alice.get_by_role("button", name="Reply", exact=True).click()
    expect(alice.locator(".reply .reply .reply .post-card")).to_contain_text("Still")
    assert alice.evaluate("window.notReloaded")


def test_the_link_of_a_post_is_copied(person):  # noqa: F811
    alice = join(person("alice", permissions=["clipboard-read", "clipboard-write"]))
    write(alice, "Copy me")
    card(alice, "Copy me").get_by_role("button", name="Copy link").click()
    expect(alice.get_by_text("The link is copied.")).to_be_visible()
    address = alice.evaluate("navigator.clipboard.readText()")
    alice.goto(address)
    expect(alice.locator(".post-card-focus")).to_contain_text("Copy me")


def test_sharing_quoting_keeping_and_talking_work_without_javascript(person):  # noqa: F811
    alice, bob = join(person("alice", javascript=False)), join(person("bob", javascript=False))
    follow(bob, alice)
    write(alice, "First said.")
    bob.goto("/")
    said = card(bob, "First said.")
    said.locator(".share-menu > summary").click()
    said.get_by_role("button", name="Share with your followers").click()
    expect(said.locator('[data-count="shares"]')).to_have_text("1")
    expect(said.locator(".post-reason")).to_contain_text("Shared by")
    said.locator(".bookmark-button").click()
    bob.goto("/bookmarks")
    expect(card(bob, "First said.")).to_be_visible()
    card(bob, "First said.").locator(".share-menu > summary").click()
    card(bob, "First said.").get_by_role("link", name="Quote").click()
    bob.get_by_label("What is on your mind?").fill("How true.")
    bob.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(card(bob, "How true.").locator(".quote")).to_contain_text("First said.")
    card(bob, "How true.").locator(".post-time").first.click()
    for words in ("One.", "Two."):
        bob.get_by_label("Your comment").fill(words)
        bob.get_by_role("button", name="Comment", exact=True).click()
        expect(card(bob, words)).to_be_visible()
        card(bob, words).locator(".post-action").first.click()  # to the reply's own page
        expect(bob.locator(".post-card-focus")).to_contain_text(words)
    expect(bob.locator(".thread-above .post-card").first).to_contain_text("How true.")
    bob.goto("/")
    shared = card(bob, "First said.")
    bob.locator(".post-card", has=bob.locator(".post-reason")).first.locator(".post-time").first.click()
    bob.get_by_role("link", name="Who shared it").click()
    expect(bob.get_by_role("list").filter(has_text=f"@{bob.name}").first).to_be_visible()
    expect(shared).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1280])
def test_threads_and_bookmarks_do_not_scroll_sideways(person, width):  # noqa: F811
    alice = join(person("alice", viewport={"width": width, "height": 800}))
    write(alice, "A very long word: " + "x" * 200)
    card(alice, "A very long word").locator(".post-time").click()
    for depth in range(5):
        last = alice.locator(".reply .post-card").last if depth else alice.locator(".post-card-focus")
        if depth:
            last.locator("[data-answer]").click()
            alice.get_by_label(re.compile("Your reply to")).fill(f"{depth} " + "y" * 100)
            alice.get_by_role("button", name="Reply", exact=True).click()
        else:
            alice.get_by_label("Your comment").fill("0 " + "y" * 100)
            alice.get_by_role("button", name="Comment", exact=True).click()
        expect(alice.locator(".reply .post-card")).to_have_count(depth + 1)
    url = alice.url
    for path in (url, "/bookmarks", f"{url}/likes", f"{url}/shares", f"{url}/quotes", "/compose"):
        alice.goto(path)
        assert alice.evaluate("document.documentElement.scrollWidth") <= width, path
