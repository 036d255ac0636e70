"""Search against a plain oracle on random texts, and against anything anybody may type."""

import unicodedata
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds import search
from feedsite.pagination import PageRequest
from posts.models import Post
from tests.conftest import Api

pytestmark = pytest.mark.django_db
QUICKLY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
WORDS = [
    "bread",
    "Brëad",
    "oven",
    "OVEN",
    "warm",
    "ＷＡＲＭ",
    "e-mail",
    "mail",
    "e",
    "a_b",
    "1e5",
    "-",
    "…",
    "🍞",
    "猫犬",
]
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
OPERATORS = [
    '"',
    "-",
    "#",
    "from:",
    "has:media",
    "before:",
    "after:",
    "2026-01-01",
    "'",
    "\\",
    "\0",
    "&",
    "|",
    "!",
    "<->",
]
OPERATORS += ["(", ")", ":*", "%", "%s", "$1", "--", ";", " ", "\t", "\n", "a", "é", "\u202e", "\U0010ffff", "@", "{}"]


def tokens(text: str) -> list[str]:
    """The words of a text as they are looked for, by Python's own tables."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).lower())
    plain = "".join(sign for sign in plain if not "\u0300" <= sign <= "\u036f")
    spread = (f" {sign} " if sign in "🍞猫犬" else sign if sign.isalnum() else " " for sign in plain)
    return "".join(spread).split()


def has(document: list[str], phrase: list[str]) -> bool:
    return any(document[at : at + len(phrase)] == phrase for at in range(len(document)))


def expected(documents: dict[int, list[str]], wanted: list[list[str]], unwanted: list[list[str]]) -> list[int]:
    """Ids newest first of what has all of the wanted phrases and none of the others; phrases of nothing count not."""
    wanted, unwanted = [p for p in wanted if p], [p for p in unwanted if p]
    if not wanted and not unwanted:
        return []
    return [
        pk
        for pk in sorted(documents, reverse=True)
        if all(has(documents[pk], p) for p in wanted) and not any(has(documents[pk], p) for p in unwanted)
    ]


@QUICKLY
@given(
    texts=st.lists(TEXT, min_size=1, max_size=8),
    wanted=st.lists(TEXT, max_size=2),
    unwanted=st.lists(TEXT, max_size=1),
)
def test_search_finds_what_a_plain_look_at_the_texts_finds(
    alice: Any, texts: list[str], wanted: list[str], unwanted: list[str]
) -> None:
    Post.objects.all().delete()
    Post.objects.bulk_create([Post(author=alice, content=text, content_html="") for text in texts])
    documents = {pk: tokens(content) for pk, content in Post.objects.values_list("pk", "content")}
    typed = " ".join([*(f'"{words}"' for words in wanted), *(f'-"{words}"' for words in unwanted)])
    hits = search.posts(alice, search.read(typed), PageRequest(20, None, "", alice.pk))
    found = [post.pk for post in hits.found]
    assert found == expected(documents, [tokens(words) for words in wanted], [tokens(words) for words in unwanted])


@QUICKLY
@given(words=st.one_of(st.lists(st.sampled_from(OPERATORS), max_size=30).map("".join), st.text(max_size=520)))
def test_nothing_anybody_types_is_an_error(alice: Any, words: str) -> None:
    if not Post.objects.exists():
        Post.objects.create(author=alice, content="bread", content_html="")
    words = words.encode("utf-8", "replace").decode()
    app, page = Api(), Client()
    for kind in ("posts", "users", "hashtags"):
        asked = urlencode({"q": words, "type": kind})
        status, answer = app.get(f"/search?{asked}")
        assert status == 200 or (status == 400 and list(answer["fields"]) == ["q"])
        assert page.get(f"/search?{asked}").status_code == 200
    assert app.get(f"/search/suggest?{urlencode({'q': words})}")[0] in (200, 400)


@pytest.mark.parametrize(
    "words", ["x" * 10_000, "%00", "%ff%fe", "%ed%a0%80", '"' * 400, "-" * 400, "a " * 250, "#" * 99]
)
def test_the_strangest_searches_are_answered(db: None, words: str) -> None:
    assert Client().get(f"/search?q={words}").status_code == 200
    assert Client().get(f"/api/v1/search?q={words}").status_code in (200, 400)


@QUICKLY
@given(text=st.text(max_size=300))
def test_any_text_can_be_indexed_and_found_by_its_own_words(db: None, text: str) -> None:
    text = text.replace("\0", "").encode("utf-8", "replace").decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT numnode(asked) = 0 OR post_words(1, %(text)s, '{}', 0) @@ asked"
            "  FROM phraseto_tsquery('simple', search_text(%(text)s)) asked",
            {"text": text},
        )
        assert cursor.fetchone() == (True,)
