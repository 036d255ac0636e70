"""A passkey, made and used in a real Chromium with a key of its own."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.helpers import PASSWORD
from tests.site import Site, wait_until
from tests.test_browser import chromium, person, press, pytestmark, sign_up_by_form  # noqa: F401 fixtures


def give_key(page: Page) -> None:
    """A device that keeps passkeys and takes everybody's finger for the right one."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "automaticPresenceSimulation": True}
    device |= {"hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})


def confirm_address(page: Page, site: Site) -> None:
    """Follows the link that was mailed."""
    to = f"To: {page.name}@example.org"  # type: ignore[attr-defined]

    def link() -> list[str]:
        letters = [file.read_text() for file in (site.data_dir / "mail").glob("*")]
        return [found for text in letters if to in text for found in re.findall(r"http\S+/email/confirm/\S+", text)]

    page.goto(wait_until(link, what="the mail with the link")[0])
    page.get_by_role("button", name="Yes, that is me").click()
    expect(page.get_by_text("Your address is confirmed.")).to_be_visible()


def test_a_passkey_lets_in_without_a_password_and_is_asked_for_after_one(person: Any, live_site: Site) -> None:  # noqa: F811
    # Browsers have passkeys for names, not for bare addresses.
    alice = sign_up_by_form(person("alice", base_url=live_site.url.replace("127.0.0.1", "localhost")))
    confirm_address(alice, live_site)
    give_key(alice)
    alice.goto("/settings/security")
    alice.get_by_role("link", name="Add a passkey").click()
    alice.get_by_label("Your password").fill(PASSWORD)
    alice.get_by_role("button", name="Go on").click()
    alice.get_by_label("Name").fill("Laptop")
    alice.get_by_role("button", name="Add the passkey").click()
    expect(alice.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    code = alice.locator("#recovery-codes code").first.inner_text()
    alice.get_by_role("link", name="I have kept them").click()
    expect(alice.get_by_role("heading", name="Laptop")).to_be_visible()

    press(alice, "/logout")
    alice.goto("/login")
    alice.get_by_role("button", name="Log in with a passkey").click()
    expect(alice.get_by_label("What is on your mind?")).to_be_visible()

    press(alice, "/logout")
    alice.goto("/login")
    alice.get_by_label("Username or e-mail").fill(alice.name)
    alice.get_by_label("Password").fill(PASSWORD)
    alice.get_by_role("button", name="Log in", exact=True).click()
    alice.get_by_label("Code").fill(code)
    alice.get_by_role("button", name="Log in", exact=True).click()
    expect(alice.get_by_label("What is on your mind?")).to_be_visible()

    press(alice, "/logout")
    alice.goto("/login")
    alice.get_by_label("Username or e-mail").fill(alice.name)
    alice.get_by_label("Password").fill(PASSWORD)
    alice.get_by_role("button", name="Log in", exact=True).click()
    alice.get_by_role("button", name="Use a passkey").click()
    expect(alice.get_by_label("What is on your mind?")).to_be_visible()
