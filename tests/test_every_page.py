"""Every page, full and empty, is valid HTML that everybody can use; and none is forgotten here."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client, override_settings
from django.urls import resolve
from django.utils import translation
from django.utils.translation import trans_real

from feeds.experiments import running
from tests import community, markup
from tests.chromium import needs_chromium
from tests.community import Community
from tests.every_page import LAB, LOOKED_AT, PAGES, Visit, all_routes, client_of
from tests.looking import NO_RULES_OF_OPENED, Window, seen_wrong
from tests.opening import DEAD_WITHOUT_SCRIPTS, OPENED
from tests.words import Bracketed, is_own, outside_brackets, written_by_people

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OUR_PAGES = [visit for visit in PAGES if visit.is_ours()]
ADDRESSES = {"id": "{thread}", "username": "bob", "tag": "quay", "int": "1", "str": "x", "slug": "de", "path": "x"}


@pytest.fixture(scope="module")
def town_of_this_file(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Any:
    """Lasts for this file, in one transaction; each test is in a savepoint of its own."""
    from feedsite.celery import app

    app.conf.task_always_eager = app.conf.task_eager_propagates = True
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=media, PASSWORD_HASHERS=FAST), transaction.atomic():
        yield community.build(), media
        transaction.set_rollback(True)


@pytest.fixture
def town(town_of_this_file: Any, db: None, settings: Any) -> Community:
    built, settings.MEDIA_ROOT = town_of_this_file
    running.forget()  # there is one in the town
    return built


@pytest.fixture(scope="module")
def faults() -> dict[str, list[str]]:
    """What is wrong with each page's HTML; filled by the first test that asks, as that one has the database."""
    return {}


@pytest.mark.parametrize("visit", OUR_PAGES, ids=str)
def test_the_html_is_valid(town: Community, faults: dict[str, list[str]], tmp_path: Any, visit: Visit) -> None:
    if not faults:
        faults |= markup.checked({str(one): html_of(one, town) for one in OUR_PAGES}, tmp_path)
    assert not faults[str(visit)], "\n".join(faults[str(visit)])


def html_of(visit: Visit, town: Community) -> str:
    """The page; what it changed is undone."""
    with transaction.atomic():
        html = visit.answer(town).content.decode()
        transaction.set_rollback(True)
    return html


@pytest.fixture(scope="module")
def own() -> list[str]:
    """What people wrote; filled by the first test that asks."""
    return []


@pytest.mark.parametrize("visit", [visit for visit in OUR_PAGES if not visit.path.startswith(LAB)], ids=str)
def test_nothing_on_the_page_is_left_untranslated(
    town: Community, own: list[str], visit: Visit, monkeypatch: Any
) -> None:
    """In a language that puts all that is translated into ⟦brackets⟧ only what people wrote stands outside them."""
    own.extend([] if own else written_by_people())
    monkeypatch.setitem(trans_real._translations, "de", Bracketed("de"))
    monkeypatch.setattr(translation, "get_language_from_request", lambda request: "de")
    with translation.override("de"):
        html = html_of(visit, town)
    assert html.count("⟦") > 3
    assert not re.findall(r' (?:cx|cy|r|x|y|width|height|min|max|value)="-?\d+,\d+"', html)  # numbers for machines
    sent = [visit.path, *(str(value).format(**town.ids) for value in visit.form.values())]
    assert not [words for words in outside_brackets(html) if not is_own(words, [*own, *sent])]


def test_no_page_is_forgotten(town: Community) -> None:
    """What answers a whole page and is not in PAGES of tests/every_page.py: add it there, with all it can show."""
    covered = {resolve(visit.address(town).partition("?")[0]).route for visit in PAGES if visit.path != "/nowhere"}
    alice = client_of(town, "alice")
    routes = [route for route, _ in all_routes()]
    assert len(routes) > 100
    assert not [route for route in routes if route not in covered and is_page(alice, town, route)]


def is_page(client: Client, town: Community, route: str) -> bool:
    """Whether the address, filled with words that mean something, answers a whole page."""
    if route.startswith("^media/"):
        return False
    address = re.sub(r"<(\w+):\w+>", lambda found: ADDRESSES[found[1]], route).format(**town.ids)
    response = client.get(f"/{address}")
    # 400: asked without what it needs, as a fragment may be.
    return not response.streaming and response.status_code != 400 and b"<html" in response.content


def test_the_checker_finds_what_it_is_here_for(tmp_path: Any) -> None:
    bad = {
        "ids": '<p id="a"></p><p id="a"></p>',
        "label": '<label for="none">x</label>',
        "aria": '<p aria-labelledby="none" role="group">x</p>',
        "nested": '<a href="/"><button>x</button></a>',
        "list": "<ul><p>x</p></ul>",
        "picture": '<img src="x.png">',
        "style": '<p style="top: 0">x</p>',
        "script": "<p onclick=x>x</p>",
        "token": '<form method="post" action="/"></form>',
        "order": "<h3>x</h3>",
        "heading": "<h1>Another</h1>",
    }
    whole = '<!doctype html><html lang="en"><head><title>A page</title></head><body><h1>It</h1>{}</body></html>'
    found = markup.checked({name: whole.format(html) for name, html in (bad | {"good": "<p>x</p>"}).items()}, tmp_path)
    assert {name for name, faults in found.items() if not faults} == {"good"}
    assert settings.CONTENT_SECURITY_POLICY


# --- In a real browser ---


@pytest.fixture(scope="module")
def window() -> Any:
    window = Window()
    yield window
    window.close()


@pytest.fixture(scope="module")
def plain_window() -> Any:
    window = Window(javascript=False)
    yield window
    window.close()


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("visit", LOOKED_AT, ids=str)
def test_everybody_can_use_the_page(town: Community, window: Window, visit: Visit) -> None:
    faults = window.look(town, visit, seen_wrong if visit.is_ours() else lambda page: [])
    assert not faults, "\n".join(faults)


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("name", OPENED)
def test_everybody_can_use_what_opens(town: Community, window: Window, name: str) -> None:
    visit, opening = OPENED[name]
    faults = window.look(town, visit, lambda page: opening(page) or seen_wrong(page, NO_RULES_OF_OPENED))
    assert not faults, "\n".join(faults)


@needs_chromium
@pytest.mark.browser
@pytest.mark.parametrize("visit", [visit for visit in LOOKED_AT if visit.is_ours()], ids=str)
def test_all_of_the_page_works_without_javascript(town: Community, plain_window: Window, visit: Visit) -> None:
    """Every form can be sent, every button and link leads somewhere, and no control is there for scripts alone."""
    faults = plain_window.look(town, visit, lambda page: page.evaluate(DEAD_WITHOUT_SCRIPTS))
    assert not faults, "\n".join(faults)
