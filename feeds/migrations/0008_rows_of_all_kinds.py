"""Rows of a page that know of quotes, bookmarks, polls, and of shares a reader does not want.

The rules are written out (see 0006). A scroll is {below, top, safe, seen, …}, see 0004.
"""

import importlib

from django.db import migrations

before = importlib.import_module("feeds.migrations.0004_one_statement")
rules = importlib.import_module("feeds.migrations.0006_rules_in_line")

blocked, hears, follows = rules.blocked, rules.hears, rules.follows


def wants_shares(reader: str, sharer: str) -> str:
    # Few follows have this; a partial index answers.
    return "NOT " + rules.found(
        f"follow f WHERE f.follower_id = {reader} AND f.followee_id = {sharer} AND f.hides_shares"
    )


# Whether a newer share takes the place of this entry. A share is looked for among the original's shares
# while these are few, and among the reader's followees when an original has thousands of shares.
SHARED_ABOVE = f"""
CREATE OR REPLACE FUNCTION timeline_shared_above(_reader bigint, _original bigint, _author bigint, _above bigint,
                                                 _scroll bigint[], _shares int)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN _shares <= 1000 THEN EXISTS (
    SELECT FROM post s JOIN accounts_user sa ON sa.id = s.author_id
     WHERE s.share_of_id = _original AND s.id > _above AND s.id <= _scroll[2]
       AND (s.id < _scroll[1] OR s.id <= _scroll[3] OR s.id = ANY (_scroll[4:])) AND s.deleted_at IS NULL AND sa.is_active
       AND NOT {blocked("s.author_id", "_author")}
       AND (s.author_id = _reader OR (
            {follows("_reader", "s.author_id")} AND {hears("_reader", "s.author_id")}
            AND {wants_shares("_reader", "s.author_id")})))
  ELSE EXISTS (
    SELECT FROM (SELECT f.followee_id AS id FROM follow f WHERE f.follower_id = _reader AND NOT f.hides_shares
                  UNION ALL SELECT _reader) heard
      CROSS JOIN LATERAL (SELECT s.id, s.author_id FROM post s
                           WHERE s.share_of_id = _original AND s.author_id = heard.id
                             AND s.id > _above AND s.id <= _scroll[2]
                             AND (s.id < _scroll[1] OR s.id <= _scroll[3] OR s.id = ANY (_scroll[4:]))
                             AND s.deleted_at IS NULL LIMIT 1) s
      JOIN accounts_user sa ON sa.id = s.author_id AND sa.is_active
     WHERE NOT {blocked("s.author_id", "_author")}
       AND (s.author_id = _reader OR {hears("_reader", "s.author_id")})) END
$$;
"""  # noqa: S608 the rules above
# Flags and lookups that need another table are scalar subqueries: as EXISTS they would be planned as a
# hash of all the reader ever liked.
ROWS = f"""
CREATE TYPE timeline_row AS (
  entry_id bigint, shown_id bigint, author_id bigint, sharer_id bigint,
  visibility text, is_private boolean, likes int, comments int, shares int,
  has_liked boolean, has_shared boolean, has_bookmarked boolean, quote_of bigint, has_poll boolean,
  post_version int, author_version int, sharer_version int
);
CREATE FUNCTION timeline_rows(_reader bigint, _ids bigint[], _scroll bigint[])
RETURNS SETOF timeline_row LANGUAGE sql STABLE ROWS 20 AS $$
  SELECT p.id, shown.id, shown.author_id, CASE WHEN o.id IS NOT NULL THEN p.author_id END,
         shown.visibility, shown.is_private, shown.likes, shown.comments, shown.shares,
         coalesce((SELECT true FROM post_like l WHERE l.post_id = shown.id AND l.user_id = _reader), false),
         shown.shares > 0 AND coalesce((SELECT true FROM post mine WHERE mine.share_of_id = shown.id
                                           AND mine.author_id = _reader AND mine.deleted_at IS NULL), false),
         coalesce((SELECT true FROM bookmark b WHERE b.user_id = _reader AND b.post_id = shown.id), false),
         CASE WHEN shown.quote_of IS NOT NULL THEN (
           SELECT q.id FROM post q WHERE q.id = shown.quote_of AND q.deleted_at IS NULL
              AND post_visible(_reader, q.author_id, q.visibility, q.mentioned_ids, q.root_id, q.share_of_id)) END,
         shown.has_poll, shown.version, shown.card_version, CASE WHEN o.id IS NOT NULL THEN a.card_version END
    FROM unnest(_ids) AS wanted(id)
    JOIN post p ON p.id = wanted.id
    JOIN accounts_user a ON a.id = p.author_id
    LEFT JOIN post o ON o.id = p.share_of_id
    LEFT JOIN accounts_user oa ON oa.id = o.author_id
    CROSS JOIN LATERAL (
      SELECT coalesce(o.id, p.id) AS id, coalesce(o.author_id, p.author_id) AS author_id,
             coalesce(o.visibility, p.visibility) AS visibility, coalesce(oa.is_private, a.is_private) AS is_private,
             CASE WHEN o.id IS NULL THEN p.quote_of_id ELSE o.quote_of_id END AS quote_of,
             coalesce(o.has_poll, p.has_poll) AS has_poll, coalesce(o.version, p.version) AS version,
             coalesce(oa.card_version, a.card_version) AS card_version, coalesce(o.likes_count, p.likes_count) AS likes,
             coalesce(o.comments_count, p.comments_count) AS comments, coalesce(o.shares_count, p.shares_count) AS shares
    ) shown
   WHERE p.deleted_at IS NULL AND p.root_id IS NULL AND a.is_active
     AND (p.author_id = _reader OR (
          {follows("_reader", "p.author_id")}
          AND (p.visibility <> 'private' OR _reader = ANY (p.mentioned_ids))
          AND {hears("_reader", "p.author_id")}
          AND (p.share_of_id IS NULL OR {wants_shares("_reader", "p.author_id")})))
     AND (p.share_of_id IS NULL OR (
          post_shareable(o.deleted_at, o.visibility, oa.is_private, oa.is_active)
          AND NOT {blocked("p.author_id", "o.author_id")}
          AND (o.author_id = _reader OR {hears("_reader", "o.author_id")})))
     AND NOT (shown.shares > 0
              AND post_shareable(coalesce(o.deleted_at, p.deleted_at), shown.visibility, shown.is_private,
                                 coalesce(oa.is_active, a.is_active))
              AND timeline_shared_above(_reader, shown.id, shown.author_id, p.id, _scroll, shown.shares))
$$;
"""  # noqa: S608
DROP = "DROP FUNCTION timeline_home, timeline_hot, timeline_rows; DROP TYPE timeline_row;"
OLD_TYPE = before.ROW[before.ROW.index("CREATE TYPE") : before.ROW.index("CREATE FUNCTION timeline_rows")]
OLD_ROWS = rules.written_out(rules.SHARED_ABOVE) + OLD_TYPE + rules.written_out(rules.FUNCTIONS)


class Migration(migrations.Migration):
    dependencies = [
        ("feeds", "0007_batch"),
        ("posts", "0004_what_people_make"),
        ("social", "0004_hides_shares"),
    ]
    operations = [
        migrations.RunSQL(
            DROP + SHARED_ABOVE + ROWS + before.HOME + before.HOT + rules.BY_KEYS,
            DROP + OLD_ROWS + before.HOME + before.HOT + rules.BY_KEYS,
        ),
    ]
