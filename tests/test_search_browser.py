"""The search box by keyboard: what it offers, what is chosen, and a search without choosing."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.test_browser import chromium, join, person, write  # noqa: F401 fixtures

pytestmark = pytest.mark.browser


def test_people_are_offered_and_posts_found_by_the_keyboard_alone(person: Any) -> None:  # noqa: F811
    alice = join(person("alice"))
    write(alice, "Crème brûlée from the oven")
    box = alice.get_by_label("Search posts, people and hashtags")
    box.press_sequentially(alice.name[:-1])  # type: ignore[attr-defined]
    offered = alice.get_by_role("option")
    expect(offered.first).to_contain_text("Posts with")
    expect(box).to_have_attribute("role", "combobox")
    expect(alice.get_by_role("option", name=re.compile(f"@{alice.name}"))).to_be_visible()  # type: ignore[attr-defined]
    box.press("ArrowDown")
    expect(offered.first).to_have_attribute("aria-selected", "true")
    box.press("Escape")
    expect(offered.first).to_be_hidden()
    box.fill(alice.name)  # type: ignore[attr-defined]
    expect(offered.nth(1)).to_contain_text(f"@{alice.name}")  # type: ignore[attr-defined]
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Enter")
    expect(alice).to_have_url(re.compile(f"/@{alice.name}$"))  # type: ignore[attr-defined]
    box.fill("BRULEE oven")
    box.press("Enter")
    expect(alice).to_have_url(re.compile(r"/search\?q=BRULEE\+oven"))
    expect(alice.locator(".post-card")).to_contain_text("Crème brûlée")
    text_of = "(one) => one.startContainer.data.slice(one.startOffset, one.endOffset)"
    marked = f"Array.from(CSS.highlights.get('search'), {text_of})"
    assert sorted(alice.evaluate(marked)) == ["brûlée", "oven"]
    alice.get_by_role("link", name="People").click()
    expect(alice.get_by_text("Nobody found")).to_be_visible()
