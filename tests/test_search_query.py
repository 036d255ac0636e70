"""What is typed into the search box, and what is asked by it."""

from datetime import UTC, datetime

import pytest

from feeds.search.query import LONGEST_QUERY, Query, checked, highlights, read
from feedsite.errors import Invalid
from posts.models import first_id_at

DAY = first_id_at(datetime(2026, 3, 1, tzinfo=UTC))
READ = {
    "": Query(),
    "   ": Query(),
    "bread": Query(words=["bread"]),
    "fresh  bread": Query(words=["fresh", "bread"]),
    '"fresh bread"': Query(words=["fresh bread"]),
    "“fresh bread” «warm oven»": Query(words=["fresh bread", "warm oven"]),
    '"fresh bread': Query(words=["fresh bread"]),
    'oven"fresh bread"warm': Query(words=["oven", "fresh bread", "warm"]),
    '""': Query(),
    '"': Query(),
    "-oven": Query(not_words=["oven"]),
    '-"fresh bread" oven': Query(words=["oven"], not_words=["fresh bread"]),
    "e-mail": Query(words=["e-mail"]),
    "-": Query(words=["-"]),
    "--oven": Query(not_words=["-oven"]),
    "#Bread": Query(tags=["bread"]),
    "-#bread": Query(not_tags=["bread"]),
    "#": Query(words=["#"]),
    "#1": Query(tags=["1"]),
    "#a-b": Query(words=["#a-b"]),
    "from:alice": Query(authors=["alice"]),
    "from:@Alice FROM:bob": Query(authors=["alice", "bob"]),
    "-from:alice": Query(not_authors=["alice"]),
    "from:": Query(words=["from:"]),
    "from:a b": Query(words=["from:a", "b"]),
    "from:älice": Query(words=["from:älice"]),
    "has:media": Query(has_media=True),
    "-has:media": Query(has_media=False),
    "has:cheese": Query(words=["has:cheese"]),
    "after:2026-03-01": Query(above=DAY - 1),
    "before:2026-03-01": Query(below=DAY),
    "after:2025-01-01 after:2026-03-01": Query(above=DAY - 1),
    "before:2026-03-01 before:2099-01-01": Query(below=DAY),
    "before:2026-02-30": Query(words=["before:2026-02-30"]),
    "before:1.3.2026": Query(words=["before:1.3.2026"]),
    "on:2026-03-01": Query(words=["on:2026-03-01"]),
    "-before:2026-03-01": Query(not_words=["before:2026-03-01"]),
    "https://example.org/a": Query(words=["https://example.org/a"]),
    "a & b | !c <-> (d:*)": Query(words=["a", "&", "b", "|", "!c", "<->", "(d:*)"]),
    '#bread from:bob -"old oven" has:media': Query(
        tags=["bread"], authors=["bob"], not_words=["old oven"], has_media=True
    ),
}


@pytest.mark.parametrize("text", READ)
def test_what_is_typed_is_read_as(text: str) -> None:
    assert read(text) == READ[text]


def test_what_is_typed_must_be_something_and_not_too_much() -> None:
    assert checked("  bread \0") == "bread"
    assert checked("x" * LONGEST_QUERY)
    for text in ("", "  ", "\0", "x" * (LONGEST_QUERY + 1)):
        with pytest.raises(Invalid) as refused:
            checked(text)
        assert list(refused.value.fields) == ["q"]


def test_words_and_phrases_are_marked_in_what_is_found_and_nothing_else() -> None:
    assert highlights(read('warm "fresh   bread" -oven #tag from:bob')) == "warm\nfresh bread"
