"""`python -m tests.gallery` makes docs/gallery/: the chief pages of the demo, wide and narrow, light and dark."""

import io
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from feeds.demo.people import PASSWORD
from tests import engines, site  # noqa: F401 `engines` starts those of a test run
from tests.chromium import CHROMIUM, FLAGS

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "gallery"
WIDTHS = {1280: 860, 390: 844}
QUALITY = 72
# What a page is called: who looks at it, and where; what stands in braces is found on alice's home page.
PAGES = {
    "home": ("alice", "/"),
    "thread": ("alice", "{thread}"),
    "pictures": ("alice", "{pictures}"),
    "profile": ("alice", "/@bob"),
    "explore": ("alice", "/explore"),
    "tag": ("alice", "/tags/seal"),
    "search": ("alice", "/search?q=boat"),
    "notifications": ("alice", "/notifications"),
    "story": ("alice", "/stories/{storyteller}"),
    "media": ("alice", "/@carol/media"),
    "compose": ("alice", "/compose?quote={quoted}"),
    "drafts": ("alice", "/drafts"),
    "bookmarks": ("alice", "/bookmarks"),
    "suggestions": ("alice", "/suggestions"),
    "lists": ("alice", "/lists"),
    "ranking": ("alice", "/settings/ranking"),
    "why-not": ("alice", "/why-not?url={quoted}"),
    "privacy": ("alice", "/settings/privacy"),
    "nothing-here": ("alice", "/nowhere"),
    "welcome": ("", "/"),
    "lab": ("staff", "/admin/feeds/lab/"),
}


def make(site_url: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        found = look_around(signed_in(browser, site_url, "alice", "light"))
        for theme in ("light", "dark"):
            people = {who: signed_in(browser, site_url, who, theme) for who in ("", "alice", "staff")}
            for name, (who, path) in PAGES.items():
                photograph(people[who], name, path.format(**found), theme)
        browser.close()


def signed_in(browser: Browser, site_url: str, who: str, theme: str) -> BrowserContext:
    context = browser.new_context(base_url=site_url, color_scheme=theme, reduced_motion="reduce", timezone_id="UTC")  # type: ignore[arg-type]
    if who:
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("Username").fill(who)
        page.get_by_label("Password").first.fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Log in").click()
        page.wait_for_url(f"{site_url}/")
        page.close()
    return context


def look_around(alice: BrowserContext) -> dict[str, str]:
    """Addresses of a thread that people talk in, and of pictures; the id of a post to quote."""
    page = alice.new_page()
    page.goto("/")
    for _ in range(4):
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(400)
    thread, pictures = page.evaluate(MOST_COMMENTED), page.evaluate(MOST_PICTURES)
    found = {"thread": thread, "pictures": pictures, "quoted": thread.rpartition("/")[2]}
    page.goto("/stories")
    found["storyteller"] = page.evaluate(SOMEBODY_S_STORY)
    page.goto(thread)
    page.get_by_role("button", name="Bookmark").first.click()
    page.goto("/compose")
    page.get_by_label("What is on your mind?").fill("Who has seen the long ladder? It was in the shed on Thursday.")
    page.get_by_role("button", name="Save draft").click()
    page.wait_for_url("**/drafts")
    for name in ("Boats", "Bread", "Neighbours"):
        page.goto("/lists")
        page.get_by_label("A new list").fill(name)
        page.get_by_role("button", name="Make the list").click()
        page.wait_for_load_state()
    page.close()
    return found


SOMEBODY_S_STORY = """() =>
  [...document.querySelectorAll("a[href^='/stories/']")].map((link) => link.pathname.split("/")[2])
    .find((name) => name !== "alice")"""
MOST_COMMENTED = """() => {
  const count = (card) => Number(card.querySelector(".post-actions a").textContent.match(/[0-9]+/)?.[0] ?? 0);
  const cards = [...document.querySelectorAll(".post-card")].sort((one, other) => count(other) - count(one));
  return cards[0].dataset.href;
}"""
MOST_PICTURES = """() => {
  const count = (card) => card.querySelectorAll("[data-media-view]").length;
  const cards = [...document.querySelectorAll(".post-card")].sort((one, other) => count(other) - count(one));
  return cards[0].dataset.href;
}"""


def photograph(context: BrowserContext, name: str, path: str, theme: str) -> None:
    page = context.new_page()
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.goto(path, wait_until="networkidle")
        shot = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
        shot.save(FOLDER / f"{name}-{width}-{theme}.webp", quality=QUALITY, method=6)
    page.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, site.running(Path(folder), DEMO="1") as running:
        make(running.url)


if __name__ == "__main__":
    main()
