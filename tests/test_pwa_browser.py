"""The installed site in a real Chromium: without a network, with push, and after a log-out."""

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.test_browser import chromium, join, person, sign_up, write  # noqa: F401 the fixtures

pytestmark = pytest.mark.browser
KEPT = """async () => {
  const names = await caches.keys();
  const lists = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
  return lists.flat().map((request) => new URL(request.url).pathname);
}"""
SHOWN = """async () => {
  const shown = await (await navigator.serviceWorker.ready).getNotifications();
  return shown.map(({ title, body, tag }) => [title, body, tag]);
}"""


class Worker:
    """The page's service worker, by the browser's own line to it."""

    def __init__(self, page: Page) -> None:
        self.page, self.line = page, page.context.new_cdp_session(page)
        self.seen: dict[str, Any] = {}
        self.line.on("ServiceWorker.workerRegistrationUpdated", self.remember)
        self.line.send("ServiceWorker.enable")
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_function("navigator.serviceWorker.controller?.state === 'activated'")

    def remember(self, told: Any) -> None:
        for registration in told["registrations"]:
            self.seen = registration

    def push(self, message: dict[str, str]) -> None:
        self.line.send(
            "ServiceWorker.deliverPushMessage",
            {
                "origin": self.page.evaluate("location.origin"),
                "registrationId": self.seen["registrationId"],
                "data": json.dumps(message),
            },
        )


def test_the_site_can_be_installed_and_says_so_when_it_is_offline(person):  # noqa: F811
    alice = join(person("alice", service_workers="allow"))
    write(alice, "Only for those who are in")
    worker = Worker(alice)
    found = worker.line.send("Page.getAppManifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["display"] == "standalone"
    problems = {one["errorId"] for one in worker.line.send("Page.getInstallabilityErrors")["installabilityErrors"]}
    assert problems <= {"in-incognito"}  # as every window of a test is

    alice.goto("/drafts")
    alice.context.set_offline(True)
    alice.goto("/bookmarks")
    expect(alice.get_by_role("heading", name="You are offline")).to_be_visible()
    expect(alice.locator(".offline-art use")).to_be_attached()
    assert alice.evaluate("getComputedStyle(document.querySelector('.offline-main')).display") == "flex"
    alice.get_by_role("button", name="Try again").click()
    expect(alice.get_by_text("Still offline.")).to_be_visible()
    alice.context.set_offline(False)
    expect(alice.get_by_role("heading", name="Bookmarks")).to_be_visible(timeout=20_000)  # by itself

    assert "/offline" in alice.evaluate(KEPT)
    leave(alice)
    assert {path for path in alice.evaluate(KEPT) if not path.startswith("/static/")} == {"/offline"}
    assert alice.name not in alice.evaluate("caches.match('/offline').then((page) => page.text())")


def test_a_push_is_shown_and_gone_after_the_log_out(person):  # noqa: F811
    alice = sign_up(person("alice", service_workers="allow", permissions=["notifications"]))
    worker = Worker(alice)
    worker.push({"title": "bob likes your post", "body": "Moss", "url": "/bookmarks", "tag": "post-1"})
    wait_until_shown(alice, [["bob likes your post", "Moss", "post-1"]])
    worker.push({"title": "bob and carol like your post", "body": "Moss", "url": "/bookmarks", "tag": "post-1"})
    wait_until_shown(alice, [["bob and carol like your post", "Moss", "post-1"]])
    leave(alice)
    wait_until_shown(alice, [])


def wait_until_shown(page: Page, wanted: list[list[str]]) -> None:
    """Asks again and again: `wait_for_function` takes a promise for true, whatever comes of it."""
    ends = time.monotonic() + 15
    while (shown := page.evaluate(SHOWN)) != wanted and time.monotonic() < ends:
        page.wait_for_timeout(50)
    assert shown == wanted


def leave(page: Page) -> None:
    page.get_by_label(f"Your account, @{page.name}").click()  # type: ignore[attr-defined]
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("link", name=re.compile("log in", re.I)).first).to_be_visible()
