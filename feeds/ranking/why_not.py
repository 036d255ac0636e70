"""Why a post is, or is not, in somebody's home feed: the rules of the timeline, told one by one.

Facts come from one query; the verdict is pure. `tests/test_why.py` holds it to what the timeline lists.
"""

import re
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from django.db import connection
from django.urls import reverse

from feeds import timeline
from feeds.ranking.values import CHRONOLOGICAL
from feedsite.pagination import make_cursor
from posts.models import as_id

# What is asked of: the post's page, a page below it, or its id alone.
PATH = re.compile(r"/(?:@[A-Za-z0-9_]+|posts)/([0-9]{1,16})(?:/[a-z]*)?/?")
# A share brings the post if its sharer is active and neither blocks nor is blocked by the author, and the post is one
# that may be shared at all.
NEWEST_SHARE = """
    SELECT s.id AS entry_id, s.author_id AS sharer_id
      FROM share s JOIN accounts_user sa ON sa.id = s.author_id AND sa.is_active
     WHERE post_shareable(p.deleted_at, p.visibility, a.is_closed, a.is_active)
       AND NOT blocked_either_way(s.author_id, p.author_id)"""
# The shares by followees and the reader are found once, from the shorter side: an original may have a million shares, a
# reader five thousand followees.
FACTS = f"""
WITH share AS MATERIALIZED (
  SELECT s.id, s.author_id, f.hides_shares,
         EXISTS (SELECT FROM mute n WHERE n.muter_id = %(reader)s AND n.muted_id = s.author_id
                    AND (n.expires_at IS NULL OR n.expires_at > now())) AS muted
    FROM follow f JOIN post s ON s.author_id = f.followee_id
   WHERE f.follower_id = %(reader)s AND s.share_of_id = %(post)s AND s.deleted_at IS NULL
   UNION ALL
  SELECT s.id, s.author_id, false, false
    FROM post s WHERE s.author_id = %(reader)s AND s.share_of_id = %(post)s AND s.deleted_at IS NULL
)
SELECT p.author_id = %(reader)s, p.root_id IS NOT NULL,
       (SELECT f.created_at FROM follow f WHERE f.follower_id = %(reader)s AND f.followee_id = p.author_id),
       m.muter_id IS NOT NULL, m.expires_at, heard.entry_id, heard.sharer_id, hidden.sharer_id, muted.sharer_id
  FROM post p
  JOIN accounts_user a ON a.id = p.author_id
  LEFT JOIN mute m ON m.muter_id = %(reader)s AND m.muted_id = p.author_id
                  AND (m.expires_at IS NULL OR m.expires_at > now())
  LEFT JOIN LATERAL ({NEWEST_SHARE} AND NOT hides_shares AND NOT muted ORDER BY s.id DESC LIMIT 1) heard ON true
  LEFT JOIN LATERAL ({NEWEST_SHARE} AND hides_shares AND NOT muted ORDER BY s.id DESC LIMIT 1) hidden ON true
  LEFT JOIN LATERAL ({NEWEST_SHARE} AND muted ORDER BY s.id DESC LIMIT 1) muted ON true
 WHERE p.id = %(post)s
"""  # noqa: S608 the shares above


class Facts(NamedTuple):
    """What the rules ask of a post that the reader may see; people by their ids."""

    is_own: bool = False
    is_comment: bool = False
    followed_since: datetime | None = None
    is_muted: bool = False
    # When the mute ends by itself.
    muted_until: datetime | None = None
    # The newest share that brings it, and by whom.
    share_id: int | None = None
    sharer_id: int | None = None
    # Who shared it where the reader leaves out their shares, or has muted them.
    hidden_sharer_id: int | None = None
    muted_sharer_id: int | None = None


class Verdict(NamedTuple):
    """Where the post stands (`in_feed`: as itself or by a share), or the reasons why it does not, the first first.

    Reasons are `comment`, `muted`, `not_followed`, `shares_hidden` and `sharer_muted`.
    """

    in_feed: bool
    by_share: bool = False
    reasons: tuple[str, ...] = ()


def judge(facts: Facts) -> Verdict:
    if facts.is_comment:
        return Verdict(False, reasons=("comment",))
    wanted = facts.is_own or not facts.is_muted
    if wanted and facts.share_id:
        return Verdict(True, by_share=True)
    if facts.is_own or (facts.followed_since and wanted):
        return Verdict(True)
    reasons = {
        "muted": facts.is_muted,
        "not_followed": not facts.followed_since,
        "shares_hidden": wanted and facts.hidden_sharer_id,
        "sharer_muted": wanted and facts.muted_sharer_id,
    }
    return Verdict(False, reasons=tuple(reason for reason, applies in reasons.items() if applies))


def facts_of(reader: Any, post_id: int) -> Facts:
    """The facts of a post, not a share, that the reader may see; one query."""
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"reader": reader.pk, "post": post_id})
        return Facts(*cursor.fetchone())


def read_address(text: str, host: str) -> int | None:
    """The id in a post's address on this site, or typed by itself; None where there is none."""
    text = text.strip()
    if (post_id := as_id(text)) is not None:
        return post_id
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    found = PATH.fullmatch(parts.path)
    return as_id(found[1]) if found and parts.netloc.lower() in ("", host.lower()) else None


def link_to_place(reader: Any, entry_id: int) -> str:
    """Home by time from the entry on, whatever order the reader has."""
    scroll = timeline.Scroll(below=entry_id + 1)
    cursor = make_cursor("home", reader.pk, tuple(scroll.position()))
    return f"{reverse('home')}?{urlencode({'ranking': CHRONOLOGICAL, 'cursor': cursor})}"
