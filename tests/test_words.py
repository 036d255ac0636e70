"""Whatever the site says to people can be said in each of its languages."""

import re
from io import BytesIO

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation import trans_real

from tests import catalogs
from tests.words import Bracketed, bare_strings, bare_words, outside_brackets

OTHERS = [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
CATALOGS = [(language, domain) for language in OTHERS for domain in ("django", "djangojs")]
IN_EVERY_CATALOG = pytest.mark.parametrize(("language", "domain"), CATALOGS)
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def test_no_template_says_anything_of_its_own():
    """Every text and every attribute that is seen or heard stands in a translation tag."""
    pages = [path for path in catalogs.templates() if path.suffix == ".html"]
    found = {path.name: words for path in pages if (words := bare_words(path.read_text()))}
    assert len(pages) > 90
    assert not found


def test_no_script_says_anything_of_its_own():
    found = {path.name: words for path in catalogs.scripts() if (words := bare_strings(path.read_text()))}
    assert not found


def test_what_is_not_translated_is_found():
    assert bare_words("{% load i18n %}<p>Hello</p>") == ["Hello"]
    assert bare_words("<a title=\"{% if x %}Away{% endif %}\">{% translate 'Go' %}</a>") == ["title='Away'"]
    assert bare_words('{% include "x.html" with label="A name" only %}') == ['"A name"']
    assert not bare_words("<p>{% blocktranslate %}Hello <b>{{ name }}</b>{% endblocktranslate %} · {{ x }} UTC</p>")
    assert bare_strings("say(`Moved to ${place}`)") == ["Moved to ${place}"]
    assert bare_strings('button.textContent = isOn ? "Stop" : gettext("Go")') == ["Stop"]
    assert not bare_strings('say(gettext("Go on."), { isError: true })')
    assert outside_brackets('<p title="x ⟦y⟧">⟦Hi <b>⟦Bob⟧ and</b> you⟧ there</p>') == ["there", "x"]


@IN_EVERY_CATALOG
def test_the_catalog_has_what_the_sources_say_and_nothing_else(language, domain):
    """`make words` brings it up to date."""
    known = {(message.id, message.context) for message in catalogs.read(language, domain)}
    said = {(message.id, message.context) for message in catalogs.extracted(domain)}
    assert said - known == set()
    assert known - said == set()
    assert not catalogs.read(language, domain).obsolete


@IN_EVERY_CATALOG
def test_what_is_compiled_is_what_is_written(language, domain):
    with catalogs.catalog_file(language, domain, "mo").open("rb") as file:
        made = read_mo(file)
    written = catalogs.read(language, domain)
    assert strings(made) == strings(written)


def strings(catalog):
    """Of what is translated; the two kinds of file are read as lists or as tuples."""
    done = [message for message in catalog if message.id and catalogs.is_translated(message)]
    return {(str(message.id).strip("[]()"), message.context): list(message.string) for message in done}


@IN_EVERY_CATALOG
def test_every_message_is_translated(language, domain):
    assert not [message.id for message in catalogs.read(language, domain) if not catalogs.is_translated(message)]


@IN_EVERY_CATALOG
def test_a_translation_names_what_its_message_names(language, domain):
    """A placeholder that is missing hides what somebody is told; one too many is an error on the page."""
    for message in catalogs.read(language, domain):
        if not message.id or not catalogs.is_translated(message):
            continue
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        for text in texts:
            assert placeholders(text) == placeholders(ids[-1]), message.id
            assert text.count("%%") == ids[-1].count("%%"), message.id
            assert re.findall("<[^>]*>", text) == re.findall("<[^>]*>", ids[-1]), message.id


def placeholders(text):
    return sorted(set(PLACEHOLDER.findall(text)))


@pytest.mark.parametrize("language", OTHERS)
def test_short_times_are_the_same_on_the_server_and_in_the_page(language):
    """static/js/short.js writes anew what posts/templatetags/short.py has written."""
    shared = ["%(number)sd", "%(number)sh", "%(number)sm", "%(number)sM", "%(number)sK", "now"]
    server, page = (catalogs.read(language, domain) for domain in ("django", "djangojs"))
    assert [server[message].string for message in shared] == [page[message].string for message in shared]


def test_a_catalog_read_and_written_again_is_the_same(tmp_path):
    """Else `make words` would change lines that nobody has touched."""
    path = catalogs.catalog_file(OTHERS[0], "djangojs")
    written = BytesIO()
    with path.open("rb") as file:
        write_po(written, read_po(file), width=110, sort_by_file=True, include_lineno=False)
    assert written.getvalue().decode().partition("\n\n")[2] == path.read_text().partition("\n\n")[2]


def test_the_language_in_brackets_stands_in_for_another(monkeypatch):
    from django.utils.translation import gettext, ngettext, override, pgettext

    monkeypatch.setitem(trans_real._translations, OTHERS[0], Bracketed(OTHERS[0]))
    with override(OTHERS[0]):
        assert gettext("Go") == "⟦Go⟧"
        assert ngettext("one", "many", 2) == "⟦many⟧"
        assert pgettext("a place", "Go") == "⟦Go⟧"
