"""Statements written by hand: what the service is measured against."""

from contextlib import closing
from typing import Any

from django.db import connection

NEWEST = 2**62

# A whole page of home as one prepared statement: the window of timeline.home, its rules, the author, the
# original and the reader's marks. $1 reader, $2 cursor (exclusive), $3 rows. One window only: readers whose
# rules drop many rows of it need a second one, which the service fetches and this does not.
PAGE = """
PREPARE bench_page (bigint, bigint, int) AS
WITH st AS MATERIALIZED (
  SELECT coalesce((SELECT floor FROM reader_state WHERE user_id = $1), 0) AS floor
), pushed AS MATERIALIZED (
  SELECT post_id FROM feed WHERE user_id = $1 AND post_id < $2 AND post_id > (SELECT floor FROM st)
   ORDER BY post_id DESC LIMIT $3
), low AS MATERIALIZED (
  SELECT CASE WHEN (SELECT count(*) FROM pushed) = $3 THEN (SELECT min(post_id) FROM pushed)
              WHEN $2 > floor + 1 THEN floor + 1 ELSE 0 END AS id FROM st
), cand AS MATERIALIZED (
  SELECT f.followee_id AS author, s.last_post_id AS last
    FROM follow f JOIN author_state s ON s.user_id = f.followee_id
   WHERE f.follower_id = $1 AND f.pull AND s.last_post_id >= (SELECT id FROM low)
  UNION ALL
  SELECT s.user_id, s.last_post_id FROM author_state s WHERE s.user_id = $1
  UNION ALL
  SELECT f.followee_id, s.last_post_id FROM follow f JOIN author_state s ON s.user_id = f.followee_id
   WHERE $2 <= (SELECT floor FROM st) + 1 AND f.follower_id = $1 AND NOT f.pull
), low2 AS MATERIALIZED (
  SELECT greatest(low.id, (SELECT last FROM cand WHERE last < $2 ORDER BY last DESC OFFSET $3 - 1 LIMIT 1), 0) AS id
    FROM low
), ids AS MATERIALIZED (
  SELECT post_id FROM pushed WHERE post_id >= (SELECT id FROM low2)
  UNION
  SELECT recent.id
    FROM cand CROSS JOIN LATERAL (
      SELECT p.id FROM post p
       WHERE p.author_id = cand.author AND p.root_id IS NULL AND p.deleted_at IS NULL
         AND p.id >= (SELECT id FROM low2) AND p.id < $2
       ORDER BY p.id DESC LIMIT $3) recent
   WHERE cand.last >= (SELECT id FROM low2)
  UNION
  SELECT o.post_id FROM fanout o JOIN follow f ON f.follower_id = $1 AND f.followee_id = o.author_id
   WHERE o.post_id >= (SELECT id FROM low2) AND o.post_id < $2
  ORDER BY 1 DESC LIMIT $3
)
SELECT p.id, p.content, p.content_html, p.visibility, p.hashtags, p.mentions, p.quote_of_id, p.edited_at,
       p.likes_count, p.comments_count, p.shares_count,
       a.id, a.username, a.display_name, a.avatar, a.is_closed,
       o.id, o.content, o.content_html, o.hashtags, o.mentions, o.quote_of_id, o.edited_at,
       o.likes_count, o.comments_count, o.shares_count,
       oa.id, oa.username, oa.display_name, oa.avatar,
       EXISTS (SELECT FROM post_like l WHERE l.post_id = coalesce(o.id, p.id) AND l.user_id = $1) AS liked,
       coalesce(o.shares_count, p.shares_count) > 0 AND EXISTS (
         SELECT FROM post s WHERE s.share_of_id = coalesce(o.id, p.id) AND s.author_id = $1 AND s.deleted_at IS NULL
       ) AS shared
  FROM ids
  JOIN post p ON p.id = ids.post_id
  JOIN accounts_user a ON a.id = p.author_id
  LEFT JOIN post o ON o.id = p.share_of_id
  LEFT JOIN accounts_user oa ON oa.id = o.author_id
 WHERE p.deleted_at IS NULL AND p.root_id IS NULL AND a.is_active
   AND (p.author_id = $1 OR (
        EXISTS (SELECT FROM follow f WHERE f.follower_id = $1 AND f.followee_id = p.author_id)
        AND (p.visibility <> 'private' OR $1 = ANY (p.mentioned_ids))
        AND NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = $1 AND b.blocked_id = p.author_id)
        AND NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = p.author_id AND b.blocked_id = $1)
        AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = $1 AND m.muted_id = p.author_id
                           AND (m.expires_at IS NULL OR m.expires_at > now()))))
   AND (p.share_of_id IS NULL OR (
        o.deleted_at IS NULL AND o.visibility = 'public' AND NOT oa.is_closed AND oa.is_active
        AND NOT EXISTS (SELECT FROM block b WHERE (b.blocker_id = p.author_id AND b.blocked_id = o.author_id))
        AND NOT EXISTS (SELECT FROM block b WHERE (b.blocker_id = o.author_id AND b.blocked_id = p.author_id))
        AND NOT EXISTS (SELECT FROM block b WHERE (b.blocker_id = $1 AND b.blocked_id = o.author_id))
        AND NOT EXISTS (SELECT FROM block b WHERE (b.blocker_id = o.author_id AND b.blocked_id = $1))
        AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = $1 AND m.muted_id = o.author_id
                           AND (m.expires_at IS NULL OR m.expires_at > now()))))
   AND NOT (coalesce(o.shares_count, p.shares_count) > 0 AND EXISTS (
        SELECT FROM post s JOIN accounts_user sa ON sa.id = s.author_id
         WHERE s.share_of_id = coalesce(o.id, p.id) AND s.id > p.id AND s.deleted_at IS NULL AND sa.is_active
           AND (s.author_id = $1 OR (
                EXISTS (SELECT FROM follow f WHERE f.follower_id = $1 AND f.followee_id = s.author_id)
                AND NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = $1 AND b.blocked_id = s.author_id)
                AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = $1 AND m.muted_id = s.author_id
                                   AND (m.expires_at IS NULL OR m.expires_at > now()))))))
 ORDER BY p.id DESC LIMIT $3
"""

# The textbook's way to the posts of a page, and the same held to its author index: each followee's posts, all of
# them, sorted. Whole rows, as an ORM fetches them; the service's skeleton likewise brings what a card needs of a post.
NAIVE = """
SELECT * FROM post WHERE author_id IN (SELECT followee_id FROM follow WHERE follower_id = %s)
   AND root_id IS NULL AND deleted_at IS NULL ORDER BY id DESC LIMIT 21
"""
NAIVE_BY_AUTHOR = """
SELECT recent.* FROM follow f JOIN LATERAL (SELECT p.* FROM post p WHERE p.author_id = f.followee_id
   AND p.root_id IS NULL AND p.deleted_at IS NULL OFFSET 0) recent ON true
 WHERE f.follower_id = %s ORDER BY recent.id DESC LIMIT 21
"""
# The same without the posts: an index-only scan of all their ids.
NAIVE_IDS = """
SELECT p.id FROM follow f JOIN LATERAL (SELECT p.id FROM post p WHERE p.author_id = f.followee_id
   AND p.root_id IS NULL AND p.deleted_at IS NULL OFFSET 0) p ON true
 WHERE f.follower_id = %s ORDER BY 1 DESC LIMIT 21
"""
# The plainest page there is: Feed joined with posts, no pull, no rules, nobody's name.
FEED_JOIN_POSTS = """
PREPARE bench_feed (bigint, bigint, int) AS
SELECT p.id, p.content, p.author_id FROM feed f JOIN post p ON p.id = f.post_id
 WHERE f.user_id = $1 AND f.post_id < $2 ORDER BY f.post_id DESC LIMIT $3
"""


class Prepared:
    """A statement prepared on Django's own connection, and its rows without anything of Django's."""

    def __init__(self, name: str, sql: str) -> None:
        self.execute = f"EXECUTE {name} (%s, %s, %s)"
        with connection.cursor() as cursor:
            cursor.execute(sql)

    def rows(self, reader_id: int, *, below: int = NEWEST, limit: int) -> list[tuple[Any, ...]]:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(self.execute, (reader_id, below, limit))
            return cursor.fetchall()
