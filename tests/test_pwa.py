"""The site as an app: what it says of itself, and what is the same for everybody."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from PIL import Image

from feedsite import pwa
from tests.pages import page

STATIC = Path(settings.BASE_DIR) / "static"


def test_the_manifest_says_what_the_site_is(visitor, settings, db):
    settings.SITE_NAME = "Quay & Co"
    response = visitor.get("/manifest.webmanifest")
    told = response.json()
    assert response["Content-Type"] == "application/manifest+json"
    assert (told["name"], told["id"], told["display"]) == ("Quay & Co", "/", "standalone")
    assert told["theme_color"] == pwa.THEME_COLORS["light"]
    assert {icon["purpose"] for icon in told["icons"]} == {"any", "maskable"}
    for one in told["icons"]:
        with Image.open(finders.find(one["src"].removeprefix("/static/"))) as picture:
            assert f"{picture.width}x{picture.height}" == one["sizes"]
    assert [shortcut["url"] for shortcut in told["shortcuts"]] == ["/compose", "/notifications"]
    assert 'rel="manifest" href="/manifest.webmanifest"' in page(visitor, "/login")


def test_the_colours_around_the_site_are_those_of_its_pages():
    tokens = (STATIC / "css/tokens.css").read_text()
    light, dark = re.search(r"--page: light-dark\((#\w+), (#\w+)\)", tokens).groups()
    assert {"light": light, "dark": dark} == pwa.THEME_COLORS


def test_the_offline_page_is_the_same_for_everybody_and_needs_nothing_that_is_not_kept(browser, visitor):
    response = browser.get("/offline")
    html = response.content.decode()
    assert html == visitor.get("/offline").content.decode()
    assert "alice" not in html
    assert not response.cookies
    needed = set(re.findall(r'(?:href|src)="/static/([^"#]+)', html))
    assert needed <= set(pwa.SHELL)


def test_the_service_worker_is_asked_for_each_time_and_changes_with_what_it_keeps(visitor, monkeypatch, db):
    response = visitor.get("/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not response.cookies
    assert visitor.get("/sw.js").content == response.content
    reading = pwa.read
    monkeypatch.setattr(pwa, "read", lambda path: reading(path) + (b" " if path == "css/tokens.css" else b""))
    assert visitor.get("/sw.js").content != response.content


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("title=Moss&text=All+of+it&url=https%3A%2F%2Fexample.org", "Moss\nAll of it\nhttps://example.org"),
        ("text=See+https%3A%2F%2Fexample.org&url=https%3A%2F%2Fexample.org", "See https://example.org"),
        ("title=Moss&text=Moss+grows", "Moss grows"),
        ("text=%00%3Cb%3E", "&lt;b&gt;"),
    ],
)
def test_what_another_app_shares_begins_a_post(browser, query, words):
    assert re.search(rf"<textarea[^>]*>\s*{re.escape(words)}</textarea>", page(browser, f"/compose?{query}"))
