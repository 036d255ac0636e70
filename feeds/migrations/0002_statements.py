"""The statements of the feed engine, as functions of the database.

As STABLE functions they are planned once a connection, run in their caller's one snapshot, and
work with any driver and behind a connection pool. docs/architecture.md tells how they fit together.
"""

from django.db import migrations

# One exact window of candidate ids under `_below`: pushed above the floor, pulled, owed, one's own.
# `low` is where the next window starts when this one has fewer than `_n`; 0 is the end.
WINDOW = """
CREATE FUNCTION timeline_window(_reader bigint, _floor bigint, _below bigint, _n int,
                                OUT ids bigint[], OUT low bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
  WITH pushed AS MATERIALIZED (
    SELECT post_id FROM feed
     WHERE user_id = _reader AND post_id < _below AND post_id > _floor
     ORDER BY post_id DESC LIMIT _n
  ), reach AS MATERIALIZED (
    SELECT CASE WHEN count(*) = _n THEN min(post_id)
                WHEN _below > _floor + 1 THEN _floor + 1
                ELSE 0 END AS id
      FROM pushed
  ), authors AS MATERIALIZED (
    SELECT f.followee_id AS author, s.last_post_id AS last
      FROM follow f JOIN author_state s ON s.user_id = f.followee_id
     WHERE f.follower_id = _reader AND f.pull AND s.last_post_id >= (SELECT id FROM reach)
    UNION ALL
    SELECT s.user_id, s.last_post_id FROM author_state s WHERE s.user_id = _reader
    UNION ALL  -- below the floor nothing is pushed any more
    SELECT f.followee_id, s.last_post_id
      FROM follow f JOIN author_state s ON s.user_id = f.followee_id
     WHERE _below <= _floor + 1 AND f.follower_id = _reader AND NOT f.pull
  ), bound AS MATERIALIZED (
    -- The _n authors who posted last fill the window by themselves: nobody quieter need be asked.
    SELECT greatest(reach.id, (SELECT last FROM authors WHERE last < _below
                                ORDER BY last DESC OFFSET _n - 1 LIMIT 1), 0) AS id
      FROM reach
  ), found AS MATERIALIZED (
    SELECT post_id FROM pushed WHERE post_id >= (SELECT id FROM bound)
    UNION
    SELECT recent.id
      FROM authors CROSS JOIN LATERAL (
        SELECT p.id FROM post p
         WHERE p.author_id = authors.author AND p.root_id IS NULL AND p.deleted_at IS NULL
           AND p.id >= (SELECT id FROM bound) AND p.id < _below
         ORDER BY p.id DESC LIMIT _n) recent
     WHERE authors.last >= (SELECT id FROM bound)
    UNION
    SELECT o.post_id FROM fanout o JOIN follow f ON f.follower_id = _reader AND f.followee_id = o.author_id
     WHERE o.post_id >= (SELECT id FROM bound) AND o.post_id < _below
    ORDER BY 1 DESC LIMIT _n
  )
  SELECT array_agg(post_id ORDER BY post_id DESC), max(bound.id) INTO ids, low
    FROM bound LEFT JOIN found ON true;
  IF cardinality(ids) = _n AND ids[_n] IS NOT NULL THEN low := ids[_n]; END IF;
  ids := array_remove(ids, NULL);
END $$;
"""

# The rules for the ids about to be shown. A share stands where it was made and shows its original;
# an original is listed once, at its newest place: an entry gives way to a newer share (not above
# `_top`, where the scroll began) by somebody the reader has a reason to hear.
RULES = """
CREATE FUNCTION timeline_rules(_reader bigint, _ids bigint[], _top bigint)
RETURNS TABLE (entry_id bigint, shown_id bigint) LANGUAGE sql STABLE ROWS 20 AS $$
  SELECT p.id, coalesce(p.share_of_id, p.id)
    FROM unnest(_ids) AS wanted(id)
    JOIN post p ON p.id = wanted.id
    JOIN accounts_user a ON a.id = p.author_id
    LEFT JOIN post o ON o.id = p.share_of_id
    LEFT JOIN accounts_user oa ON oa.id = o.author_id
   WHERE p.deleted_at IS NULL AND p.root_id IS NULL AND a.is_active
     AND (p.author_id = _reader OR (
          EXISTS (SELECT FROM follow f WHERE f.follower_id = _reader AND f.followee_id = p.author_id)
          AND (p.visibility <> 'private' OR _reader = ANY (p.mentioned_ids))
          AND timeline_hears(_reader, p.author_id)))
     AND (p.share_of_id IS NULL OR (
          post_shareable(o.deleted_at, o.visibility, oa.is_private, oa.is_active)
          AND NOT blocked_either_way(p.author_id, o.author_id)
          AND (o.author_id = _reader OR timeline_hears(_reader, o.author_id))))
     AND NOT (coalesce(o.shares_count, p.shares_count) > 0
              AND post_shareable(coalesce(o.deleted_at, p.deleted_at), coalesce(o.visibility, p.visibility),
                                     coalesce(oa.is_private, a.is_private), coalesce(oa.is_active, a.is_active))
              AND EXISTS (
          SELECT FROM post s JOIN accounts_user sa ON sa.id = s.author_id
           WHERE s.share_of_id = coalesce(p.share_of_id, p.id) AND s.id > p.id AND s.id <= _top
             AND s.deleted_at IS NULL AND sa.is_active
             AND NOT blocked_either_way(s.author_id, coalesce(o.author_id, p.author_id))
             AND (s.author_id = _reader OR (
                  EXISTS (SELECT FROM follow f WHERE f.follower_id = _reader AND f.followee_id = s.author_id)
                  AND timeline_hears(_reader, s.author_id)))))
$$;
"""

# A small question, written once; the planner puts its body in place of the calls.
QUESTION = """
CREATE FUNCTION timeline_hears(_reader bigint, _author bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = _reader AND b.blocked_id = _author)
     AND NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = _author AND b.blocked_id = _reader)
     AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = _reader AND m.muted_id = _author
                        AND (m.expires_at IS NULL OR m.expires_at > now()))
$$;
"""

# A page: windows and rules in turn until it is full or the timeline ends. The plan is the same for
# every reader; on tables without statistics PostgreSQL would make it anew for each, 5 ms a time.
PAGE = """
CREATE FUNCTION timeline_page(_reader bigint, _below bigint, _top bigint, _n int)
RETURNS TABLE (entry_id bigint, shown_id bigint) LANGUAGE plpgsql STABLE ROWS 20
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  _floor bigint := coalesce((SELECT r.floor FROM reader_state r WHERE r.user_id = _reader), 0);
  _missing int := _n;
  _found int;
  _window record;
BEGIN
  WHILE _missing > 0 AND _below > 0 LOOP
    SELECT * INTO _window FROM timeline_window(_reader, _floor, _below, greatest(_missing, 10));
    RETURN QUERY SELECT r.entry_id, r.shown_id FROM timeline_rules(_reader, _window.ids, _top) r
                  ORDER BY r.entry_id DESC LIMIT _missing;
    GET DIAGNOSTICS _found = ROW_COUNT;
    _missing := _missing - _found;
    _below := _window.low;
  END LOOP;
END $$;
"""

# The newest candidates before the rules, for the copy in Redis.
CANDIDATES = """
CREATE FUNCTION timeline_candidates(_reader bigint, _n int) RETURNS bigint[] LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  _floor bigint := coalesce((SELECT r.floor FROM reader_state r WHERE r.user_id = _reader), 0);
  _below bigint := 4611686018427387904;
  _all bigint[] := '{}';
  _window record;
BEGIN
  WHILE cardinality(_all) < _n AND _below > 0 LOOP
    SELECT * INTO _window FROM timeline_window(_reader, _floor, _below, _n - cardinality(_all));
    _all := _all || _window.ids;
    _below := _window.low;
  END LOOP;
  RETURN _all;
END $$;
-- The rules for candidates from Redis; called by itself the query would be planned each time.
CREATE FUNCTION timeline_shown(_reader bigint, _ids bigint[], _top bigint, _n int)
RETURNS TABLE (entry_id bigint, shown_id bigint) LANGUAGE plpgsql STABLE ROWS 20
SET plan_cache_mode = force_generic_plan AS $$
BEGIN
  RETURN QUERY SELECT r.entry_id, r.shown_id FROM timeline_rules(_reader, _ids, _top) r
                ORDER BY r.entry_id DESC LIMIT _n;
END $$;
CREATE FUNCTION timeline_owed(_reader bigint, _below bigint, OUT version bigint, OUT owed bigint[])
LANGUAGE sql STABLE AS $$
  SELECT u.relations_version,
         (SELECT array_agg(o.post_id) FROM fanout o
           WHERE o.post_id < _below
             AND (o.author_id = _reader
                  OR EXISTS (SELECT FROM follow f WHERE f.follower_id = _reader AND f.followee_id = o.author_id)))
    FROM accounts_user u WHERE u.id = _reader
$$;
"""

# One chunk of a fan-out, one transaction: lock the outbox row, push to the next followers in order,
# move on. Returns the followers served, or NULL when the row is gone or in other hands.
CHUNK = """
CREATE FUNCTION fanout_chunk(_post bigint, _limit int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
  _author bigint; _next bigint; _last bigint; _served int; _only bigint[];
BEGIN
  SELECT o.author_id, o.next_follower INTO _author, _next
    FROM fanout o WHERE o.post_id = _post FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF _next = 9223372036854775807 THEN RETURN 0; END IF;
  -- A private post concerns nobody but those it names.
  SELECT p.mentioned_ids INTO _only FROM post p WHERE p.id = _post AND p.visibility = 'private';
  IF _only IS NULL THEN
    WITH chunk AS MATERIALIZED (
      SELECT f.follower_id FROM follow f
       WHERE f.followee_id = _author AND NOT f.pull AND f.follower_id > _next
       ORDER BY f.follower_id LIMIT _limit
    ), pushed AS (
      INSERT INTO feed (user_id, post_id) SELECT follower_id, _post FROM chunk ON CONFLICT DO NOTHING
    )
    SELECT max(follower_id), count(*) INTO _last, _served FROM chunk;
  ELSE
    INSERT INTO feed (user_id, post_id)
    SELECT f.follower_id, _post FROM follow f
     WHERE f.followee_id = _author AND NOT f.pull AND f.follower_id = ANY (_only)
    ON CONFLICT DO NOTHING;
    _served := 0;
  END IF;
  UPDATE fanout SET next_follower = CASE WHEN _served < _limit THEN 9223372036854775807 ELSE _last END
   WHERE post_id = _post;
  RETURN _served;
END $$;
CREATE FUNCTION fanout_inline(_post bigint, _most int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (
        SELECT FROM follow f, post p
         WHERE p.id = _post AND f.followee_id = p.author_id AND NOT f.pull LIMIT _most + 1) few) <= _most THEN
    PERFORM fanout_chunk(_post, _most + 1);
  END IF;
END $$;
"""

TUNING = """
-- Rows here live for a second; without this their dead versions would slow every read.
ALTER TABLE fanout SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, fillfactor = 70);
ALTER TABLE author_state SET (fillfactor = 80);
ALTER TABLE reader_state SET (fillfactor = 80);
"""

DROP = """
DROP FUNCTION fanout_inline, fanout_chunk, timeline_owed, timeline_shown, timeline_candidates, timeline_page,
              timeline_rules, timeline_hears, timeline_window;
"""


class Migration(migrations.Migration):
    dependencies = [("feeds", "0001_initial"), ("posts", "0002_visible"), ("social", "0001_initial")]
    operations = [
        migrations.RunSQL(QUESTION + WINDOW + RULES + PAGE + CANDIDATES + CHUNK, DROP),
        migrations.RunSQL(TUNING, migrations.RunSQL.noop),
    ]
