"""A scroll frozen in PostgreSQL: entries in their order with the very terms that were summed, for two hours.

Candidates, scores and order stay as they were, whatever is posted meanwhile; what may be seen of them is asked
anew for each page (`ranked_rows` in `feeds/migrations/0014_ranked.py`).
"""

import math
import secrets
from array import array
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import chain
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from feeds.ranking.models import RankedScroll
from feeds.ranking.values import Explained, Scored
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


def begin(reader_id: int, ordered: Sequence[Scored], limit: int) -> tuple[int, list[Placed]]:
    """Keeps the order, and answers the scroll's id with the first rows that the rules allow; one query."""
    scroll_id = secrets.randbits(62)
    entries = literal([one.candidate.entry_id for one in ordered])
    scroll = [scroll_id, reader_id, timezone.now(), entries, *packed(ordered)]
    call = "ranked_begin(ROW(%s, %s, %s, %s::bigint[], %s, %s)::ranked_scroll, %s, %s)"
    return scroll_id, placed(call, [*scroll, limit, MOST_SCROLLS])


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
    return encode(head).decode(), array("d", chain.from_iterable(zip(*differing, strict=True))).tobytes()


def explained(head: Mapping[str, float | None], row: bytes) -> Explained:
    values = iter(array("d", bytes(row)))
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
