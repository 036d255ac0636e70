"""JSON that comes in has one meaning and bounds. What goes into queues and caches is JSON, never pickle."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from rest_framework.exceptions import ParseError

from accounts.models import User
from feedsite import rendering
from feedsite.celery import app
from feedsite.rendering import is_too_deep, strict
from tests.conftest import Api

ROOT = Path(__file__).resolve().parent.parent
REFUSED = {
    "not closed": b'{"content": "x"',
    "deep lists": b'{"content": ' + b"[" * 100_000,
    "deep objects": b'{"a":' * 20_000,
    "deep but whole": b"[" * 17 + b"]" * 17,
    "twice": b'{"content": "a", "content": "b"}',
    "twice, spelled otherwise": b'{"content": "a", "c\\u006fntent": "b"}',
    "twice, inside": b'{"content": "a", "poll": {"options": [], "options": []}}',
    "no number": b'{"content": NaN}',
    "infinite": b'{"content": -Infinity}',
    "infinite by size": b'{"content": 1e999}',
    "more than a database holds": b'{"content": "x", "quote_of": 9223372036854775808}',
    "very many digits": b'{"content": ' + b"9" * 100_000 + b"}",
    "half a character": b'{"content": "\\ud83d"}',
    "not UTF-8": b'{"content": "\xff\xfe"}',
    "two bytes a character": '{"content": "x"}'.encode("utf-16"),
    "a mark before it": b'\xef\xbb\xbf{"content": "x"}',
    "something behind it": b'{"content": "x"} {"content": "y"}',
    "a comment": b'{"content": "x" /* y */}',
    "NUL": b'{"content": "x"}\0',
    "no object": b'["content"]',
    "a text": b'"content"',
    "nothing": b"null",
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_what_is_not_one_plain_object_is_refused(alice: User, api: type[Api], body: bytes) -> None:
    writer = api(alice)
    answer = writer.client.post("/api/v1/posts", body, content_type="application/json", **writer.headers)
    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert answer.json()["detail"]
    assert writer.get(f"/users/{alice.pk}/posts")[1]["posts"] == []


@pytest.mark.parametrize(
    "text", ['{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[["}', '{"a": "b\\\\", "c": {"a": "x\\":"}}', "{}", "[]"]
)
def test_what_only_looks_so_is_taken(text: str) -> None:
    assert strict(text.encode()) == json.loads(text)


def test_sixteen_levels_are_enough_and_seventeen_too_many() -> None:
    assert strict(b"[" * 16 + b"]" * 16)
    with pytest.raises(ParseError):
        strict(b"[" * 17 + b"]" * 17)


@pytest.mark.parametrize("piece", [b'"\\"', b'\\"', b'"', b"[]", b'{"a":[]},', b'"a":', b"[ "])
def test_no_body_is_looked_at_twice(piece: bytes) -> None:
    """Each sign belongs to one step of the scan: steps and signs grow alike, whatever is sent."""
    raw = piece * 2000
    for pattern in (rendering.STRING, rendering.BRACKET):
        spans = [found.span() for found in pattern.finditer(raw)]
        assert all(start < end for start, end in spans)
        assert all(end <= start for (_, end), (start, _) in zip(spans, spans[1:], strict=False))
        # A quotation mark that stands outside of what was found was tried in vain, and everything behind it read.
        outside = bytearray(raw)
        for start, end in spans:
            outside[start:end] = b" " * (end - start)
        assert b'"' not in outside
    is_too_deep(raw)


def test_a_body_beyond_the_limit_is_413(alice: User, api: type[Api]) -> None:
    body = b'{"content": "' + b"x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE + b'"}'
    writer = api(alice)
    answer = writer.client.post("/api/v1/posts", body, content_type="application/json", **writer.headers)
    assert answer.status_code == 413


def test_queues_caches_and_sessions_hold_json_and_never_code() -> None:
    assert settings.CACHES["default"]["OPTIONS"]["SERIALIZER"].endswith("JSONSerializer")
    assert settings.SESSION_SERIALIZER.endswith("JSONSerializer")
    assert (app.conf.task_serializer, app.conf.result_serializer, app.conf.event_serializer) == ("json",) * 3
    assert set(app.conf.accept_content) == {"json"}
    for folder in ("feedsite", "accounts", "social", "posts", "feeds", "notifications", "moderation"):
        for path in (ROOT / folder).rglob("*.py"):
            named = re.search(
                r"^\s*(?:import|from)\s+(pickle|shelve|marshal|dill|joblib)\b", path.read_text(), re.MULTILINE
            )
            assert named is None, f"{path.name} uses {named[1]}"  # type: ignore[index]
