"""The home timeline as one plain query that is obviously right: slow, and the judge of the fast one."""

from dataclasses import dataclass

from django.db import connection

# Every entry the reader has a reason for, by the words of the contract; then each original once, at
# its newest place. It knows nothing of Feed, floors, the outbox, push or pull.
ORACLE = """
WITH heard AS (
  SELECT u.id FROM accounts_user u
   WHERE u.id IN (SELECT followee_id FROM follow WHERE follower_id = %(reader)s UNION ALL SELECT %(reader)s)
     AND (%(list)s::bigint IS NULL OR u.id IN (SELECT member_id FROM list_member WHERE list_id = %(list)s))
     AND u.is_active
     AND u.id NOT IN (SELECT blocked_id FROM block WHERE blocker_id = %(reader)s)
     AND u.id NOT IN (SELECT blocker_id FROM block WHERE blocked_id = %(reader)s)
     AND u.id NOT IN (SELECT muted_id FROM mute WHERE muter_id = %(reader)s
                       AND (expires_at IS NULL OR expires_at > now()))
), entries AS (
  SELECT p.id AS entry_id, coalesce(p.share_of_id, p.id) AS shown_id
    FROM post p
    LEFT JOIN post o ON o.id = p.share_of_id
    LEFT JOIN accounts_user original ON original.id = o.author_id
   WHERE p.author_id IN (SELECT id FROM heard)
     AND p.deleted_at IS NULL AND p.in_reply_to_id IS NULL AND p.root_id IS NULL
     AND (p.author_id = %(reader)s OR p.visibility IN ('public', 'followers') OR %(reader)s = ANY (p.mentioned_ids))
     AND (p.share_of_id IS NULL OR p.author_id NOT IN (
          SELECT followee_id FROM follow WHERE follower_id = %(reader)s AND hides_shares))
     AND (p.share_of_id IS NULL OR (
          o.deleted_at IS NULL AND o.visibility = 'public' AND original.is_active AND NOT original.is_closed
          AND NOT EXISTS (SELECT FROM block b WHERE (b.blocker_id, b.blocked_id) IN (
                (p.author_id, o.author_id), (o.author_id, p.author_id),
                (%(reader)s, o.author_id), (o.author_id, %(reader)s)))
          AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = %(reader)s AND m.muted_id = o.author_id
                             AND (m.expires_at IS NULL OR m.expires_at > now()))))
)
SELECT max(entry_id) AS entry_id, shown_id FROM entries GROUP BY shown_id ORDER BY 1 DESC LIMIT %(size)s
"""

# What quotes something that the reader may see, and what that is.
QUOTES = """
SELECT p.id, q.id
  FROM post p JOIN post q ON q.id = p.quote_of_id JOIN accounts_user a ON a.id = q.author_id
 WHERE p.id = ANY (%(posts)s) AND q.deleted_at IS NULL AND a.is_active
   AND NOT EXISTS (SELECT FROM block b WHERE (b.blocker_id, b.blocked_id) IN (
         (%(reader)s, q.author_id), (q.author_id, %(reader)s)))
   AND (q.author_id = %(reader)s OR (q.visibility = 'public' AND NOT a.is_closed)
        OR (%(reader)s = ANY (q.mentioned_ids) AND NOT a.is_limited)
        OR ((q.visibility <> 'private' OR %(reader)s = ANY (q.mentioned_ids)) AND EXISTS (
          SELECT FROM follow f WHERE f.follower_id = %(reader)s AND f.followee_id = q.author_id)))
"""


@dataclass(frozen=True)
class Place:
    entry_id: int
    shown_id: int


def timeline(reader_id: int, size: int) -> list[Place]:
    """The reader's newest `size` places, newest first."""
    return places(reader=reader_id, list=None, size=size)


def list_timeline(reader_id: int, list_id: int, size: int) -> list[Place]:
    """The same had the reader a reason to hear nobody but those on the list."""
    return places(reader=reader_id, list=list_id, size=size)


def quotes(reader_id: int, post_ids: list[int]) -> dict[int, int]:
    """{post: what it quotes} of those whose quote the reader may see; posts in timelines quote no comments."""
    with connection.cursor() as cursor:
        cursor.execute(QUOTES, {"reader": reader_id, "posts": post_ids})
        return dict(cursor.fetchall())


def places(**given: int | None) -> list[Place]:
    with connection.cursor() as cursor:
        cursor.execute(ORACLE, given)
        return [Place(*row) for row in cursor.fetchall()]
