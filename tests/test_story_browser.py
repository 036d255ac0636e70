"""A story in a real Chromium: told, seen by keyboard and by finger, answered, deleted."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.media import image
from tests.test_browser import chromium, follow, join, person, pytestmark  # noqa: F401 fixtures


def tell(page: Page, path: Path, caption: str) -> None:
    page.goto("/compose/story")
    page.locator("[data-upload-input]").set_input_files(str(path))
    expect(page.locator(".upload-done")).to_have_count(1)
    page.get_by_label("Describe it").fill(f"A wall, {caption}")
    page.get_by_label("Caption").fill(caption)
    page.get_by_role("button", name="Share story").click()
    expect(page.locator(".toast")).to_contain_text("Your story is there")


def swipe(page: Page, across: int) -> None:
    """A finger from the middle of the picture, as the browser hears of it."""
    stage = page.locator("[data-story-stage]")
    at = {"pointerType": "touch", "pointerId": 1, "bubbles": True, "clientX": 200, "clientY": 300}
    stage.dispatch_event("pointerdown", at)
    stage.dispatch_event("pointerup", at | {"clientX": 200 + across})


def test_a_story_from_the_file_to_the_last_look(person: Any, tmp_path: Path) -> None:  # noqa: F811
    alice = join(person("alice"))
    bob = join(person("bob", has_touch=True, viewport={"width": 390, "height": 844}, reduced_motion="reduce"))
    follow(bob, alice)
    for color in ("teal", "navy"):
        (tmp_path / f"{color}.png").write_bytes(image((360, 640), color=color))
        tell(alice, tmp_path / f"{color}.png", color)

    bob.goto("/")
    ring = bob.locator("#story-tray .story-link", has_text=alice.name)  # type: ignore[attr-defined]
    expect(ring).not_to_have_class(re.compile("story-link-seen"))
    ring.press("Enter")
    viewer = bob.get_by_role("dialog")
    expect(viewer.locator(".story-caption")).to_have_text("teal")
    expect(viewer.get_by_alt_text("A wall, teal")).to_be_visible()
    expect(viewer.get_by_role("status").first).to_contain_text("Story 1 of 2")
    # Nothing moves by itself for whoever wants it so.
    expect(viewer.get_by_role("button", name="Pause")).to_have_attribute("aria-pressed", "true")
    bob.keyboard.press("ArrowRight")
    expect(viewer.locator(".story-caption")).to_have_text("navy")
    bob.keyboard.press("ArrowLeft")
    expect(viewer.locator(".story-caption")).to_have_text("teal")
    viewer.locator("[data-story-after]").tap()
    expect(viewer.locator(".story-caption")).to_have_text("navy")
    swipe(bob, 120)
    expect(viewer.locator(".story-caption")).to_have_text("teal")
    swipe(bob, -120)
    expect(viewer.locator(".story-caption")).to_have_text("navy")
    viewer.get_by_label("Reply to").fill("Which wall is that?")
    bob.keyboard.press("ArrowLeft")
    viewer.get_by_role("button", name="Send").click()
    expect(viewer.locator(".story-said")).to_contain_text("Sent.")
    expect(viewer.locator(".story-caption")).to_have_text("navy")
    bob.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(ring).to_be_focused()
    expect(ring).to_have_class(re.compile("story-link-seen"))

    # Of alice's own the first moves on to the second by itself; then she reads the answer and takes one away.
    alice.goto(f"/@{bob.name}")  # type: ignore[attr-defined]
    alice.get_by_role("link", name="Answers a story").click()
    own = alice.get_by_role("dialog")
    expect(own.locator(".story-caption")).to_have_text("navy")
    alice.goto("/")
    alice.locator("#story-tray .story-link", has_text="Your story").click()
    expect(own.locator(".story-caption")).to_have_text("teal")
    expect(own.locator(".story-caption")).to_have_text("navy")
    expect(alice).to_have_url(re.compile(r"/$"))
    own.locator("summary", has_text="Seen by 1").click()
    expect(own.get_by_role("link", name=bob.name)).to_be_visible()  # type: ignore[attr-defined]
    own.get_by_role("link", name="Delete").click()
    alice.get_by_role("button", name="Delete", exact=True).click()
    expect(alice.locator(".toast")).to_contain_text("Your story is deleted")
    bob.goto(f"/stories/{alice.name}")  # type: ignore[attr-defined]
    expect(viewer.get_by_alt_text("A wall, teal")).to_be_visible()
    expect(viewer.locator("#story-after")).to_have_count(0)
