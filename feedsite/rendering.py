"""JSON in and out, by orjson, which is several times as fast as the standard library."""

import re
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

# Nothing that the API takes is half as deep.
DEEPEST = 16
LARGEST = 2**63 - 1
# A string, closed or not, so that no sign is looked at twice; `:` after the names of an object.
STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?(\s*:)?', re.DOTALL)
BRACKET = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)


def encode(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def decode(text: bytes | str) -> Any:
    return orjson.loads(text)


def fragment(finished: bytes) -> Any:
    """JSON that is already made, to stand inside a value that is encoded."""
    return orjson.Fragment(finished)


def stamp(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with milliseconds and `Z`."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encode(data)


class OnlyJSON(DefaultContentNegotiation):
    """The API answers JSON whatever a client says it accepts; it has nothing else."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class JSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> dict[str, Any]:
        request = (parser_context or {})["request"]._request
        raw = request.body  # and not the stream: only the body is held to DATA_UPLOAD_MAX_MEMORY_SIZE
        data = strict(raw) if raw else {}
        if not isinstance(data, dict):
            raise ParseError(_("The body must be a JSON object."))
        return data


def strict(raw: bytes) -> Any:
    """What a client's JSON says; raises ParseError for what two readers could take for two things.

    Told apart before it is read: what is nested too deeply. Then: names that stand twice in an object, which some
    readers take the first of and some the last, and whole numbers beyond those of a database. NaN, numbers too large,
    half characters and what is not UTF-8 are no JSON.
    """
    if is_too_deep(raw):
        raise ParseError(_("The body is nested too deeply."))
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise ParseError(_("The body is not valid JSON.")) from error
    names, is_huge = measured(data)
    if is_huge:
        raise ParseError(_("A number in the body is too large."))
    if names != sum(1 for found in STRING.finditer(raw) if found[1]):
        raise ParseError(_("A name stands twice in the body."))
    return data


def is_too_deep(raw: bytes) -> bool:
    """Whether brackets are open in more than DEEPEST others; linear, and mostly only counts them."""
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for found in BRACKET.finditer(raw):
        sign = found[0]
        depth += 1 if sign in b"[{" else -1 if sign in b"]}" else 0
        if depth > DEEPEST:
            return True
    return False


def measured(data: Any) -> tuple[int, bool]:
    """(names in it and in what it holds, whether a number in it is beyond 64 bits)."""
    names, is_huge, waiting = 0, False, [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            names += len(one)
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, int | float):
            is_huge = is_huge or abs(one) > LARGEST
    return names, is_huge
