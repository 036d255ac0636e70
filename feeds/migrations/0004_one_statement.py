"""A page in one statement: skeleton, rules, and all of a card that changes by itself.

Replaces the statements of 0002 that answered ids only. What a card shows that changes seldom (text,
names) is cached; each row names the versions of that, so that a stale copy is never taken.
"""

import importlib

from django.db import migrations

old = importlib.import_module("feeds.migrations.0002_statements")

# A timeline whose floor is 0 ends where everything pushed has been read: no window more to find nothing.
WINDOW = (
    old.WINDOW.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
    .replace("WHEN _below > _floor + 1 THEN", "WHEN _floor > 0 AND _below > _floor + 1 THEN")
    .replace(
        "WHERE _below <= _floor + 1 AND f.follower_id", "WHERE _floor > 0 AND _below <= _floor + 1 AND f.follower_id"
    )
)
DROP_OLD = "DROP FUNCTION timeline_page, timeline_shown, timeline_owed, timeline_rules;"
MAKE_OLD = (
    old.RULES
    + old.PAGE
    + old.CANDIDATES[old.CANDIDATES.index("-- The rules for candidates") :]
    + old.WINDOW.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
)

# The rows of a page for ids about to be shown, by the rules as they stand now. See `timeline_rules` of
# 0002 for what a share does to a page. A share is looked for among the original's shares while these
# are few, and among the reader's followees when an original has thousands of shares.
#
# `_scroll` is {below, top, safe, seen, …}: what is `below` is still to come; the scroll began at `top`;
# what is at or under `safe` had been committed long before; of what lies between, `seen` are the shares
# that have been shown. A share that was committed late, its place already passed, takes nothing away.
ROW = """
CREATE FUNCTION timeline_shared_above(_reader bigint, _original bigint, _author bigint, _above bigint, _scroll bigint[],
                                      _shares int)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN _shares <= 1000 THEN EXISTS (
    SELECT FROM post s JOIN accounts_user sa ON sa.id = s.author_id
     WHERE s.share_of_id = _original AND s.id > _above AND s.id <= _scroll[2]
       AND (s.id < _scroll[1] OR s.id <= _scroll[3] OR s.id = ANY (_scroll[4:])) AND s.deleted_at IS NULL AND sa.is_active
       AND NOT blocked_either_way(s.author_id, _author)
       AND (s.author_id = _reader OR (
            EXISTS (SELECT FROM follow f WHERE f.follower_id = _reader AND f.followee_id = s.author_id)
            AND timeline_hears(_reader, s.author_id))))
  ELSE EXISTS (
    SELECT FROM (SELECT f.followee_id AS id FROM follow f WHERE f.follower_id = _reader UNION ALL SELECT _reader) heard
      CROSS JOIN LATERAL (SELECT s.id, s.author_id FROM post s
                           WHERE s.share_of_id = _original AND s.author_id = heard.id
                             AND s.id > _above AND s.id <= _scroll[2]
                             AND (s.id < _scroll[1] OR s.id <= _scroll[3] OR s.id = ANY (_scroll[4:]))
                             AND s.deleted_at IS NULL LIMIT 1) s
      JOIN accounts_user sa ON sa.id = s.author_id AND sa.is_active
     WHERE NOT blocked_either_way(s.author_id, _author)
       AND (s.author_id = _reader OR timeline_hears(_reader, s.author_id))) END
$$;
CREATE TYPE timeline_row AS (
  entry_id bigint, shown_id bigint, author_id bigint, sharer_id bigint,
  visibility text, is_private boolean, likes int, comments int, shares int, has_liked boolean, has_shared boolean,
  post_version bigint, author_version int, sharer_version int
);
CREATE FUNCTION timeline_rows(_reader bigint, _ids bigint[], _scroll bigint[])
RETURNS SETOF timeline_row LANGUAGE sql STABLE ROWS 20 AS $$
  SELECT p.id, shown.id, shown.author_id, CASE WHEN o.id IS NOT NULL THEN p.author_id END,
         shown.visibility, shown.is_private, shown.likes, shown.comments, shown.shares,
         -- As EXISTS these would be planned as a hash of all the reader ever liked.
         coalesce((SELECT true FROM post_like l WHERE l.post_id = shown.id AND l.user_id = _reader), false),
         shown.shares > 0 AND coalesce((SELECT true FROM post mine WHERE mine.share_of_id = shown.id
                                           AND mine.author_id = _reader AND mine.deleted_at IS NULL), false),
         coalesce((extract(epoch FROM shown.edited_at) * 1000000)::bigint, 0), shown.card_version,
         CASE WHEN o.id IS NOT NULL THEN a.card_version END
    FROM unnest(_ids) AS wanted(id)
    JOIN post p ON p.id = wanted.id
    JOIN accounts_user a ON a.id = p.author_id
    LEFT JOIN post o ON o.id = p.share_of_id
    LEFT JOIN accounts_user oa ON oa.id = o.author_id
    CROSS JOIN LATERAL (
      SELECT coalesce(o.id, p.id) AS id, coalesce(o.author_id, p.author_id) AS author_id,
             coalesce(o.visibility, p.visibility) AS visibility, coalesce(oa.is_private, a.is_private) AS is_private,
             CASE WHEN o.id IS NULL THEN p.edited_at ELSE o.edited_at END AS edited_at,
             coalesce(oa.card_version, a.card_version) AS card_version, coalesce(o.likes_count, p.likes_count) AS likes,
             coalesce(o.comments_count, p.comments_count) AS comments, coalesce(o.shares_count, p.shares_count) AS shares
    ) shown
   WHERE p.deleted_at IS NULL AND p.root_id IS NULL AND a.is_active
     AND (p.author_id = _reader OR (
          EXISTS (SELECT FROM follow f WHERE f.follower_id = _reader AND f.followee_id = p.author_id)
          AND (p.visibility <> 'private' OR _reader = ANY (p.mentioned_ids))
          AND timeline_hears(_reader, p.author_id)))
     AND (p.share_of_id IS NULL OR (
          post_shareable(o.deleted_at, o.visibility, oa.is_private, oa.is_active)
          AND NOT blocked_either_way(p.author_id, o.author_id)
          AND (o.author_id = _reader OR timeline_hears(_reader, o.author_id))))
     AND NOT (shown.shares > 0
              AND post_shareable(coalesce(o.deleted_at, p.deleted_at), shown.visibility, shown.is_private,
                                 coalesce(oa.is_active, a.is_active))
              AND timeline_shared_above(_reader, shown.id, shown.author_id, p.id, _scroll, shown.shares))
$$;
"""

# A page from the tables: windows and rules in turn until it is full or the timeline ends. Each window is
# twice as long as the one before: a reader may have muted somebody who writes a lot.
HOME = """
CREATE FUNCTION timeline_home(_reader bigint, _scroll bigint[], _n int)
RETURNS SETOF timeline_row LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  _floor bigint := coalesce((SELECT r.floor FROM reader_state r WHERE r.user_id = _reader), 0);
  _below bigint := _scroll[1];
  _missing int := _n;
  _length int := greatest(_n, 10);
  _found int;
  _window record;
BEGIN
  WHILE _missing > 0 AND _below > 0 LOOP
    SELECT * INTO _window FROM timeline_window(_reader, _floor, _below, _length);
    RETURN QUERY SELECT r.* FROM timeline_rows(_reader, _window.ids, _scroll) r
                  ORDER BY r.entry_id DESC LIMIT _missing;
    GET DIAGNOSTICS _found = ROW_COUNT;
    _missing := _missing - _found;
    _below := _window.low;
    _length := least(2 * _length, 500);
  END LOOP;
END $$;
"""

# The same page from candidates out of Redis, unless whom the reader follows has changed since they were
# put there. What is in the outbox may have been missing from Redis a moment ago.
HOT = """
CREATE FUNCTION timeline_hot(_reader bigint, _version bigint, _ids bigint[], _above bigint,
                             _scroll bigint[], _n int)
RETURNS SETOF timeline_row LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM accounts_user u WHERE u.id = _reader AND u.relations_version = _version) THEN RETURN; END IF;
  RETURN QUERY
    SELECT r.* FROM timeline_rows(_reader, ARRAY(
        SELECT unnest(_ids)
        UNION
        SELECT o.post_id FROM fanout o
         WHERE o.post_id > _above AND o.post_id < _scroll[1]
           AND (o.author_id = _reader
                OR EXISTS (SELECT FROM follow f WHERE f.follower_id = _reader AND f.followee_id = o.author_id))
      ), _scroll) r
     ORDER BY r.entry_id DESC LIMIT _n;
END $$;
"""

# Marks a post as announced, and clears away some that were done long enough ago for every read that asked
# Redis before they were announced to have looked here.
FINISH = """
CREATE FUNCTION fanout_finish(_post bigint, _linger interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE fanout SET announced_at = clock_timestamp() WHERE post_id = _post AND announced_at IS NULL;
  DELETE FROM fanout WHERE post_id IN (
    SELECT o.post_id FROM fanout o
     WHERE o.next_follower = 9223372036854775807 AND o.announced_at <= clock_timestamp() - _linger
     ORDER BY o.announced_at LIMIT 100 FOR UPDATE SKIP LOCKED);
END $$;
-- A chunk of a post that has been announced, and the end of it all when nobody is left.
CREATE FUNCTION fanout_chunk_and_finish(_post bigint, _limit int, _linger interval) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  _served int := coalesce(fanout_chunk(_post, _limit), 0);
BEGIN
  UPDATE fanout SET announced_at = clock_timestamp() WHERE post_id = _post AND announced_at IS NULL;
  IF _served < _limit THEN PERFORM fanout_finish(_post, _linger); END IF;
  RETURN _served;
END $$;
CREATE INDEX fanout_done ON fanout (announced_at) WHERE next_follower = 9223372036854775807 AND announced_at IS NOT NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("feeds", "0003_policy"), ("posts", "0003_author_rates"), ("accounts", "0002_card_version")]
    operations = [
        migrations.RunSQL(
            WINDOW + ROW + HOME + HOT + FINISH + DROP_OLD,
            "DROP INDEX fanout_done; DROP FUNCTION fanout_chunk_and_finish, fanout_finish, timeline_hot, timeline_home, timeline_rows; DROP TYPE timeline_row;"
            " DROP FUNCTION timeline_shared_above;" + MAKE_OLD,
        ),
    ]
