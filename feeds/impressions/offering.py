"""The token that a page of home brings for telling what was read of it."""

from collections.abc import Sequence
from typing import Any

from feeds.impressions import tokens
from feeds.impressions.consent import may_keep
from feeds.ranking.page import RankedPage
from feeds.ranking.values import CHRONOLOGICAL
from feeds.timeline import Row


def token_of(request: Any, page: RankedPage) -> str:
    """The token of the page that is being answered; "" where nothing may be kept of its reader, or nothing is on it."""
    if not page.rows or not may_keep(request):
        return ""
    scored = page.scored
    entries = [(row.entry_id, scored[row.entry_id].propensity if row.entry_id in scored else 1.0) for row in page.rows]
    reasons = (page.ranking, page.experiment, page.arm, str(page.model or ""))
    return tokens.context(request.user.pk, *reasons, page.first_position, entries)


def token_of_new(request: Any, rows: Sequence[Row]) -> str:
    """The same of posts that are put on top of a page that is open: by time, whatever orders those below."""
    if not rows or not may_keep(request):
        return ""
    entries = [(row.entry_id, 1.0) for row in rows]
    return tokens.context(request.user.pk, CHRONOLOGICAL, "", "", "", 0, entries)
