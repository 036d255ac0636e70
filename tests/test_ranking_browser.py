"""A walk in a real Chromium: a weight is moved, the order and its reasons follow, and newest first is one tap away."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.test_browser import app_of, chromium, follow, join, person  # noqa: F401 fixtures

pytestmark = pytest.mark.browser
# Two thirds of a hundred, to a tenth of a point; rounded so that the terms add up.
TWO_COMMENTS = re.compile(r"Conversation\s+66\.[67]")


def shown(page: Page, scope: str) -> list[str]:
    """The posts in their order, by the words of which each has its own."""
    texts = page.locator(scope).all_inner_texts()
    return [word for text in texts for word in ("Ladder", "Seal", "Bread") if word in text]


def move(page: Page, label: str, key: str) -> None:
    """A slider by the keyboard; the preview has followed when this returns."""
    slider = page.get_by_label(label, exact=True)
    slider.focus()
    with page.expect_response(re.compile("/settings/ranking/preview")):
        slider.press(key)
    expect(page.locator(".htmx-request")).to_have_count(0)


@pytest.fixture
def reader(person: Any, live_site: Any) -> Page:  # noqa: F811
    """alice follows bob, who asked about a ladder, was talked to about it, and wrote twice since."""
    alice, bob = join(person("alice")), join(person("bob"))
    follow(alice, bob)
    app, me = app_of(bob, live_site), app_of(alice, live_site)
    ladder, *_ = [app.post(f"{word} of the day") for word in ("Ladder", "Seal", "Bread")]
    for text in ("Which one?", "The long one"):
        me.call("post", f"/posts/{ladder}/comments", json={"content": text})
    return alice


def test_a_weight_moved_moves_the_order_and_its_reasons(reader):
    reader.goto("/")
    assert shown(reader, "#post-list .post-card") == ["Bread", "Seal", "Ladder"]
    choose_conversations(reader)
    reader.goto("/")
    expect(reader.locator("#post-list .post-card").first).to_contain_text("Ladder")
    assert shown(reader, "#post-list .post-card") == ["Ladder", "Bread", "Seal"]
    read_why(reader)
    back_to_newest_first(reader)


def choose_conversations(page: Page) -> None:
    page.goto("/settings/ranking")
    for label in ("Popularity", "Closeness"):
        move(page, label, "Home")
    assert shown(page, ".rank-row") == ["Bread", "Seal", "Ladder"]
    move(page, "Conversation", "End")
    expect(page.locator('output[for="id_replies"]')).to_have_text("100")
    assert shown(page, ".rank-row") == ["Ladder", "Bread", "Seal"]
    expect(page.locator(".rank-row").first).to_contain_text(TWO_COMMENTS)
    expect(page.get_by_role("radio", name="What matters to you")).to_be_checked()
    page.get_by_role("main").get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Saved.")


def open_why(page: Page) -> Locator:
    card = page.locator("#post-list .post-card").first
    card.locator(".post-menu > summary").click()
    card.get_by_role("link", name="Why am I seeing this?").click()
    dialog = page.get_by_role("dialog", name="Why am I seeing this?")
    expect(dialog.locator(".term-total")).to_be_visible()
    return dialog


def read_why(page: Page) -> None:
    dialog = open_why(page)
    *terms, total = (int(cell.get_attribute("data-points")) for cell in dialog.locator(".term-points").all())
    assert sum(terms) == total > 0
    expect(dialog.get_by_role("row", name="Conversation")).to_contain_text(re.compile(r"66\.[67]"))
    expect(dialog.get_by_text("You have followed")).to_be_visible()
    expect(dialog.locator("#why-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator("#post-list .post-card").first.locator(".post-menu > summary")).to_be_focused()


def back_to_newest_first(page: Page) -> None:
    open_why(page).get_by_role("button", name="Back to newest first").click()
    expect(page.locator("#toasts")).to_contain_text("Home is newest first.")
    assert shown(page, "#post-list .post-card") == ["Bread", "Seal", "Ladder"]
