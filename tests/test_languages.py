"""In which language the site speaks: as the account says, else the cookie, else the browser."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import trans_real

from accounts import actions as account_actions
from posts import actions
from posts.models import Draft
from tests.pages import page, publish, signed_in, text_of
from tests.words import Bracketed

pytestmark = pytest.mark.django_db
GERMAN = {"HTTP_ACCEPT_LANGUAGE": "de-AT, en;q=0.5"}


@pytest.fixture(autouse=True)
def brackets(monkeypatch):
    """German stands in brackets, whatever is translated so far."""
    monkeypatch.setitem(trans_real._translations, "de", Bracketed("de"))
    yield
    translation.deactivate()


def language_of(response):
    return re.search(r'<html lang="(\w+)" dir="ltr">', text_of(response))[1]


def test_a_visitor_gets_what_the_browser_asks_for(visitor):
    response = visitor.get("/", **GERMAN)
    assert language_of(response) == response["Content-Language"] == "de"
    assert "⟦Log in⟧" in text_of(response)
    assert {"Accept-Language", "Cookie"} <= {name.strip() for name in response["Vary"].split(",")}
    assert language_of(visitor.get("/", HTTP_ACCEPT_LANGUAGE="fr, xx;q=0.2")) == "en"


def test_a_visitors_choice_goes_before_the_browsers(visitor):
    html = page(visitor, "/")
    assert 'formaction="/language" name="language" value="de" lang="de">Deutsch</button>' in html
    response = visitor.post("/language", {"language": "de", "next": "/login"})
    assert response["Location"] == "/login"
    assert language_of(visitor.get("/login")) == "de"
    assert language_of(visitor.get("/login", HTTP_ACCEPT_LANGUAGE="en")) == "de"
    visitor.post("/language", {"language": "en"})
    assert language_of(visitor.get("/login", **GERMAN)) == "en"
    assert visitor.post("/language", {"language": "tlh"}).status_code == 400


def test_a_members_choice_is_known_in_every_browser(browser, alice):
    assert '<option value="de" lang="de">Deutsch</option>' in page(browser, "/settings/profile")
    browser.post("/language", {"language": "de", "next": "/settings/profile"})
    assert '<option value="de" lang="de" selected>' in text_of(browser.get("/settings/profile"))
    elsewhere = Client()
    elsewhere.cookies["language"] = "en"
    elsewhere.post("/login", {"login": "alice", "password": "correct horse battery"})
    assert language_of(elsewhere.get("/")) == "de"
    # Changed in one browser, it is right in the other from the second page on.
    browser.post("/language", {"language": "en"})
    elsewhere.get("/")
    assert language_of(elsewhere.get("/")) == "en"


def test_without_a_choice_it_is_as_the_browser_asks_again(browser, alice):
    browser.post("/language", {"language": "de"})
    browser.post("/language", {"language": ""})
    alice.refresh_from_db()
    assert alice.language == ""
    assert language_of(browser.get("/")) == "en"
    assert language_of(browser.get("/", **GERMAN)) == "de"


def test_the_api_takes_the_language_and_tells_it_only_to_oneself(alice, bob, api):
    status, card = api(alice).patch("/users/me", {"language": "de"})
    assert (status, card["language"]) == (200, "de")
    assert api(alice).get("/users/me")[1]["language"] == "de"
    assert "language" not in api(bob).get("/users/alice")[1]
    status, refused = api(alice).patch("/users/me", {"language": "tlh", "bio": "Changed"})
    assert (status, refused["code"]) == (400, "invalid")
    assert refused["fields"]["language"] == ["Choose one of en, de, or nothing."]
    alice.refresh_from_db()
    assert not alice.bio


def test_the_api_says_no_in_the_callers_language(alice, api):
    assert api(alice).get("/posts/1")[1]["detail"] == "There is nothing here, or you may not see it."
    status, body = api(alice).get("/posts/1", **GERMAN)
    assert (status, body["detail"]) == (404, "⟦There is nothing here, or you may not see it.⟧")
    assert api(alice).get("/timeline?limit=0", **GERMAN)[1]["fields"] == {
        "limit": ["⟦Give a whole number from 1 to 100.⟧"]
    }
    assert api(alice).get("/nowhere", **GERMAN)[1]["detail"].startswith("⟦")


def test_cards_are_the_same_in_every_language(alice, bob, api):
    """They are cached for everybody, so there must be no words of one language in them."""
    publish(alice, "Hello")
    german = api(alice).get("/timeline", **GERMAN)[1]["posts"]
    assert german == api(alice).get("/timeline")[1]["posts"]
    assert german
    assert "⟦" not in str(german)


def test_dates_are_written_as_the_language_does(alice, browser):
    account_actions.issue_token(alice)
    assert re.search(r"Made \d+ \w+ \d{4}, \d\d:\d\d<", page(browser, "/settings/tokens"))
    german = text_of(browser.get("/settings/tokens", **GERMAN))
    assert re.search(r"⟦Made \d+\. ⟦\w+⟧ \d{4}, \d\d:\d\d⟧", german)


def test_a_draft_that_fails_says_why_in_its_authors_language(alice, bob):
    account_actions.change_language(alice, "de")
    quoted = publish(bob, "Soon gone")
    draft = actions.save_draft(author=alice, content="Look", quote_of=quoted.pk)
    Draft.objects.filter(pk=draft.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    actions.delete(actor=bob, post_id=quoted.pk)
    actions.publish_due(timezone.now())
    draft.refresh_from_db()
    assert draft.problem == "⟦The post it quotes is not available any more.⟧"
    assert translation.get_language() == "en"


def test_the_staff_side_stays_english(alice):
    alice.is_staff = alice.is_superuser = True
    alice.save()
    response = signed_in(alice).get("/admin/", **GERMAN)
    assert response["Content-Language"] == "en"
    assert "⟦" not in text_of(response)


def test_scripts_get_their_words_from_an_address_that_is_kept(visitor):
    source = re.search(r'<script src="(/words/en\.js\?v=\w+)" defer></script>', page(visitor, "/"))[1]
    response = visitor.get(source)
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Vary" not in response
    assert "django.ngettext" in text_of(response)
    assert visitor.get("/words/tlh.js").status_code == 404
    for language, _name in settings.LANGUAGES:
        assert visitor.get(f"/words/{language}.js").status_code == 200
