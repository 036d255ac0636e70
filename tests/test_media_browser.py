"""Pictures and videos in a real Chromium: sent with their progress, described, put in order, looked at."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.media import HOSTILE, image, video
from tests.test_browser import chromium, follow, join, person  # noqa: F401 fixtures

pytestmark = pytest.mark.browser


@pytest.fixture
def shots(tmp_path: Path) -> dict[str, str]:
    made = {
        "wall.png": image((800, 600), color="teal"),
        "sky.jpg": image((600, 900), "JPEG", color="skyblue"),
        "sand.webp": image((500, 500), "WEBP", color="khaki"),
        "film.mp4": video(3, "640x360"),
        "broken.jpg": HOSTILE["half a JPEG"][0](),
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in made}


def choose(page: Page, *paths: str) -> None:
    page.locator("[data-upload-input]").first.set_input_files(list(paths))


def items(page: Page) -> Any:
    return page.locator("[data-upload]")


def test_two_pictures_and_a_video_are_posted_with_progress_and_reach_a_follower(person, shots):  # noqa: F811
    alice, bob = join(person("alice")), join(person("bob"))
    follow(bob, alice)
    alice.goto("/")
    alice.evaluate("window.notReloaded = true")
    # A slow line, so that there is progress to be seen.
    line = alice.context.new_cdp_session(alice)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 30_000}
    line.send("Network.emulateNetworkConditions", slow)
    choose(alice, shots["wall.png"], shots["sky.jpg"], shots["film.mp4"])
    expect(items(alice)).to_have_count(3)
    expect(items(alice).nth(2).locator("[data-upload-state]")).to_have_text(re.compile(r"^[1-9]\d? %$"))
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(alice.locator("[data-upload-error]").first).to_contain_text("still on its way")
    line.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    for n, words in enumerate(["A teal wall", "The sky", "Bars that move"]):
        items(alice).nth(n).get_by_label("Describe it").fill(words)
    for n in range(3):
        expect(items(alice).nth(n)).to_have_attribute("data-media-id", re.compile(r"\d+"), timeout=20_000)
    alice.get_by_label("What is on your mind?").fill("Three things")
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    card = alice.locator(".post-card").first
    expect(card).to_contain_text("Three things")
    expect(items(alice)).to_have_count(0)
    expect(card.get_by_alt_text("A teal wall")).to_be_visible()
    # The video becomes ready while one looks.
    expect(card.locator("video")).to_be_visible(timeout=40_000)
    assert card.locator("video").get_attribute("aria-label") == "Video: Bars that move"
    assert alice.evaluate("window.notReloaded")
    bob.goto("/")
    shown = bob.locator(".post-card").first
    expect(shown.get_by_alt_text("The sky")).to_be_visible()
    loaded = "async picture => { await picture.decode(); return picture.naturalWidth > 0 }"
    assert shown.get_by_alt_text("The sky").evaluate(loaded)
    playing = "async film => { film.muted = true; await film.play(); return film.videoWidth }"
    assert shown.locator("video").evaluate(playing) == 640
    assert shown.locator("video").evaluate("film => film.autoplay") is False


def test_files_are_put_in_order_removed_and_tried_again_by_keyboard(person, shots):  # noqa: F811
    alice = join(person("alice"))
    alice.goto("/")
    choose(alice, shots["wall.png"], shots["sky.jpg"], shots["sand.webp"])
    expect(alice.locator(".upload-done")).to_have_count(3)
    names = alice.locator("[data-upload-name]")
    up = items(alice).nth(2).get_by_role("button", name="Move up")
    up.focus()
    alice.keyboard.press("Enter")
    expect(names).to_have_text(["wall.png", "sand.webp", "sky.jpg"])
    alice.keyboard.press("Enter")
    expect(names).to_have_text(["sand.webp", "wall.png", "sky.jpg"])
    expect(items(alice).nth(0).get_by_role("button", name="Move down")).to_be_focused()
    items(alice).nth(2).locator(".upload-grip").drag_to(items(alice).nth(0), target_position={"x": 60, "y": 4})
    expect(names).to_have_text(["sky.jpg", "sand.webp", "wall.png"])
    items(alice).nth(1).get_by_role("button", name="Remove").press("Enter")
    expect(names).to_have_text(["sky.jpg", "wall.png"])
    expect(items(alice).nth(1).get_by_role("button", name="Remove")).to_be_focused()
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    card = alice.locator(".post-card").first
    expect(card.locator("img.media-picture")).to_have_count(2)
    width = card.locator("img.media-picture").first.get_attribute("width")
    assert width == "600"


def test_a_file_that_failed_is_tried_again_and_a_refused_one_says_why(person, shots):  # noqa: F811
    alice = join(person("alice"))
    alice.goto("/")
    alice.route(
        re.compile("/api/v1/media$"), lambda route: route.fulfill(status=503, json={"detail": "Busy just now."})
    )
    choose(alice, shots["wall.png"])
    expect(items(alice).locator("[data-upload-state]")).to_have_text("Busy just now.")
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(alice.locator("[data-upload-error]").first).to_contain_text("could not be sent")
    alice.unroute(re.compile("/api/v1/media$"))
    items(alice).get_by_role("button", name="Try again").click()
    expect(alice.locator(".upload-done")).to_have_count(1)
    choose(alice, shots["broken.jpg"])
    expect(items(alice).nth(1).locator("[data-upload-state]")).to_contain_text("damaged")
    choose(alice, *[shots["sand.webp"]] * 3)
    expect(alice.locator("[data-upload-error]").first).to_contain_text("at most 4")


def test_pictures_are_dropped_and_pasted_into_the_form(person, shots):  # noqa: F811
    alice = join(person("alice"))
    alice.goto("/")
    for event in ("paste", "drop"):
        alice.evaluate(PUT_IN, [event, list(Path(shots["wall.png"]).read_bytes())])
    expect(alice.locator(".upload-done")).to_have_count(2)
    expect(alice.locator(".composer-drop")).to_have_count(0)


PUT_IN = """([kind, bytes]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(bytes)], `${kind}.png`, { type: "image/png" }));
  const text = document.getElementById("composer-text");
  const options = { bubbles: true, cancelable: true };
  const event = kind === "paste" ? new ClipboardEvent(kind, { ...options, clipboardData: transfer })
                                 : new DragEvent(kind, { ...options, dataTransfer: transfer });
  text.dispatchEvent(event);
}"""


def test_the_viewer_goes_by_keys_and_by_touch_and_gives_the_focus_back(person, shots):  # noqa: F811
    alice = join(person("alice", has_touch=True, reduced_motion="reduce"))
    alice.goto("/")
    choose(alice, shots["wall.png"], shots["sky.jpg"], shots["sand.webp"])
    expect(alice.locator(".upload-done")).to_have_count(3)
    items(alice).nth(1).get_by_label("Describe it").fill("The sky at noon")
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    links = alice.locator(".post-card").first.locator("[data-media-view]")
    expect(links).to_have_count(3)
    links.nth(0).focus()
    alice.keyboard.press("Enter")
    viewer = alice.get_by_role("dialog", name="Pictures of a post")
    expect(viewer).to_be_visible()
    expect(viewer.locator("[data-viewer-place]")).to_have_text("1 of 3")
    expect(viewer.get_by_role("button", name="Previous picture")).to_be_disabled()
    alice.keyboard.press("ArrowRight")
    expect(viewer.locator("[data-viewer-alt]")).to_have_text("The sky at noon")
    assert (
        viewer.locator("img").evaluate("async picture => { await picture.decode(); return picture.naturalHeight }")
        == 900
    )
    alice.keyboard.press("End")
    expect(viewer.locator("[data-viewer-place]")).to_have_text("3 of 3")
    swipe(alice, 300, 500)
    expect(viewer.locator("[data-viewer-place]")).to_have_text("2 of 3")
    alice.keyboard.press("Escape")
    expect(viewer).to_be_hidden()
    expect(links.nth(1)).to_be_focused()
    assert alice.evaluate("getComputedStyle(document.querySelector('.viewer-picture')).animationName") == "none"


def swipe(page: Page, start: int, end: int) -> None:
    touch = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", start), ("touchMove", (start + end) // 2), ("touchMove", end), ("touchEnd", None)):
        points = [] if x is None else [{"x": x, "y": 300}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_nothing_jumps_when_a_picture_arrives(person, shots):  # noqa: F811
    alice = join(person("alice"))
    for chosen in (["sky.jpg"], ["wall.png", "sky.jpg"], ["wall.png", "sky.jpg", "sand.webp"]):
        alice.goto("/")
        choose(alice, *[shots[name] for name in chosen])
        expect(alice.locator(".upload-done")).to_have_count(len(chosen))
        alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
        expect(alice.locator(".post-card").first.locator(".media img")).to_have_count(len(chosen))
    size = "() => [...document.querySelectorAll('.media')].map((box) => Math.round(box.getBoundingClientRect().height))"
    alice.route(re.compile(r"/media/posts/"), lambda route: None)  # no picture comes
    alice.goto("/", wait_until="domcontentloaded")
    expect(alice.locator(".media")).to_have_count(3)
    alice.wait_for_function("document.querySelectorAll('canvas[data-blurhash]').length === 6")
    before = alice.evaluate(size)
    alice.unroute(re.compile(r"/media/posts/"))
    alice.goto("/")
    alice.wait_for_function("[...document.querySelectorAll('img.media-picture')].every((one) => one.naturalWidth)")
    assert alice.evaluate(size) == before
    assert min(before) > 100


def test_pictures_are_posted_and_looked_at_without_javascript(person, shots):  # noqa: F811
    alice = join(person("alice", javascript=False))
    alice.goto("/")
    alice.get_by_text("Add pictures or a video").first.click()
    alice.get_by_label("File 1", exact=True).set_input_files(shots["wall.png"])
    alice.get_by_label("What file 1 shows").fill("A teal wall")
    alice.get_by_label("File 2", exact=True).set_input_files(shots["broken.jpg"])
    alice.get_by_label("What is on your mind?").fill("By hand")
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(alice.get_by_text("broken.jpg:")).to_be_visible()
    expect(alice.get_by_label("Post it")).to_be_checked()
    alice.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    alice.goto("/")
    expect(alice.get_by_alt_text("A teal wall")).to_be_visible()
    alice.get_by_alt_text("A teal wall").click()
    expect(alice).to_have_url(re.compile(r"/media/posts/\d+/full-.*\.webp$"))
