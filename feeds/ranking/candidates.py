"""Candidates of a ranked home: entries as the timeline has them, each with all that is known of it, in one query."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection

from feeds.ranking.values import Candidate
from feeds.timeline import NEWEST, array

MOST = 500


def of_reader(reader_id: int, scroll_top: int | None = None, limit: int = MOST) -> list[Candidate]:
    """The newest entries of the reader's home, newest first, at most `limit`, from `scroll_top` down if given."""
    top = NEWEST if scroll_top is None else scroll_top
    scroll = array([min(top + 1, NEWEST), top, NEWEST])
    return found("ranked_candidates(%s, %s, %s, %s)", [reader_id, scroll, limit, settings.POSTING_HALF_LIFE_DAYS])


def of_reader_in_brief(reader_id: int, limit: int = MOST) -> list[Candidate]:
    """The newest entries with what the formula looks at, for a fifth less than with all.

    `has_link` and `follows_back` are False, `length` and `posting` 0, whatever they are.
    """
    return found("ranked_candidates(%s, %s, %s, NULL)", [reader_id, array([NEWEST] * 3), limit])


def of_entries(reader_id: int, entry_ids: Sequence[int]) -> list[Candidate]:
    """The same of these entries, newest first: those the rules of home allow, of two of one original the newer."""
    given = [reader_id, array(entry_ids), array([NEWEST] * 3), True, settings.POSTING_HALF_LIFE_DAYS]
    return found("ranked_facts(%s, %s, %s, %s, %s)", given)


def found(call: str, given: list[Any]) -> list[Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {call}", given)  # noqa: S608 one of the two above
        return list(map(Candidate._make, cursor.fetchall()))
