"""Hashtags by use, and their counts."""

from django.db import connection, transaction

from feeds.search.hits import Hits, Tag
from feedsite.pagination import PageRequest

# Tags that begin alike are looked at in their own order and the most used first, at most so many each; of those
# with the same first letters, so many of the most used are looked through.
LOOKED_AT, WELL_KNOWN = 300, 1000
AT_ONCE = 20_000
COUNTING_LOCK = 5_010_001

FOUND = """
WITH asked AS MATERIALIZED (
  SELECT word, left(word, 1) AS letter, left(word, 3) AS letters FROM folded(%(start)s) word WHERE word <> ''
), begun AS (
  (SELECT h.id, h.tag, h.posts_count FROM hashtag h
    WHERE h.folded ~>=~ (SELECT word FROM asked) AND h.folded ~<~ (SELECT word || U&'\\+10FFFF' FROM asked)
    ORDER BY h.folded USING ~<~ LIMIT %(looked_at)s)
  UNION
  (SELECT k.id, k.tag, k.posts_count FROM asked CROSS JOIN LATERAL (
          (SELECT h.* FROM hashtag h WHERE length(asked.word) < 3 AND left(h.folded, 1) = asked.letter
            ORDER BY h.fame DESC LIMIT %(well_known)s)
           UNION ALL
          (SELECT h.* FROM hashtag h WHERE length(asked.word) >= 3 AND left(h.folded, 3) = asked.letters
            ORDER BY h.fame DESC LIMIT %(well_known)s)) k
    WHERE starts_with(k.folded, asked.word) LIMIT %(looked_at)s)
)
SELECT tag, posts_count, id FROM begun
 WHERE posts_count > 0 AND (%(after)s::bigint[] IS NULL OR ARRAY[posts_count, id]::bigint[] < %(after)s::bigint[])
 ORDER BY posts_count DESC, id DESC LIMIT %(limit)s
"""
# Notes are taken in the order of tags, so two that count at once do not wait for each other in a ring.
COUNT = """
WITH taken AS (
  DELETE FROM hashtag_note WHERE id IN (SELECT id FROM hashtag_note ORDER BY id LIMIT %(number)s) RETURNING tag, change
), summed AS (
  INSERT INTO hashtag (tag, folded, posts_count)
  SELECT tag, folded(tag), sum(change) FROM taken GROUP BY tag
  ON CONFLICT (tag) DO UPDATE SET posts_count = hashtag.posts_count + excluded.posts_count
)
SELECT count(*) FROM taken
"""
# One snapshot: the posts counted are those whose notes go.
RECOUNT = """
WITH forgotten AS (DELETE FROM hashtag_note), counted AS (
  SELECT tag, count(*) AS number
    FROM post p JOIN accounts_user u ON u.id = p.author_id AND u.is_active AND NOT u.is_closed, unnest(p.hashtags) tag
   WHERE p.hashtags <> '{}' AND p.visibility = 'public' AND p.root_id IS NULL AND p.share_of_id IS NULL
     AND p.deleted_at IS NULL GROUP BY tag
), gone AS (
  DELETE FROM hashtag h WHERE NOT EXISTS (SELECT FROM counted c WHERE c.tag = h.tag)
)
INSERT INTO hashtag AS h (tag, folded, posts_count) SELECT tag, folded(tag), number FROM counted
ON CONFLICT (tag) DO UPDATE SET posts_count = excluded.posts_count WHERE h.posts_count <> excluded.posts_count
"""


def hashtags(words: str, page: PageRequest) -> Hits[Tag]:
    """Tags that begin so, accents aside, the most used first; 1 query."""
    start = words.removeprefix("#").replace("\0", "").strip()[:100]
    if not start or (page.cursor is not None and len(page.cursor) != 2):
        return Hits([], None)
    numbers = {"looked_at": LOOKED_AT, "well_known": WELL_KNOWN, "limit": page.limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(FOUND, numbers | {"start": start, "after": list(page.cursor) if page.cursor else None})
        rows = cursor.fetchall()
    shown = rows[: page.limit]
    found = [Tag(name, count) for name, count, _ in shown]
    return Hits(found, page.next_cursor(*shown[-1][1:]) if len(rows) > page.limit else None)


@transaction.atomic
def count() -> int:
    """Counts what was noted, at most AT_ONCE changes; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COUNTING_LOCK])
        cursor.execute(COUNT, {"number": AT_ONCE})
        return int(cursor.fetchone()[0])


@transaction.atomic
def recount() -> int:
    """Counts all anew; how many tags were counted wrongly. Nobody is kept from posting."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [COUNTING_LOCK])
        cursor.execute(RECOUNT)
        return cursor.rowcount
