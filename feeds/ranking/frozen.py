"""A scroll frozen in PostgreSQL: entries in their order with the very terms that were summed, for two hours.

Candidates, scores and order stay as they were, whatever is posted meanwhile; what may be seen of them is asked
anew for each page (`ranked_rows` in `feeds/migrations/0014_ranked.py`).
"""

import math
import secrets
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from feeds.ranking.formula import NUDGE
from feeds.ranking.models import RankedScroll
from feeds.ranking.values import Explained, Scored, Weights
from feeds.timeline import Row
from feeds.timeline import array as literal
from feedsite.errors import Invalid
from feedsite.rendering import decode, encode

LIVES = timedelta(hours=2)
# Of one reader: some windows open at once. A scroll of 500 takes some 20 kB.
MOST_SCROLLS = 8
# Stands where a term has no part in an entry's sum.
ABSENT = math.nan
PROPENSITY = ""


BEGIN = "SELECT FROM ranked_begin(ROW(%s, %s, %s, %s::bigint[], %s, %s)::ranked_scroll, 0, %s)"
# One entry's row of a scroll; places are counted from 1.
FIND = """
SELECT cardinality(s.entries), s.head, found.place, substring(s.terms FROM (found.place - 1) * width + 1 FOR width)
  FROM ranked_scroll s
 CROSS JOIN LATERAL (SELECT array_position(s.entries, %(entry)s::bigint) AS place,
                            octet_length(s.terms) / cardinality(s.entries) AS width) found
 WHERE s.id = %(scroll)s AND s.reader_id = %(reader)s
"""


class Kept(NamedTuple):
    """A scroll of so many, as it holds one entry: its place, from 1, and its terms; None for one that is not in it.

    `head` names the terms of the scroll.
    """

    among: int
    head: Mapping[str, float | None]
    place: int | None
    explained: Explained | None


class Frozen(NamedTuple):
    """A scroll that was begun: so many candidates, the newest and the oldest of them, and which of them are shares."""

    scroll_id: int
    number: int
    newest: int
    oldest: int
    shares: Sequence[int]  # newest first


class Placed(NamedTuple):
    """A row of a page at its place in the scroll, the first being 0."""

    place: int
    explained: Explained
    row: Row


class Gone(Invalid):
    """The order of a scroll is not kept any more: nobody went on with it for too long, or others took its place."""

    def __init__(self) -> None:
        reason = _("The order of these pages is not kept any more. Start again without a cursor.")
        super().__init__(reason, fields={"cursor": [reason]})


def begin(reader_id: int, ordered: Sequence[Scored]) -> Frozen:
    """Keeps the order; one query. The first rows come by `go_on`, as all others."""
    scroll_id, entries = secrets.randbits(62), [one.candidate.entry_id for one in ordered]
    scroll: list[Any] = [scroll_id, reader_id, timezone.now(), literal(entries), *packed(ordered)]
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [*scroll, MOST_SCROLLS])
    shares = sorted((one.candidate.entry_id for one in ordered if one.candidate.sharer_id is not None), reverse=True)
    return Frozen(scroll_id, len(entries), max(entries), min(entries), shares)


def begin_by_formula(reader_id: int, weights: Weights, most: int) -> Frozen | None:
    """Keeps the order of the plain formula over the newest candidates, `most` at most; None where there are none.

    One query, which says nothing of the first rows: they come by `go_on`, as all others.
    """
    scroll_id = secrets.randbits(62)
    heads = [encode(head).decode() for head in (head_of(weights), head_of(weights) | {"person": None})]
    given: list[Any] = [reader_id, scroll_id, *heads, [*weights, NUDGE], most, MOST_SCROLLS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ranked_freeze(%s, %s, %s, %s, %s::float8[], %s, %s)", given)
        number, newest, oldest, shares = cursor.fetchone()
    return Frozen(scroll_id, number, newest, oldest, sorted(shares or [], reverse=True)) if number else None


def head_of(weights: Weights) -> dict[str, float | None]:
    """The head of a scroll by the plain formula: what weighs nothing is nothing for all."""
    differs = {"recency", "popularity", "closeness"} | {name for name in ("media", "replies") if getattr(weights, name)}
    return {PROPENSITY: 1.0} | {name: None if name in differs else 0.0 for name in weights._fields}


def go_on(reader_id: int, scroll_id: int, place: int, limit: int) -> list[Placed]:
    """The next rows from that place on, none where the scroll has ended; raises Gone.

    One query, and a second where there are none: only then it may be gone.
    """
    rows = placed("ranked_go_on(%s, %s, %s, %s, %s)", [reader_id, scroll_id, place, limit, LIVES])
    if not rows and not is_kept(reader_id, scroll_id):
        raise Gone()
    return rows


def is_kept(reader_id: int, scroll_id: int) -> bool:
    return RankedScroll.objects.filter(pk=scroll_id, reader_id=reader_id, used_at__gt=timezone.now() - LIVES).exists()


def find(reader_id: int, scroll_id: int, entry_id: int) -> Kept | None:
    """What the reader's scroll holds of an entry; None where the scroll is gone. Reads no more than that of it."""
    with connection.cursor() as cursor:
        cursor.execute(FIND, {"reader": reader_id, "scroll": scroll_id, "entry": entry_id})
        row = cursor.fetchone()
    if row is None:
        return None
    among, text, place, terms = row
    head = decode(text)
    return Kept(among, head, place, explained(head, terms) if place else None)


def sweep() -> None:
    """Removes what nobody has gone on with. The table is short: what is long lies beside it."""
    RankedScroll.objects.filter(used_at__lt=timezone.now() - LIVES).delete()


def term_names(ordered: Iterable[Scored]) -> list[str]:
    """Of all terms, in the order in which they are summed: what some sums leave out, the longest have."""
    longest_first = sorted((one.parts for one in ordered), key=len, reverse=True)
    return list(dict.fromkeys(name for parts in longest_first for name in parts))


def packed(ordered: Sequence[Scored]) -> tuple[str, bytes]:
    """The head and the rows: {name: its value where that is the same for all, else null}, and the others as doubles.

    The propensity goes by the name of no term. Most scrolls differ in three terms only: half the bytes.
    """
    columns = {PROPENSITY: [one.propensity for one in ordered]}
    for name in term_names(ordered):
        columns[name] = [one.parts.get(name, ABSENT) for one in ordered]
    head = {name: values[0] if len(set(values)) == 1 else None for name, values in columns.items()}
    differing = [columns[name] for name, same in head.items() if same is None]
    values = list(chain.from_iterable(zip(*differing, strict=True)))
    return encode(head).decode(), struct.pack(f">{len(values)}d", *values)


def explained(head: Mapping[str, float | None], row: bytes) -> Explained:
    values = iter(struct.unpack(f">{len(row) // 8}d", row))
    terms = {name: next(values) if same is None else same for name, same in head.items()}
    propensity = terms.pop(PROPENSITY)
    parts = {name: value for name, value in terms.items() if not math.isnan(value)}
    return Explained(sum(parts.values()), parts, propensity)


def placed(call: str, given: list[Any]) -> list[Placed]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT place, head, terms, (entry).* FROM {call}", given)  # noqa: S608
        rows = cursor.fetchall()
    head = decode(rows[0][1]) if rows else {}
    return [Placed(place, explained(head, terms), Row._make(row)) for place, _, terms, *row in rows]
