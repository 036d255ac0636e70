"""Finds words for people that no translation has been asked for: in templates, in scripts, and on pages."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import html5lib
from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.template.base import Lexer, TokenType
from django.utils.translation import trans_real

# Attributes whose words are seen or heard.
ATTRIBUTES = {"aria-label", "title", "placeholder", "alt", "data-ask", "data-confirm-word", "hx-confirm"}
ATTRIBUTES |= {"data-send-words", "data-closed", "data-open"}
LETTERS = re.compile(r"[^\W\d_]")
# The same in every language: time zone, the name of the API, keys of a keyboard.
SAME_EVERYWHERE = {"UTC", "API", "Enter"}
TRANSLATED = re.compile(r"blocktrans(late)?\b")
# What a page hands to a fragment to show.
HANDED_ON = re.compile(r"\b(?:label|hint|button|text|more_label)=(\"[^\"]+\"|'[^']+')")


# --- In the sources ---


class Untranslated(HTMLParser):
    """Gathers what stands outside translations in a template whose tags were taken out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        is_description = tag == "meta" and ("name", "description") in attrs
        for name, value in attrs:
            if (name in ATTRIBUTES or (is_description and name == "content")) and is_word(value or ""):
                self.found.append(f"{name}={value!r}")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if is_word(data) and "kbd" not in self.open[-1:]:
            self.found.append(data.strip())


def is_word(text: str) -> bool:
    return bool(LETTERS.search(text)) and text.strip(" \n·.,:()0123456789") not in SAME_EVERYWHERE


def bare_words(template: str) -> list[str]:
    """Texts and attributes of a template with letters outside its translation tags, and what it hands to fragments."""
    template = re.sub(r"{% comment %}.*?{% endcomment %}|<style.*?</style>", "", template, flags=re.DOTALL)
    parser = Untranslated()
    parser.feed("".join(without_tags(template)))
    parser.close()
    includes = (tag for tag in re.findall(r"{% include .*?%}", template))
    return parser.found + [words for tag in includes for words in HANDED_ON.findall(tag) if LETTERS.search(words)]


def without_tags(template: str) -> Iterator[str]:
    """The template's own text; what a translation tag says is left out, and so is everything that is not text."""
    is_translated = False
    for token in Lexer(template).tokenize():
        if token.token_type == TokenType.BLOCK and TRANSLATED.match(token.contents):
            is_translated = True
        elif token.token_type == TokenType.BLOCK and token.contents.startswith("endblocktrans"):
            is_translated = False
        elif token.token_type == TokenType.TEXT and not is_translated:
            yield token.contents


# Names, which are the same in each language.
NAMES = {settings.SITE_NAME, "testserver"} | {name for _code, name in settings.LANGUAGES}
OUR_APPS = {"accounts", "social", "posts", "feeds", "notifications", "moderation"}

# Where scripts put words in front of people.
SINKS = re.compile(
    r"(?:\b(?:say|tell)\(|(?:textContent|ariaLabel|\.title|placeholder|\.alt)\s*=[^=]|"
    r"setAttribute\(\"(?:aria-label|title|alt|placeholder)\",|setState\()(?P<said>[^;]*)"
)
SAID = re.compile(r"\b(?:gettext|ngettext)\((?:\s*\"(?:[^\"\\]|\\.)*\",?)+")
TEXT = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|`((?:[^`\\]|\\.)*)`")


def bare_strings(script: str) -> list[str]:
    """Sentences and words that a script shows without asking the catalog for them."""
    script = re.sub(r"(?m)(^|\s)//.*$", "", script)
    return [
        text
        for sink in SINKS.finditer(script)
        for text in map("".join, TEXT.findall(SAID.sub("", sink["said"])))
        if is_for_people(re.sub(r"\$\{[^}]*\}", "", text))
    ]


def is_for_people(text: str) -> bool:
    """Not the name of a state, a selector or a class."""
    return bool(re.search(r"[A-Z][a-z]+|[a-z] [a-z]", text)) and not re.search(r"[\[\]#>]", text)


# --- On pages, in a language in which everything translated stands in brackets ---


class Bracketed:
    """A language in which every message is itself in ⟦brackets⟧; what stands outside them was not translated."""

    plural = staticmethod(lambda number: int(number != 1))

    def __init__(self, language: str) -> None:
        self.code = language

    def gettext(self, message: str) -> str:
        return f"⟦{message.rpartition(trans_real.CONTEXT_SEPARATOR)[2]}⟧" if message else ""

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return self.gettext(singular if number == 1 else plural)

    def language(self) -> str:
        return self.code

    def to_language(self) -> str:
        return self.code


def outside_brackets(html: str) -> list[str]:
    """Texts of a page with letters outside ⟦ ⟧, in order; and words of attributes."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    texts: list[str] = []
    walk(tree, texts)
    return [*cut("\n".join(texts)), *attributes_of(tree)]


def walk(element: Any, texts: list[str]) -> None:
    """The texts of an element in order, without what is no language: scripts, keys, code."""
    if not isinstance(element.tag, str) or element.tag in ("script", "style", "kbd", "code"):
        return
    texts.append(element.text or "")
    for child in element:
        walk(child, texts)
        texts.append(child.tail or "")


def cut(text: str) -> Iterator[str]:
    """What stands outside all brackets, which may lie in one another."""
    depth, outside = 0, []
    for char in text:
        depth += (char == "⟦") - (char == "⟧")
        outside.append("\n" if depth or char == "⟧" else char)
    return (piece.strip() for piece in "".join(outside).split("\n") if LETTERS.search(piece))


def attributes_of(tree: Any) -> Iterator[str]:
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        for name, value in element.attrib.items():
            if name in ATTRIBUTES or (element.get("name") == "description" and name == "content"):
                yield from cut(value)


def written_by_people() -> list[str]:
    """Every text in the tables of our own apps that is not one of a few choices."""
    texts: set[str] = set()
    for model in apps.get_models():
        names = [field.attname for field in model._meta.concrete_fields if is_free_text(field)]
        if names and model._meta.managed and model.__module__.split(".")[0] in OUR_APPS:
            texts.update(
                " ".join(str(value).split()) for row in model._base_manager.values_list(*names) for value in row
            )
    return sorted(texts)


def is_free_text(field: Any) -> bool:
    kinds = (models.CharField, models.TextField, models.JSONField, ArrayField)
    return isinstance(field, kinds) and not field.choices


def is_own(words: str, own: list[str]) -> bool:
    """Whether it is a name or its first letter, a number with its unit, or what somebody wrote, perhaps cut short."""
    parts = [part.strip(" ,.:()“”…#@") for part in re.split(r"·| (?=\(@)", " ".join(words.split()))]
    return all(
        len(part) == 1
        or part in NAMES
        or part.startswith("http://testserver/")
        or not is_word(part)
        or any(part in text for text in own)
        for part in parts
    )
