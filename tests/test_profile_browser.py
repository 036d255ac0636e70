"""A profile in a real Chromium: the media tab opens the viewer, and a post is pinned by a click."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.media import image, video
from tests.test_browser import chromium, join, person  # noqa: F401 fixtures
from tests.test_walk import api

pytestmark = pytest.mark.browser


def token_of(page: Page) -> str:
    return next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "csrftoken")


def show(page: Page, text: str, name: str, content: bytes) -> None:
    """Posts a file by the form that needs no script."""
    kind = "video/mp4" if name.endswith("mp4") else "image/png"
    fields = {"content": text, "visibility": "public", "csrfmiddlewaretoken": token_of(page), "alt_file_1": text}
    file = {"name": name, "mimeType": kind, "buffer": content}
    answer = page.request.post("/posts", multipart={**fields, "file_1": file})
    assert answer.ok, answer.status


def test_the_media_tab_opens_the_viewer_and_a_post_is_pinned_in_place(person) -> None:  # noqa: F811
    alice = join(person("alice"))
    show(alice, "A wall", "wall.png", image((400, 300)))
    show(alice, "A clip", "clip.mp4", video(1, "320x240"))
    show(alice, "A door", "door.png", image((300, 400), color="brown"))
    alice.goto(f"/@{alice.name}")
    alice.get_by_role("navigation", name="Profile").get_by_role("link", name="Media").click()
    tiles = alice.locator("[data-media-view]")
    for _ in range(40):  # a worker makes the video
        if tiles.count() == 3:
            break
        alice.wait_for_timeout(500)
        alice.reload()
    tiles.first.focus()
    tiles.first.press("Enter")
    viewer = alice.get_by_role("dialog", name="Pictures of a post")
    expect(viewer.get_by_alt_text("A door")).to_be_visible()
    alice.keyboard.press("ArrowRight")
    expect(viewer.locator("video")).to_be_visible()
    expect(viewer.locator("[data-viewer-place]")).to_have_text("2 of 3")
    viewer.get_by_role("button", name="Next picture").click()
    expect(viewer.get_by_alt_text("A wall")).to_be_visible()
    expect(viewer.locator("video")).to_have_count(0)
    viewer.get_by_role("link", name="See the post").click()
    expect(alice.locator(".post-card-focus")).to_contain_text("A wall")

    posts = [post["post_id"] for post in api(alice, "/timeline")["posts"]]
    alice.goto("/")
    wall = alice.locator(f'[data-post-id="{posts[-1]}"]')
    wall.get_by_label("More about this post").click()
    with alice.expect_response(re.compile("/pin$")):
        wall.get_by_role("button", name="Pin to profile").click()
    expect(alice.get_by_text("This post is pinned to your profile.")).to_be_visible()
    alice.goto(f"/@{alice.name}")
    shown = alice.locator(".post-card")
    expect(shown.first.locator(".post-reason")).to_have_text("Pinned")
    assert [card.get_attribute("data-post-id") for card in shown.all()] == [posts[-1], *posts[:-1]]
    shown.first.get_by_label("More about this post").click()
    with alice.expect_navigation():
        shown.first.get_by_role("button", name="Unpin from profile").click()
    expect(alice.locator(".post-reason")).to_have_count(0)
