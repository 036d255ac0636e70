"""Single keys, undo, and where the focus is afterwards, in a real Chromium; and that nothing on a page jumps."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.media import image
from tests.site import Site
from tests.test_browser import app_of, chromium, follow, join, numbers, person, sign_up, write  # noqa: F401 fixtures

pytestmark = pytest.mark.browser
SHIFTS = """
window.shifted = 0;
window.shifts = [];
new PerformanceObserver((list) => {
  for (const { hadRecentInput, value, sources } of list.getEntries()) {
    if (hadRecentInput) continue;
    window.shifted += value;
    window.shifts.push(...sources.map(({ node }) => `${value} ${node?.className ?? node?.nodeName}`));
  }
}).observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFTED = 0.05


def card(page: Page, words: str) -> Locator:
    return page.locator(".post-card", has_text=words).first


def holds_focus(page: Page, words: str) -> None:
    """The post with these words has the focus, is seen to have it, and is in sight."""
    one = card(page, words)
    expect(one).to_be_focused()
    expect(one).to_be_in_viewport()
    assert one.evaluate("card => getComputedStyle(card).outlineStyle") == "solid"


@pytest.fixture
def reader(person: Any, live_site: Site) -> Page:  # noqa: F811
    """bob's home page with three posts by alice: "third" has a picture, "second" a warning."""
    alice, bob = live_site.sign_up(f"alice_{next(numbers)}b"), join(person("bob"))
    follow(bob, alice)
    alice.post("first " + "and long " * 25)
    alice.call("post", "/posts", json={"content": "second, behind it", "content_warning": "Spoilers"})
    media = alice.call(
        "post", "/media", files={"file": ("a.png", image((800, 500)), "image/png")}, data={"alt": "A wall"}
    )
    alice.call("post", "/posts", json={"content": "third", "media_ids": [media["media_id"]]})
    bob.author = alice.name  # type: ignore[attr-defined]
    bob.goto("/")
    expect(bob.locator(".post-card")).to_have_count(3)
    return bob


def test_j_and_k_walk_through_the_posts(reader):
    for words in ("third", "Spoilers", "first"):
        reader.keyboard.press("j")
        holds_focus(reader, words)
    reader.keyboard.press("j")  # there is no further
    holds_focus(reader, "first")
    reader.keyboard.press("k")
    holds_focus(reader, "Spoilers")


def test_keys_like_bookmark_and_share_the_post_and_the_focus_stays(reader):
    reader.keyboard.press("j")
    third = card(reader, "third")
    for key, button in (("l", ".like-button"), ("b", ".bookmark-button")):
        for pressed in ("true", "false"):
            with reader.expect_response(re.compile("like$|bookmark$")):
                reader.keyboard.press(key)
            expect(third.locator(button)).to_have_attribute("aria-pressed", pressed)
            holds_focus(reader, "third")
    reader.keyboard.press("s")
    expect(third.locator('[data-count="shares"]')).to_have_text("1")
    expect(reader.locator("[data-toast]").last).to_contain_text("You shared this")
    holds_focus(reader, "third")
    reader.keyboard.press("z")
    expect(third.locator('[data-count="shares"]')).to_have_text("0")
    holds_focus(reader, "third")


def test_what_a_key_does_is_told_to_who_does_not_see_it(reader):
    reader.keyboard.press("j")
    told = reader.locator("[data-told]")
    reader.keyboard.press("l")
    expect(told).to_have_text("Liked.")
    expect(reader.locator(".htmx-request")).to_have_count(0)
    reader.keyboard.press("l")
    expect(told).to_have_text("Like taken back.")


def test_keys_open_the_picture_the_warning_the_answer_and_the_post(reader):
    reader.keyboard.press("j")
    reader.keyboard.press("o")
    viewer = reader.get_by_role("dialog", name="Pictures of a post")
    expect(viewer).to_be_visible()
    reader.keyboard.press("j")  # belongs to the dialog now
    reader.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    reader.keyboard.press("j")
    expect(reader.get_by_text("second, behind it")).to_be_hidden()
    reader.keyboard.press("x")
    expect(reader.get_by_text("second, behind it")).to_be_visible()
    reader.keyboard.press("q")
    expect(reader.locator(".composer .quote")).to_contain_text("Spoilers")
    expect(reader.get_by_label("What is on your mind?")).to_be_focused()
    reader.keyboard.press("Escape")  # out of the composer, which has the focus
    reader.keyboard.press("j")
    reader.keyboard.press("r")
    expect(reader.get_by_label("Your comment")).to_be_focused()
    reader.go_back()
    reader.keyboard.press("j")
    reader.keyboard.press("Enter")
    expect(reader.locator(".post-card-focus")).to_contain_text("third")
    reader.keyboard.press("r")
    expect(reader.get_by_label("Your comment")).to_be_focused()


def test_a_key_begins_a_post_and_two_keys_lead_to_other_pages(reader):
    reader.keyboard.press("n")
    expect(reader.get_by_label("What is on your mind?")).to_be_focused()
    reader.keyboard.press("Escape")
    for keys, path in (
        ("gb", "/bookmarks"),
        ("gl", "/lists"),
        ("gp", f"/@{reader.name}"),
        ("ga", "/public"),
        ("gh", "/"),
    ):
        reader.keyboard.type(keys)
        expect(reader).to_have_url(re.compile(f"{re.escape(path)}$"))
        reader.wait_for_load_state()  # the keys of the next page
    reader.goto("/bookmarks")
    reader.keyboard.press("c")
    expect(reader).to_have_url(re.compile("/compose$"))


def test_no_key_does_anything_while_one_types_or_with_a_modifier(reader):
    box = reader.get_by_label("What is on your mind?")
    box.press_sequentially("jklbsrxoqz? gh n.")
    expect(box).to_have_value("jklbsrxoqz? gh n.")
    expect(box).to_be_focused()
    expect(reader.locator("dialog[open]")).to_have_count(0)
    box.fill("")
    reader.keyboard.press("Escape")
    for key in ("Control+l", "Alt+l", "Shift+l", "Meta+l"):
        card(reader, "third").locator(".post-author").focus()
        reader.keyboard.press(key)
        reader.wait_for_timeout(100)
        assert not reader.locator(".post-card [aria-pressed=true]").count(), key
    reader.locator("#composer-visibility").focus()
    reader.keyboard.press("l")
    expect(reader.locator(".post-card [aria-pressed=true]")).to_have_count(0)


def test_the_sheet_lists_the_keys_and_gives_the_focus_back(reader):
    reader.keyboard.press("j")
    reader.keyboard.press("Shift+?")
    sheet = reader.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet).to_be_visible()
    expect(sheet.get_by_text("Next, previous post")).to_be_visible()
    reader.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    holds_focus(reader, "third")
    opener = reader.locator(".page-side").get_by_role("button", name="Keyboard shortcuts")
    opener.press("Enter")
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="Close").press("Enter")
    expect(sheet).to_be_hidden()
    expect(opener).to_be_focused()
    menu = reader.get_by_label(f"Your account, @{reader.name}")
    menu.press("Enter")
    reader.locator(".account-panel").get_by_role("button", name="Keyboard shortcuts").press("Enter")
    expect(sheet).to_be_visible()
    reader.keyboard.press("Escape")
    expect(menu).to_be_focused()


def test_the_switch_in_the_sheet_turns_every_key_off_until_it_is_turned_on(reader):
    reader.keyboard.press("Shift+?")
    switch = reader.get_by_role("switch", name="Use single-key shortcuts")
    switch.uncheck()
    reader.keyboard.press("Escape")
    reader.reload()
    for key in ("j", "l", "n", "Shift+?"):
        reader.keyboard.press(key)
    expect(reader.locator("body")).to_be_focused()
    expect(reader.locator("dialog[open]")).to_have_count(0)
    reader.locator(".page-side").get_by_role("button", name="Keyboard shortcuts").click()
    expect(switch).not_to_be_checked()
    switch.check()
    reader.keyboard.press("Escape")
    reader.keyboard.press("j")
    holds_focus(reader, "third")


def test_without_javascript_nothing_speaks_of_keys(person):  # noqa: F811
    alice = sign_up(person("alice", javascript=False))
    alice.get_by_label(f"Your account, @{alice.name}").click()
    expect(alice.get_by_text("Keyboard shortcuts").filter(visible=True)).to_have_count(0)


def test_following_and_undoing_keep_the_focus(reader):
    reader.goto(f"/@{reader.author}")
    button = reader.locator(".standing .follow-button")
    button.press("Enter")
    expect(button).to_have_text("Follow")
    expect(button).to_be_focused()
    undo = reader.locator("#toasts").get_by_role("button", name="Undo")
    undo.press("Enter")
    expect(button).to_contain_text("Following")
    expect(button).to_be_focused()
    expect(reader.locator("[data-toast]", has_text="no longer follow")).to_have_count(0)


def test_undoing_an_unfollow_brings_back_the_lists_they_were_on(reader, live_site):
    app = app_of(reader, live_site)
    made = app.call("post", "/lists", json={"name": "Close ones"})
    author = app.call("get", f"/users/lookup?username={reader.author}")["user_id"]
    app.call("post", f"/lists/{made['list_id']}/members/{author}")
    reader.goto(f"/@{reader.author}/lists")
    expect(reader.get_by_role("checkbox", name=re.compile("Close ones"))).to_be_checked()
    reader.goto(f"/@{reader.author}")
    reader.locator(".standing .follow-button").click()
    reader.locator("#toasts").get_by_role("button", name="Undo").click()
    expect(reader.locator(".standing .follow-button")).to_contain_text("Following")
    reader.goto(f"/@{reader.author}/lists")
    expect(reader.get_by_role("checkbox", name=re.compile("Close ones"))).to_be_checked()


def test_muting_from_a_post_clears_the_page_and_undo_fills_it_again(reader):
    write(reader, "mine")
    reader.evaluate("window.notReloaded = true")
    card(reader, "third").get_by_label("More about this post").press("Enter")
    card(reader, "third").get_by_role("button", name=f"Mute @{reader.author}").press("Enter")
    expect(card(reader, "third")).to_be_hidden()
    expect(card(reader, "first")).to_be_hidden()
    expect(card(reader, "mine").locator(".post-author")).to_be_focused()
    reader.keyboard.press("z")
    expect(card(reader, "third")).to_be_visible()
    expect(card(reader, "third").locator(".post-author")).to_be_focused()
    assert reader.evaluate("window.notReloaded")
    reader.reload()
    expect(card(reader, "third")).to_be_visible()


def test_blocking_asks_first(reader):
    card(reader, "third").get_by_label("More about this post").click()
    block = card(reader, "third").get_by_role("button", name=f"Block @{reader.author}")
    block.click()
    question = reader.locator("#confirm-dialog")
    expect(question).to_contain_text("Block")
    question.get_by_role("button", name="Cancel").click()
    expect(card(reader, "third")).to_be_visible()
    card(reader, "third").get_by_label("More about this post").click()
    block.click()
    question.get_by_role("button", name="Block").click()
    expect(reader.locator("#toasts")).to_contain_text("You blocked")
    expect(reader.locator(".post-card")).to_have_count(0)


def test_deleting_and_undoing_by_keyboard_ends_on_the_post(person):  # noqa: F811
    alice = join(person("alice"))
    write(alice, "kept")
    write(alice, "deleted by mistake")
    mine = card(alice, "deleted by mistake")
    mine.get_by_label("More about this post").press("Enter")
    mine.get_by_role("link", name="Delete").press("Enter")
    undo = alice.locator("#toasts").get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    alice.keyboard.press("Enter")
    expect(card(alice, "deleted by mistake").locator(".post-author")).to_be_focused()
    expect(alice.locator("[data-toast]")).to_have_count(0)


def test_the_message_of_a_deleted_post_hands_the_focus_on_when_it_is_sent_away(person):  # noqa: F811
    alice = join(person("alice"))
    write(alice, "kept")
    write(alice, "deleted")
    mine = card(alice, "deleted")
    mine.get_by_label("More about this post").press("Enter")
    mine.get_by_role("link", name="Delete").press("Enter")
    expect(alice.locator("#toasts").get_by_role("button", name="Undo")).to_be_focused()
    alice.keyboard.press("Escape")
    expect(card(alice, "kept").locator(".post-author")).to_be_focused()


def test_a_message_stays_while_it_is_looked_at_and_goes_by_itself(person):  # noqa: F811
    alice = join(person("alice"))
    write(alice, "to keep")
    alice.clock.install()
    keep = card(alice, "to keep").locator(".bookmark-button")
    for _ in range(2):
        with alice.expect_response(re.compile("bookmark$")):
            keep.click()
    toast = alice.locator("[data-toast]", has_text="The bookmark is gone")
    expect(toast).to_be_visible()
    toast.get_by_role("button", name="Undo").focus()
    alice.clock.fast_forward(60_000)
    expect(toast).to_be_visible()
    keep.focus()
    alice.clock.fast_forward(60_000)
    expect(toast).to_have_count(0)


def test_a_vote_and_older_posts_keep_the_focus_where_one_is(person, live_site):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    app = app_of(alice, live_site)
    app.call("post", "/posts", json={"content": "Which?", "poll": {"options": ["This", "That"], "seconds": 3600}})
    for n in range(21):
        app.call("post", "/posts", json={"content": f"number {n}"})
    bob.goto(f"/@{alice.name}")
    bob.get_by_role("link", name="Older posts").focus()  # which brings it into sight, and so the posts
    question = card(bob, "Which?")
    expect(question).to_be_visible()
    expect(bob.locator(".post-card:focus-within")).to_have_count(1)
    question.get_by_label("That").check()
    question.get_by_role("button", name="Vote").press("Enter")
    expect(question.locator(".poll-facts")).to_be_focused()


def shifted(page: Page, path: str) -> tuple[float, list[str]]:
    """How far what is seen has moved by itself, and what moved."""
    page.goto(path)
    page.wait_for_load_state("networkidle")
    page.mouse.wheel(0, 1500)
    page.wait_for_timeout(300)
    return page.evaluate("[window.shifted, window.shifts]")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_jumps_while_pages_with_pictures_load(person, live_site, width):  # noqa: F811
    alice = join(person("alice", viewport={"width": width, "height": 800}))
    app = app_of(alice, live_site)
    for n in range(25):
        media = app.call("post", "/media", files={"file": ("a.png", image((700, 300 + 40 * n)), "image/png")})
        thread = app.call("post", "/posts", json={"content": f"number {n}", "media_ids": [media["media_id"]]})
    for n in range(5):
        app.call("post", f"/posts/{thread['post_id']}/comments", json={"content": f"answer {n}"})
    alice.add_init_script(SHIFTS)
    for path in ("/", f"/@{alice.name}", f"/@{alice.name}/{thread['post_id']}", "/lists", "/settings/profile"):
        moved, what = shifted(alice, path)
        assert moved < MOST_SHIFTED, (path, what)


def test_whoever_wants_no_motion_gets_none(person):  # noqa: F811
    alice = join(person("alice", reduced_motion="reduce"))
    write(alice, "still")
    moving = """new Promise(done => setTimeout(() => done(
        document.getAnimations().map(one => `${one.animationName ?? one.transitionProperty} ${one.effect.target.id}`)
    ), 60))"""
    for act in (
        lambda: card(alice, "still").locator(".like-button").click(),
        lambda: card(alice, "still").locator(".bookmark-button").click(),
        lambda: card(alice, "still").locator(".bookmark-button").click(),  # a message rises
        lambda: write(alice, "another"),
        lambda: alice.keyboard.press("Escape") or alice.keyboard.press("j"),
    ):
        act()
        assert alice.evaluate(moving) == []
    assert alice.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"


@pytest.mark.parametrize(("system", "round_trip"), [("light", ["dark", "light", ""]), ("dark", ["light", "dark", ""])])
def test_the_switch_of_colours_has_three_states_that_last(chromium, live_site, system, round_trip):  # noqa: F811
    # Not a `person`: that a page is not there is an error in the console.
    alice = chromium.new_context(base_url=live_site.url, color_scheme=system).new_page()
    paper = "getComputedStyle(document.body).backgroundColor"
    alice.goto("/login")
    papers = {system: alice.evaluate(paper)}
    for theme in round_trip:
        alice.get_by_role("button", name=re.compile("^Colours:")).click()
        alice.goto("/nothing/here") if theme == "dark" else alice.reload()
        assert (alice.locator("html").get_attribute("data-theme") or "") == theme
        shown = theme or system
        assert papers.setdefault(shown, alice.evaluate(paper)) == alice.evaluate(paper)
    assert len(set(papers.values())) == 2
    alice.context.close()


def test_in_forced_colours_marks_switches_and_focus_are_still_seen(person):  # noqa: F811
    alice = sign_up(person("alice", forced_colors="active"))
    alice.keyboard.press("Shift+?")
    switch = alice.get_by_role("switch", name="Use single-key shortcuts")
    look = "node => getComputedStyle(node).backgroundColor"
    on = switch.evaluate(look)
    switch.uncheck()
    assert switch.evaluate(look) != on
