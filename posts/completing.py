"""Names and hashtags that begin like what somebody is typing. Each question looks at a bounded number of rows."""

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Invalid
from posts import text
from social.names import named_like

SHOWN = 8
# Hashtags are counted in the newest public posts, and in the writer's own.
RECENT_POSTS, OWN_POSTS = 3000, 300
LONGEST = 100

TAGS = """
WITH recent AS (
  (SELECT p.id, p.hashtags, p.author_id FROM post p
    WHERE p.visibility = 'public' AND p.root_id IS NULL AND p.share_of_id IS NULL AND p.deleted_at IS NULL
    ORDER BY p.id DESC LIMIT %(recent)s)
  UNION
  (SELECT p.id, p.hashtags, p.author_id FROM post p
    WHERE p.author_id = %(viewer)s AND p.root_id IS NULL AND p.deleted_at IS NULL ORDER BY p.id DESC LIMIT %(own)s)
)
SELECT tag, count(*) FROM recent r JOIN accounts_user a ON a.id = r.author_id, unnest(r.hashtags) AS tag
 WHERE tag LIKE %(start)s AND (r.author_id = %(viewer)s OR (a.is_active AND NOT a.is_closed))
 GROUP BY tag ORDER BY count(*) DESC, tag LIMIT %(shown)s
"""


def split(query: str) -> tuple[str, str]:
    """(@ or #, what follows in the one spelling that is looked for); raises Invalid for anything else."""
    sign, rest = query[:1], query[1 : LONGEST + 1].strip()
    if sign not in ("@", "#") or not rest or "\0" in rest:
        reason = _("Begin with @ and a name, or # and a word.")
        raise Invalid(reason, fields={"q": [reason]})
    return sign, rest.lower() if sign == "@" else text.tag_of(rest)


def people(viewer: Any, start: str) -> list[User]:
    """Accounts whose name or display name begins so, those the viewer follows first; 1 query."""
    return [found.user for found in named_like(viewer, start, limit=SHOWN)]


def tags(viewer: Any, start: str) -> list[tuple[str, int]]:
    """(hashtag, in how many of the newest posts), the most used first; 1 query."""
    if not start:
        return []
    numbers = {"viewer": viewer.pk or 0, "recent": RECENT_POSTS, "own": OWN_POSTS, "shown": SHOWN}
    return [(tag, count) for tag, count in rows(TAGS, start=beginning(start), **numbers)]


def beginning(start: str) -> str:
    """The pattern of LIKE for it; what means something to LIKE means itself."""
    return "".join(f"\\{sign}" if sign in "\\%_" else sign for sign in start) + "%"


def rows(sql: str, **params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
