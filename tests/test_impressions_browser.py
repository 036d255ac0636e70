"""A reader scrolls: what was on their screen for a second is kept, what they rushed past is not."""

from contextlib import closing
from typing import Any

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from tests.site import Site, wait_until
from tests.test_browser import app_of, chromium, follow, join, person  # noqa: F401 fixtures

pytestmark = pytest.mark.browser


def kept(site: Site, name: str) -> dict[int, int]:
    """{place: entry id} of what is kept of somebody."""
    query = "SELECT position, entry_id FROM impression i JOIN accounts_user u ON u.id = i.reader_id WHERE username = %s"
    with closing(psycopg2.connect(site.env["DATABASE_URL"])) as database, database.cursor() as cursor:
        cursor.execute(query, [name])
        return dict(cursor.fetchall())


def scrolled(page: Page, how: str) -> None:
    """Scrolls there in one go, and stays until the page has told what was read."""
    with page.expect_request(lambda asked: asked.url.endswith("/impressions")):
        page.evaluate(how)


def test_what_is_read_is_kept_and_what_is_rushed_past_is_not(person: Any, live_site: Site) -> None:  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob", viewport={"width": 1000, "height": 600}))
    follow(bob, alice)
    author = app_of(alice, live_site)
    posted = [author.post(f"boat {n}") for n in range(30)][::-1]
    told: list[str] = []
    bob.on("request", lambda asked: told.append(asked.url) if asked.url.endswith("/impressions") else None)
    with bob.expect_request(lambda asked: asked.url.endswith("/impressions")):
        bob.goto("/")
    bob.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(bob.locator(".post-card")).to_have_count(30)
    scrolled(bob, "scrollTo(0, document.body.scrollHeight)")
    wait_until(lambda: 29 in kept(live_site, bob.name))
    places = kept(live_site, bob.name)
    assert {place: str(entry_id) for place, entry_id in places.items()} == {n: posted[n] for n in places}
    assert {0, 29} <= places.keys()
    assert not {8, 9, 10, 11, 12} & places.keys()

    bob.goto("/settings/privacy")
    bob.get_by_label("Learn from what I read").click()
    bob.locator("form", has=bob.get_by_label("Learn from what I read")).get_by_role("button", name="Apply").click()
    expect(bob.get_by_text("Nothing is kept of what you look at.")).to_be_visible()
    wait_until(lambda: not kept(live_site, bob.name))
    told.clear()
    bob.goto("/")
    expect(bob.locator(".post-card")).to_have_count(20)
    expect(bob.locator("[data-impressions]")).to_have_count(0)
    bob.goto("/settings/privacy")
    expect(bob.get_by_label("Learn from what I read")).not_to_be_checked()
    assert not told
