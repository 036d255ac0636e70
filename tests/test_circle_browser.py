"""Lists, mutes, followers and suggestions in a real Chromium, with JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from tests.test_browser import chromium, follow, join, person, write  # noqa: F401 fixtures

pytestmark = pytest.mark.browser


def test_a_list_is_filled_by_searching_and_read(person):  # noqa: F811
    alice, bob, carol = (join(person(name)) for name in ("alice", "bob", "carol"))
    write(bob, "Low water at six")
    write(carol, "Bread at seven")
    for other in (bob, carol):
        follow(alice, other)
    alice.goto("/lists")
    alice.get_by_label("A new list").fill("Harbour")
    alice.get_by_role("button", name="Make the list").click()
    expect(alice.get_by_role("heading", name="On this list 0")).to_be_visible()
    alice.get_by_label("Name of somebody you follow").type(bob.name[:5], delay=10)
    expect(alice.get_by_role("button", name=f"Add {carol.name}")).to_have_count(0)
    alice.get_by_role("button", name=f"Add {bob.name}").press("Enter")
    expect(alice.get_by_role("heading", name="On this list 1")).to_be_visible()
    expect(alice.get_by_role("list", name="On this list")).to_contain_text(f"@{bob.name}")
    # The keyboard stays where it was, and the words in the field.
    expect(alice.locator(":focus")).to_have_attribute("aria-label", f"Take {bob.name} off the list")
    expect(alice.get_by_label("Name of somebody you follow")).to_have_value(bob.name[:5])
    alice.get_by_role("link", name="Harbour").click()
    expect(alice.locator(".post-card")).to_have_count(1)
    expect(alice.locator(".post-card")).to_contain_text("Low water at six")
    alice.get_by_role("link", name="Edit").click()
    alice.get_by_role("list", name="On this list").get_by_role("button", name=f"Take {bob.name} off").click()
    expect(alice.get_by_text("Nobody yet. Add people above.")).to_be_visible()


def test_muting_for_an_hour_removing_and_hiding_from_the_menu(person):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    follow(alice, bob)
    follow(bob, alice)
    alice.goto(f"/@{bob.name}")
    menu = alice.get_by_label(f"More about {bob.name}")
    menu.click()
    alice.locator("summary", has_text="Mute @").click()
    alice.get_by_role("button", name="For 1 hour").click()
    expect(alice.get_by_text("Muted for 1 hour")).to_be_visible()
    menu.click()
    alice.get_by_role("button", name="Hide what they share").click()
    expect(alice.get_by_text("Shares hidden")).to_be_visible()
    menu.click()
    alice.get_by_role("button", name="Remove from followers").click()
    alice.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(alice.get_by_text("Follows you")).to_have_count(0)
    alice.goto("/settings/blocks?show=muted")
    alice.get_by_role("button", name=f"Stop muting {bob.name}").click()
    expect(alice.get_by_text("You mute nobody")).to_be_visible()
    expect(alice.locator("#toasts")).to_contain_text("is no longer muted")


def test_suggestions_go_when_dismissed_and_stay_away(person):  # noqa: F811
    alice, bob, carol = (join(person(name)) for name in ("alice", "bob", "carol"))
    follow(bob, carol)
    follow(alice, bob)
    alice.set_viewport_size({"width": 1280, "height": 800})
    alice.goto("/")
    side = alice.get_by_role("region", name="People to follow")
    expect(side).to_contain_text(f"Followed by {bob.name}")
    side.get_by_role("button", name=f"Do not suggest {carol.name}").click()
    expect(side.get_by_text(f"@{carol.name}")).to_have_count(0)
    alice.reload()
    expect(alice.get_by_text(f"@{carol.name}")).to_have_count(0)


def test_the_same_without_javascript(person):  # noqa: F811
    alice, bob = join(person("alice", javascript=False)), join(person("bob", javascript=False))
    for one, other in ((alice, bob), (bob, alice)):
        one.goto(f"/@{other.name}")
        one.get_by_role("button", name=re.compile("^Follow ")).first.click()
    alice.goto(f"/@{bob.name}")
    alice.get_by_label(f"More about {bob.name}").click()
    alice.locator("summary", has_text="Mute @").click()
    alice.get_by_role("button", name="For 1 week").click()
    expect(alice.get_by_text("Muted for 7 days")).to_be_visible()
    alice.goto("/@" + alice.name + "/followers")
    alice.get_by_role("button", name=f"Remove {bob.name}").click()
    expect(alice.get_by_text("No followers yet")).to_be_visible()
    alice.goto("/lists")
    alice.get_by_label("A new list").fill("Harbour")
    alice.get_by_role("button", name="Make the list").click()
    alice.get_by_role("button", name=f"Add {bob.name}").click()
    expect(alice.get_by_role("heading", name="On this list 1")).to_be_visible()
    alice.get_by_text("Delete this list").click()
    alice.get_by_role("button", name="Delete “Harbour”").click()
    expect(alice.get_by_text("No lists yet")).to_be_visible()
