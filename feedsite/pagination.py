"""Keyset cursors: masked, signed, bound to one list and one reader."""

import base64
import hashlib
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from feedsite.errors import Invalid

DEFAULT_LIMIT = 20
MOST_LIMIT = 100


@dataclass(frozen=True)
class PageRequest:
    """What a client asked of a list: at most `limit` items after the position in `cursor`."""

    limit: int
    cursor: tuple[int, ...] | None
    list_name: str
    viewer_id: int

    @property
    def after(self) -> int | None:
        """The id to go on from, or None at the start."""
        return self.cursor[0] if self.cursor else None

    def next_cursor(self, *position: int) -> str:
        return make_cursor(self.list_name, self.viewer_id, position)


def signature(list_name: str, viewer_id: int, packed: bytes) -> bytes:
    message = f"cursor:{list_name}:{viewer_id}:".encode() + packed
    return hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)[:9]


def masked(signed: bytes, packed: bytes) -> bytes:
    """The position made unreadable, or readable again: it may be that of a post that the reader may not know of."""
    stream = hashlib.shake_256(b"cursor mask:" + settings.SECRET_KEY.encode() + signed).digest(len(packed))
    return bytes(one ^ other for one, other in zip(packed, stream, strict=True))


def make_cursor(list_name: str, viewer_id: int, position: tuple[int, ...]) -> str:
    packed = struct.pack(f">{len(position)}q", *position)
    signed = signature(list_name, viewer_id, packed)
    return base64.urlsafe_b64encode(signed + masked(signed, packed)).decode().rstrip("=")


def read_cursor(text: str, list_name: str, viewer_id: int) -> tuple[int, ...]:
    """The position in a cursor; raises Invalid unless it was made for this list and viewer."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        signed, packed = raw[:9], masked(raw[:9], raw[9:])
        position = struct.unpack(f">{len(packed) // 8}q", packed)
    except (ValueError, struct.error):
        raise bad_cursor() from None
    if not position or not hmac.compare_digest(signed, signature(list_name, viewer_id, packed)):
        raise bad_cursor()
    return position


def bad_cursor() -> Invalid:
    reason = _("This cursor is not of this list. Start again without one.")
    return Invalid(reason, fields={"cursor": [reason]})


def read_limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST_LIMIT:
        return int(text)
    reason = _("Give a whole number from 1 to %(most)d.") % {"most": MOST_LIMIT}
    raise Invalid(reason, fields={"limit": [reason]})


def page_request(query: Mapping[str, str], *, list_name: str, viewer: Any) -> PageRequest:
    """Reads `limit` and `cursor` of a query string; raises Invalid with the field to mend."""
    viewer_id = viewer.pk or 0
    text = query.get("cursor")
    position = None if text is None else read_cursor(text, list_name, viewer_id)
    return PageRequest(read_limit(query.get("limit")), position, list_name, viewer_id)


def page_of(rows: Any, asked: PageRequest, place: str = "pk") -> tuple[list[Any], str | None]:
    """The rows asked for and the next cursor; `rows` answers `[:n]` and lies behind the cursor already.

    `place` is the attribute that the list is in the order of.
    """
    found = list(rows[: asked.limit + 1])
    shown = found[: asked.limit]
    return shown, asked.next_cursor(getattr(shown[-1], place)) if len(found) > asked.limit else None


def listed(plural: str, items: list[Any], next_cursor: str | None) -> dict[str, Any]:
    """The one shape of a list's answer."""
    return {plural: items, "next_cursor": next_cursor, "has_more": next_cursor is not None}
