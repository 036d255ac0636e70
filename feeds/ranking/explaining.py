"""Why entries are where they are."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from feeds.ranking.page import RankedPage
from feeds.timeline import array

SOURCES = PUSH, PULL = ("push", "pull")
# Rows at or under the floor are no longer read, whether they still lie there or not.
PUSHED = """
SELECT post_id FROM feed
 WHERE user_id = %(reader)s AND post_id = ANY (%(entries)s::bigint[])
   AND post_id > coalesce((SELECT floor FROM reader_state WHERE user_id = %(reader)s), 0)
"""


def why(reader_id: int, page: RankedPage) -> dict[int, dict[str, Any]]:
    """{entry id: its `why` of the contract}; one query."""
    entries = [row.entry_id for row in page.rows]
    return {pk: {"source": source} | summed(page, pk) for pk, source in sources(reader_id, entries).items()}


def summed(page: RankedPage, entry_id: int) -> dict[str, Any]:
    """The score and its parts; nothing for what comes by its time."""
    known = page.scored.get(entry_id)
    return {"score": known.score, "parts": known.parts} if known else {}


def sources(reader_id: int, entry_ids: Sequence[int]) -> dict[int, str]:
    """How each came to the reader: pushed into their feed, or pulled when they looked."""
    with connection.cursor() as cursor:
        cursor.execute(PUSHED, {"reader": reader_id, "entries": array(entry_ids)})
        pushed = {pk for (pk,) in cursor.fetchall()}
    return {pk: PUSH if pk in pushed else PULL for pk in entry_ids}
