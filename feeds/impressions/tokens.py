"""The token of a page: which entries stood on it, in which order and why, signed for its reader.

Whoever tells what was seen can only tell of what was shown: position, arm and propensity are read from here.
"""

import base64
import hashlib
import hmac
import struct
import time
from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from feeds.ranking.values import RANKINGS
from feedsite.errors import Invalid

LASTS_MS = 24 * 3600 * 1000
SIGNED = 16
# Ranking and whether propensities follow, milliseconds since 1970, first position, bytes of the names.
HEAD = struct.Struct(">BQIH")
WEIGHTED = 0x80


class Context(NamedTuple):
    """A page as it was served; `entries` are (entry id, propensity) from its top."""

    ranking: str
    experiment: str
    arm: str
    model: str
    first_position: int
    served_ms: int
    entries: list[tuple[int, float]]

    @property
    def served_at(self) -> datetime:
        return datetime.fromtimestamp(self.served_ms / 1000, UTC)


def context(
    reader_id: int,
    ranking: str,
    experiment: str,
    arm: str,
    model: str,
    first_position: int,
    entries: list[tuple[int, float]],
) -> str:
    """The token of a page that is made now; about 10 bytes an entry."""
    names = "\0".join((experiment, arm, model)).encode()
    ids = [entry_id for entry_id, _chance in entries]
    chances = [chance for _entry_id, chance in entries]
    is_weighted = chances.count(1.0) < len(chances)
    kind = RANKINGS.index(ranking) | (WEIGHTED if is_weighted else 0)
    packed = HEAD.pack(kind, int(time.time() * 1000), first_position, len(names)) + names
    packed += struct.pack(f">{len(ids)}q", *ids)
    if is_weighted:
        packed += struct.pack(f">{len(ids)}f", *chances)
    return base64.urlsafe_b64encode(signature(reader_id, packed) + packed).decode().rstrip("=")


def signature(reader_id: int, packed: bytes) -> bytes:
    message = b"impressions:%d:" % reader_id + packed
    return hmac.digest(settings.SECRET_KEY.encode(), message, hashlib.sha256)[:SIGNED]


def read(reader_id: int, token: str) -> Context:
    """What a token says; raises Invalid for one that was not made for the reader, or more than a day ago."""
    opened = unsealed(reader_id, token)
    if opened.served_ms < time.time() * 1000 - LASTS_MS:
        raise bad_token(_("This token is older than a day. Send what was seen sooner."))
    return opened


def unsealed(reader_id: int, token: str) -> Context:
    """The same of any age."""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    signed, packed = raw[:SIGNED], raw[SIGNED:]
    if not packed or not hmac.compare_digest(signed, signature(reader_id, packed)):
        raise bad_token(_("This token was not made for you here. Take the one that came with the page."))
    return unpacked(packed)


def unpacked(packed: bytes) -> Context:
    kind, served_ms, first_position, length = HEAD.unpack_from(packed)
    end = HEAD.size + length
    experiment, arm, model = packed[HEAD.size : end].decode().split("\0")
    number = (len(packed) - end) // (12 if kind & WEIGHTED else 8)
    ids = struct.unpack_from(f">{number}q", packed, end)
    chances = struct.unpack_from(f">{number}f", packed, end + 8 * number) if kind & WEIGHTED else [1.0] * number
    entries = list(zip(ids, chances, strict=True))
    return Context(RANKINGS[kind & ~WEIGHTED], experiment, arm, model, first_position, served_ms, entries)


def bad_token(reason: str) -> Invalid:
    return Invalid(reason, fields={"token": [reason]})
