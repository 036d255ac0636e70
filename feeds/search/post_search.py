"""Posts by their words. How the windows go: `search_posts` in `feeds/migrations/0011_search.py`."""

from typing import Any

from django.db import connection

from feeds.search.hits import Hits
from feeds.search.query import Query
from feedsite.pagination import PageRequest
from posts.hydrate import complete, visible_posts
from posts.models import Post

# Rows whose words one request may read, and posts the rules may be asked of: about 100 ms and 30 ms.
READS, CHECKS = 40_000, 1_000
# Rows of the first window, the second, and each that follows by the key.
WINDOWS = [500, 4_000, 8_000]
# Nothing is found where nothing was asked for that could be looked up: signs without a letter among them. Days alone
# are enough: then all posts of those days are found.
FIND = """
SELECT found.ids, found.quotes, found.reached
  FROM search_asked(%(words)s::text[], %(not_words)s::text[], %(tags)s::text[], %(not_tags)s::text[],
                    %(authors)s::text[], %(not_authors)s::text[], %(has_media)s) asked,
       search_posts(%(viewer)s, coalesce(asked.asked, '!''+nothing'''), asked.loose, %(above)s, %(below)s, %(number)s,
                    %(reads)s, %(checks)s, %(windows)s) found
 WHERE asked.asked IS NOT NULL OR %(is_days)s
"""


def posts(viewer: Any, asked: Query, page: PageRequest) -> Hits[Post]:
    """Posts and comments with all that is asked, newest first, complete for their cards.

    2 queries, and one more for each kind of thing that hangs on them.
    """
    ids, quoted, reached = find(viewer, asked, below=page.after, number=page.limit + 1)
    shown = ids[: page.limit]
    if len(ids) > page.limit:
        reached = shown[-1]
    known = visible_posts(viewer, [*shown, *quoted]) if shown else {}
    found = [known[pk] for pk in shown if pk in known]
    complete(viewer, found, known)
    return Hits(found, page.next_cursor(reached) if reached else None)


def find(viewer: Any, asked: Query, *, below: int | None, number: int) -> tuple[list[int], list[int], int | None]:
    """(ids newest first, ids they quote, the id to look on below or None at the end)."""
    below = min(asked.below, below) if below is not None else asked.below
    params = vars(asked) | {"viewer": viewer.pk or 0, "below": below, "number": number, "is_days": asked.is_days}
    params |= {"reads": READS, "checks": CHECKS, "windows": WINDOWS}
    with connection.cursor() as cursor:
        cursor.execute(FIND, {name: typed(value) for name, value in params.items()})
        return cursor.fetchone() or ([], [], None)


def typed(value: Any) -> Any:
    """Text that PostgreSQL takes: without NUL and lone surrogates."""
    if isinstance(value, list) and value and isinstance(value[0], str):
        return [text.replace("\0", " ").encode("utf-8", "replace").decode() for text in value]
    return value
