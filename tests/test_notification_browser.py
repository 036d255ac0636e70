"""What people do becomes notifications, in two windows and by e-mail, through the site's own processes."""

import email
import re
from email import policy
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.site import Site, wait_until
from tests.test_browser import chromium, follow, join, person, write  # noqa: F401 fixtures

pytestmark = pytest.mark.browser


def test_what_three_people_do_is_told_live_and_by_mail_and_read_in_every_window(person, live_site):  # noqa: F811
    alice, bob, carol, dave = (join(person(name)) for name in ("alice", "bob", "carol", "dave"))
    write(alice, "Low water at six")
    confirm_address(live_site, alice)
    by_mail_at_once(alice, "like", "comment", "share", "follow")
    other = alice.context.new_page()
    other.goto("/settings/profile")
    alice.goto("/notifications")
    expect(alice.get_by_text("Nothing yet")).to_be_visible()

    follow(bob, alice)
    for fan in (bob, carol):
        press_in_card(fan, alice, re.compile("like", re.I), "/like")
    expect(alice.locator(".notification-link").first).to_have_text(
        re.compile(f"{carol.name} and {bob.name} like your post")
    )
    answer(dave, alice, "Thank you")
    press_share(carol, alice)
    said = alice.locator(".notification-link")
    expect(said).to_have_count(4)
    expect(said.nth(0)).to_contain_text(f"{carol.name} shared your post")
    expect(said.nth(1)).to_contain_text(f"{dave.name} commented on your post")
    expect(said.nth(3)).to_contain_text(f"{bob.name} follows you")
    expect(alice.get_by_text("Thank you")).to_be_visible()
    for page in (alice, other):
        expect(page.locator("#unread-badge")).to_contain_text("4 unread")
        expect(page).to_have_title(re.compile(r"^\(4\) "))
    letters_tell(live_site, alice.name, bob.name)

    other.goto("/notifications")
    expect(other.locator(".notification-unread")).to_have_count(4)
    other.get_by_role("button", name="Mark all as read").click()
    for page in (alice, other):
        expect(page.locator(".notification-unread")).to_have_count(0)
        expect(page.locator("#unread-badge")).to_be_empty()
        expect(page).not_to_have_title(re.compile(r"^\("))
    carol.goto(f"/@{alice.name}")
    with carol.expect_response(re.compile("/unlike$")):
        carol.locator(".post-card").first.get_by_role("button", name=re.compile("like", re.I)).click()
    expect(said).to_have_count(4)  # nothing new
    wait_until(lambda: alice.reload() and said.nth(2).inner_text() == f"{bob.name} likes your post", 15)
    said.nth(1).click()
    expect(alice).to_have_url(re.compile(f"/@{dave.name}/"))


def by_mail_at_once(page: Page, *kinds: str) -> None:
    page.goto("/settings/notifications")
    for kind in kinds:
        page.locator(f'[name="{kind}-email"]').select_option("now")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choices are saved.")).to_be_visible()


def press_in_card(page: Page, author: Page, name: re.Pattern[str], address: str) -> None:
    page.goto(f"/@{author.name}")  # type: ignore[attr-defined]
    with page.expect_response(re.compile(f"{address}$")):
        page.locator(".post-card").first.get_by_role("button", name=name).click()


def press_share(page: Page, author: Page) -> None:
    page.goto(f"/@{author.name}")  # type: ignore[attr-defined]
    card = page.locator(".post-card").first
    card.locator(".share-menu > summary").click()
    with page.expect_response(re.compile("/share$")):
        card.get_by_role("button", name="Share with your followers").click()


def answer(page: Page, author: Page, words: str) -> None:
    page.goto(f"/@{author.name}")  # type: ignore[attr-defined]
    page.locator(".post-card").first.locator(".post-time").click()
    page.get_by_label("Your comment").fill(words)
    page.get_by_role("main").get_by_role("button", name=re.compile("^(comment|reply)", re.I)).last.click()
    expect(page.locator(".reply-list").get_by_text(words)).to_be_visible()


def letters_to(site: Site, name: str, words: str) -> list[str]:
    """The e-mails to her that hold these words, once there is one."""
    folder = Path(site.env["EMAIL_FILE_PATH"])
    letters = lambda: [text for path in folder.glob("*.log") if f"To: {name}@" in (text := path.read_text())]  # noqa: E731
    return wait_until(lambda: [letter for text in letters() for letter in text.split("\n---") if words in letter], 20)


def confirm_address(site: Site, owner: Page) -> None:
    """Nothing but the question goes to an address before its owner has said that it is theirs."""
    (asked, *_) = letters_to(site, owner.name, "/email/confirm/")  # type: ignore[attr-defined]
    text = email.message_from_string(asked.lstrip("-\n"), policy=policy.default).get_body(("plain",)).get_content()
    owner.goto(re.search(r"/email/confirm/\S+", text).group(0))
    owner.get_by_role("button", name="Yes, that is me").click()
    expect(owner.get_by_role("button", name="Yes, that is me")).to_have_count(0)


def letters_tell(site: Site, name: str, first: str) -> None:
    """The first e-mail of what was done has come, to her alone and with the way to end them."""
    found = letters_to(site, name, "List-Unsubscribe:")[0]
    letter = email.message_from_string(found.lstrip("-\n"), policy=policy.default)
    assert f"{first} follows you" in letter.get_body(("plain",)).get_content()
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "/notifications/stop/" in letter["List-Unsubscribe"]
