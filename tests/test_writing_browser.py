"""Writing in a real Chromium: the composer and its parts, drafts, polls, completion, edits, undo."""

import re

import pytest
from playwright.sync_api import expect

from tests.site import wait_until
from tests.test_browser import app_of, chromium, follow, join, person, write  # noqa: F401 fixtures

pytestmark = pytest.mark.browser
BOX = "What is on your mind?"


def card(page, text):
    return page.locator(".post-card", has_text=text).first


def test_a_poll_with_a_warning_is_written_voted_in_and_shown(person):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    alice.goto("/")
    alice.evaluate("window.notReloaded = true")
    alice.get_by_label(BOX).fill("Which?")
    alice.get_by_role("button", name="Content warning").press("Enter")
    expect(alice.get_by_role("textbox", name="Content warning")).to_be_focused()
    alice.keyboard.type("a hard choice")
    alice.get_by_role("button", name="Poll", exact=True).press("Enter")
    expect(alice.get_by_label("Option 1", exact=True)).to_be_focused()
    alice.keyboard.type("Tea")
    alice.keyboard.press("Enter")
    alice.keyboard.type("Coffee")
    alice.keyboard.press("Enter")
    expect(alice.get_by_label("Option 3", exact=True)).to_be_focused()
    alice.get_by_role("button", name="Remove option 3").click()
    expect(alice.get_by_label("Option 3", exact=True)).to_have_count(0)
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    mine = card(alice, "a hard choice")
    expect(mine).to_be_visible()
    expect(mine.get_by_text("Which?")).to_be_hidden()
    expect(alice.locator("#composer-poll")).to_be_hidden()
    assert alice.evaluate("window.notReloaded")
    bob.goto("/public")
    theirs = card(bob, "a hard choice")
    theirs.locator(".post-warning > summary").press("Enter")
    expect(theirs.get_by_text("Which?")).to_be_visible()
    theirs.get_by_role("button", name="Vote").click()
    expect(theirs.get_by_role("alert")).to_have_text("Choose one of the options.")
    theirs.get_by_label("Coffee").check()
    theirs.get_by_role("button", name="Vote").click()
    expect(theirs.locator(".poll-result-chosen")).to_contain_text("Coffee")
    expect(theirs.locator(".poll-result-chosen")).to_contain_text("100")
    expect(theirs.get_by_text("1 person has voted")).to_be_focused()


def test_names_and_hashtags_are_finished_by_keys_and_by_hand(person):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    follow(alice, bob)
    write(bob, "#mossgarden is fine")
    alice.goto("/")
    box = alice.get_by_label(BOX)
    box.press_sequentially(f"Hi @{bob.name[:4].upper()}", delay=20)
    options = alice.locator(".complete-option")
    expect(options.first).to_contain_text(f"@{bob.name}")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(options.first).to_have_attribute("aria-selected", "true")
    box.press("Enter")
    expect(box).to_have_value(f"Hi @{bob.name} ")
    expect(box).not_to_have_attribute("role", "combobox")
    box.press_sequentially("and #mossg", delay=20)
    expect(options.first).to_contain_text("#mossgarden")
    box.press("Escape")
    expect(options.first).to_be_hidden()
    box.press_sequentially("a", delay=20)
    options.first.click()
    expect(box).to_have_value(f"Hi @{bob.name} and #mossgarden ")
    expect(box).to_be_focused()
    box.press_sequentially(f"@{bob.name[:4]}", delay=20)
    expect(options.first).to_be_visible()
    box.press("Tab")
    expect(box).to_have_value(f"Hi @{bob.name} and #mossgarden @{bob.name} ")


def test_a_deleted_post_comes_back_to_its_place(person):  # noqa: F811
    alice = join(person("alice"))
    for text in ("first", "second", "third"):
        write(alice, text)
    alice.evaluate("window.notReloaded = true")
    texts = alice.locator(".post-card .post-content")
    card(alice, "second").get_by_label("More about this post").click()
    card(alice, "second").get_by_role("link", name="Delete").click()
    expect(texts).to_have_text(["third", "first"])
    undo = alice.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(texts).to_have_text(["third", "second", "first"])
    expect(undo).to_have_count(0)
    assert alice.evaluate("window.notReloaded")
    alice.reload()
    expect(texts).to_have_text(["third", "second", "first"])


def test_what_is_written_is_kept_and_goes_on_after_a_reload(person):  # noqa: F811
    alice = join(person("alice"))
    alice.goto("/")
    alice.get_by_label(BOX).fill("Half a thought")
    alice.get_by_role("button", name="Poll", exact=True).click()
    alice.get_by_label("Option 1", exact=True).fill("Tea")
    expect(alice.get_by_text("Draft saved")).to_be_visible()
    alice.reload()
    expect(alice.get_by_label("Option 1", exact=True)).to_have_value("Tea")
    expect(alice.get_by_label(BOX)).to_have_value("Half a thought")
    alice.get_by_label("Option 2", exact=True).fill("Coffee")
    expect(alice.get_by_text("Draft saved")).to_be_visible()
    alice.goto("/drafts")
    expect(alice.locator(".draft")).to_have_count(1)
    expect(alice.locator(".draft")).to_contain_text("With a poll")
    alice.get_by_role("link", name="Edit").click()
    alice.get_by_label(BOX).fill("A whole thought")
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(card(alice, "A whole thought").get_by_text("Coffee")).to_be_visible()
    alice.goto("/drafts")
    expect(alice.locator(".draft")).to_have_count(0)


def test_posting_at_once_leaves_no_draft_behind(person):  # noqa: F811
    alice = join(person("alice"))
    write(alice, "quickly")
    alice.get_by_label(BOX).fill("slower")
    alice.wait_for_timeout(2900)  # just when it is being kept
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(card(alice, "slower")).to_be_visible()
    alice.goto("/drafts")
    expect(alice.get_by_text("No drafts")).to_be_visible()


def test_leaving_the_page_keeps_the_last_words(person):  # noqa: F811
    alice = join(person("alice"))
    alice.goto("/")
    alice.get_by_label(BOX).fill("In passing")
    alice.goto("/public")

    def is_kept():
        alice.goto("/drafts")
        return alice.get_by_text("In passing").count() == 1

    wait_until(is_kept)


def test_a_post_for_later_is_posted_by_itself(person, live_site):  # noqa: F811
    alice = join(person("alice", timezone_id="Asia/Tokyo"))
    alice.goto("/")
    alice.get_by_label(BOX).fill("From the past")
    alice.get_by_role("button", name="Post later").click()
    expect(alice.get_by_label("Post at")).to_be_focused()
    expect(alice.locator("[data-zone-name]").first).to_have_text("Asia/Tokyo")
    later = alice.evaluate("""() => {
        const moment = new Date(Date.now() + 3600_000), two = (n) => String(n).padStart(2, "0");
        return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}T` +
               `${two(moment.getHours())}:${two(moment.getMinutes())}`;
    }""")
    alice.get_by_label("Post at").fill(later)
    alice.get_by_role("main").get_by_role("button", name="Schedule").click()
    expect(alice.get_by_text("This will be posted on")).to_be_visible()
    expect(alice.get_by_label(BOX)).to_have_value("")
    alice.goto("/drafts")
    alice.locator(".draft-later-open").click()
    expect(alice.get_by_label("Post at")).to_have_value(later)
    alice.get_by_role("button", name="Save the time").click()
    alice.locator(".draft-later-open").click()
    expect(alice.get_by_label("Post at")).to_have_value(later)
    live_site.manage("shell", "-v0", "-c", DUE.format(name=alice.name))

    def is_posted():
        alice.goto("/")
        return card(alice, "From the past").count() == 1

    wait_until(is_posted, 30)
    assert app_of(alice, live_site).timeline() == ["From the past"]


DUE = """
from django.utils import timezone
from posts.models import Draft
print(Draft.objects.filter(author__username="{name}").update(due_at=timezone.now()))
"""


def test_an_edit_counts_as_people_do_and_shows_what_was(person):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    write(alice, "Helo")
    card(alice, "Helo").get_by_label("More about this post").click()
    card(alice, "Helo").get_by_role("link", name="Edit").click()
    alice.get_by_role("textbox", name="Text", exact=True).fill("👩🏽‍🚀" * 270)
    expect(alice.locator("[data-composer-counter]")).to_contain_text("10 characters left")
    alice.get_by_role("textbox", name="Text", exact=True).fill("Hello")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_text("Your changes are saved.")).to_be_visible()
    bob.goto("/public")
    card(bob, "Hello").get_by_role("link", name=re.compile("edited")).click()
    expect(bob.get_by_role("heading", name="History")).to_be_visible()
    expect(bob.locator(".revision .post-content")).to_have_text(["Hello", "Helo"])


def test_all_of_it_works_without_javascript(person):  # noqa: F811
    alice, bob = join(person("alice", javascript=False)), join(person("bob", javascript=False))
    alice.goto("/")
    expect(alice.get_by_label("Option 1", exact=True)).to_be_hidden()
    alice.get_by_role("link", name=re.compile("More: poll")).click()
    alice.get_by_label(BOX).fill("Which?")
    alice.get_by_role("textbox", name="Content warning").fill("a hard choice")
    alice.get_by_label("Option 1", exact=True).fill("Tea")
    alice.get_by_label("Option 3", exact=True).fill("Coffee")
    alice.get_by_role("button", name="Save draft").click()
    expect(alice.get_by_text("Your draft is kept.")).to_be_visible()
    alice.get_by_role("link", name="Edit").click()
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    bob.goto("/public")
    theirs = card(bob, "a hard choice")
    theirs.locator(".post-warning > summary").click()
    theirs.get_by_label("Tea").check()
    theirs.get_by_role("button", name="Vote").click()
    expect(bob.get_by_text("Your vote is counted.")).to_be_visible()
    alice.goto("/")
    card(alice, "a hard choice").get_by_label("More about this post").click()
    card(alice, "a hard choice").get_by_role("link", name="Edit").click()
    alice.get_by_role("textbox", name="Content warning").fill("an easy choice")
    alice.get_by_role("button", name="Save").click()
    expect(alice.get_by_text("an easy choice")).to_be_visible()
    alice.goto("/")
    card(alice, "an easy choice").get_by_label("More about this post").click()
    card(alice, "an easy choice").get_by_role("link", name="Delete").click()
    alice.get_by_role("main").get_by_role("button", name="Delete").click()
    expect(card(alice, "an easy choice")).to_have_count(0)
    alice.get_by_role("button", name="Undo").click()
    expect(card(alice, "an easy choice")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_of_writing_scrolls_sideways(person, width):  # noqa: F811
    alice = join(person("alice", viewport={"width": width, "height": 800}))
    alice.goto("/")
    for name in ("Poll", "Content warning", "Post later"):
        alice.get_by_role("button", name=name, exact=True).click()
    assert alice.evaluate("document.documentElement.scrollWidth") <= width
    alice.get_by_label(BOX).fill("y" * 250)
    expect(alice.get_by_text("Draft saved")).to_be_visible()
    for path in ("/compose", "/drafts"):
        alice.goto(path)
        assert alice.evaluate("document.documentElement.scrollWidth") <= width, path
