"""A walk in a real Chromium: staff write and start an experiment; a reader sees the arm, and leaves."""

import re
from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from playwright.sync_api import Page, expect

from tests.site import Site, wait_until
from tests.test_browser import chromium, follow, join, person, press  # noqa: F401 fixtures

pytestmark = pytest.mark.browser
LINE = re.compile("You are in the test “Liked first” \\(arm (one|two)\\)\\.")


def tell_the_database(site: Site, said: str) -> None:
    with closing(psycopg2.connect(site.env["DATABASE_URL"])) as connection, connection, connection.cursor() as cursor:
        cursor.execute(said)


@pytest.fixture
def over_afterwards(live_site: Site) -> Iterator[None]:
    """Whatever comes, the other walks find home as it is."""
    yield
    tell_the_database(live_site, "DELETE FROM experiment_slot; DELETE FROM experiment WHERE state = 'draft'")
    tell_the_database(
        live_site,
        "UPDATE experiment SET state = 'stopped', stopped_at = now(), stopped_because = 'Over' WHERE state = 'running'",
    )


def write_and_start(keeper: Page) -> None:
    """Both arms bring the formula, so that it does not matter where the lot falls."""
    keeper.goto("/admin/feeds/experiment/add/")
    for label, text in (("Name:", "liked-first"), ("Title:", "Liked first"), ("About:", "Whether it is better.")):
        keeper.get_by_label(label, exact=True).first.fill(text)
    keeper.get_by_label("Per cent taking part:").fill("100")
    for n, name in enumerate(("one", "two")):
        keeper.locator(f"#id_arms-{n}-name").fill(name)
        keeper.locator(f"#id_arms-{n}-about").fill("What matters to you comes first.")
        keeper.locator(f"#id_arms-{n}-ranking").select_option("engagement")
    keeper.get_by_role("button", name="Save", exact=True).click()
    keeper.get_by_label("Select this object for an action - liked-first").check()
    keeper.get_by_label("Action:").select_option("start")
    keeper.get_by_role("button", name="Go").click()
    expect(keeper.get_by_text("Liked-first: started.")).to_be_visible()


def comes_home_to_the_line(page: Page) -> bool:
    """Each process notices a start within seconds."""
    page.goto("/")
    return page.get_by_text(LINE).count() == 1


def reads_of_the_arm(page: Page) -> bool:
    """The page may come from the process that has not noticed yet."""
    page.reload()
    return page.get_by_text("What matters to you comes first.").count() == 1


def test_staff_start_an_experiment_and_a_reader_sees_its_arm_and_leaves(person, live_site, over_afterwards):  # noqa: F811
    keeper, alice, bob = (join(person(name)) for name in ("keeper", "alice", "bob"))
    staff = f"UPDATE accounts_user SET is_staff = true, is_superuser = true WHERE username = '{keeper.name}'"
    tell_the_database(live_site, staff)
    follow(alice, bob)
    for n in range(3):
        press(bob, "/posts", content=f"word {n}", visibility="public")
    alice.goto("/")
    contents = alice.locator(".post-card .post-content")
    expect(contents).to_have_text(["word 2", "word 1", "word 0"])
    liked = alice.locator(".post-card", has_text="word 0").get_attribute("data-post-id")
    press(keeper, f"/posts/{liked}/like")
    write_and_start(keeper)

    wait_until(lambda: comes_home_to_the_line(alice))
    expect(contents.first).to_have_text("word 0")
    alice.get_by_role("link", name="What is that?").click()
    expect(alice.get_by_role("heading", name="Tests you are in")).to_be_visible()
    wait_until(lambda: reads_of_the_arm(alice))
    alice.goto("/?ranking=chronological")
    expect(contents.first).to_have_text("word 2")
    expect(alice.get_by_text(LINE)).to_have_count(0)
    wait_until(lambda: comes_home_to_the_line(alice))
    alice.get_by_role("button", name="Leave the test").click()
    expect(alice.get_by_text("You have left the test “Liked first”.")).to_be_visible()
    expect(alice).to_have_url(re.compile("/$"))
    expect(contents).to_have_text(["word 2", "word 1", "word 0"])
    expect(alice.get_by_text(LINE)).to_have_count(0)

    keeper.goto("/admin/feeds/experiments/liked-first/")
    expect(keeper.get_by_text("Nothing has been counted yet.")).to_be_visible()
