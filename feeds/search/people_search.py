"""People by the beginning of either name."""

from typing import Any

from accounts.models import User
from feeds.search.hits import Hits
from feedsite.pagination import PageRequest
from social.names import named_like


def people(viewer: Any, words: str, page: PageRequest) -> Hits[User]:
    """Those whose name begins so, or would but for a typo; those the viewer follows first. 1 query."""
    rows = named_like(viewer, words.removeprefix("@"), limit=page.limit + 1, after=page.cursor)
    shown = rows[: page.limit]
    is_more = len(rows) > page.limit
    return Hits([row.user for row in shown], page.next_cursor(*shown[-1].place) if is_more else None)
