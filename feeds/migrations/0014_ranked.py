"""Candidates of a ranked home with all that is known of them, and the scrolls that are frozen from them.

The rules are those of `timeline_rows` (0008), asked once of each person instead of once for each entry: a page is a few
dozen rows, candidates are five hundred by half as many people. `tests/test_candidates.py` holds the two together.
"""

import importlib

import django.contrib.postgres.fields
from django.db import migrations, models

rules = importlib.import_module("feeds.migrations.0006_rules_in_line")

# What is known of candidates, in the order of `feeds.ranking.values.Candidate`. `_ids` are entries of home; of those, the
# ones the rules allow, each original at its newest place. `_scroll` as in 0004: later windows ask it for the shares
# above them; `_is_whole` says that all of those are among `_ids`. `_half_life` is that of `author_state.posting`, in days.
#
# What the reader did to posts by the authors in 30 days is counted once for all of them: from the indexes by user
# and by author alone, as far down as those days go. A like may be younger than its post, so its own time is asked.
FACTS = f"""
CREATE TYPE ranked_candidate AS (
  entry_id bigint, shown_id bigint, author_id bigint, sharer_id bigint, age_hours float8,
  likes int, comments int, shares int, interactions int, media int,
  has_link boolean, has_poll boolean, is_quote boolean, length int,
  follows_back boolean, followers int, posting float8, nudge int
);
-- So that a join of what comes of them is planned for hundreds; inlined it would be planned for ten.
CREATE FUNCTION ranked_wanted(_ids bigint[]) RETURNS SETOF bigint LANGUAGE sql VOLATILE ROWS 500 AS $$
  SELECT unnest(_ids)
$$;
CREATE FUNCTION ranked_facts(_reader bigint, _ids bigint[], _scroll bigint[], _is_whole boolean, _half_life float8)
RETURNS SETOF ranked_candidate LANGUAGE plpgsql STABLE ROWS 500
SET plan_cache_mode = force_generic_plan SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
  _now float8 := 1000 * (extract(epoch FROM clock_timestamp())::float8 - extract(epoch FROM timestamptz '2024-01-01Z')::float8);
  _since bigint := greatest(_now - 30 * 86400000.0, 0)::bigint << 12;
  _since_time timestamptz := clock_timestamp() - interval '720 hours';
BEGIN
  RETURN QUERY
  WITH entry AS MATERIALIZED (
    SELECT p.id, p.author_id AS by_id, p.visibility, p.mentioned_ids, p.share_of_id, o.deleted_at,
           coalesce(o.author_id, p.author_id) AS author_id, coalesce(o.visibility, p.visibility) AS shown_visibility,
           coalesce(o.likes_count, p.likes_count) AS likes, coalesce(o.comments_count, p.comments_count) AS comments,
           coalesce(o.shares_count, p.shares_count) AS shares, coalesce(o.media_count, p.media_count) AS media,
           strpos(coalesce(o.content, p.content), '://') > 0 AS has_link, coalesce(o.has_poll, p.has_poll) AS has_poll,
           CASE WHEN o.id IS NULL THEN p.quote_of_id ELSE o.quote_of_id END IS NOT NULL AS is_quote,
           char_length(coalesce(o.content, p.content)) AS length
      FROM ranked_wanted(_ids) AS wanted(id)
      JOIN post p ON p.id = wanted.id
      LEFT JOIN LATERAL (SELECT s.* FROM post s WHERE s.id = p.share_of_id LIMIT 1) o ON true
     WHERE p.deleted_at IS NULL AND p.root_id IS NULL
  ), person AS MATERIALIZED (
    SELECT u.id, u.is_active, u.is_private, u.followers_count,
           f.followee_id IS NOT NULL AS is_followed, coalesce(f.hides_shares, false) AS hides_shares,
           u.id = _reader OR (u.id NOT IN (
             SELECT b.blocked_id FROM block b WHERE b.blocker_id = _reader
              UNION ALL
             SELECT m.muted_id FROM mute m WHERE m.muter_id = _reader AND (m.expires_at IS NULL OR m.expires_at > now()))
           AND NOT {rules.found("block b WHERE b.blocker_id = u.id AND b.blocked_id = _reader")}) AS is_heard
      FROM (SELECT by_id AS id FROM entry UNION SELECT author_id FROM entry) wanted
      JOIN accounts_user u ON u.id = wanted.id
      LEFT JOIN (SELECT f.followee_id, f.hides_shares FROM follow f WHERE f.follower_id = _reader) f
        ON f.followee_id = u.id
  ), allowed AS MATERIALIZED (
    SELECT DISTINCT ON (coalesce(e.share_of_id, e.id)) e.*, shown.is_private, shown.followers_count
      FROM entry e JOIN person by ON by.id = e.by_id JOIN person shown ON shown.id = e.author_id
     WHERE by.is_active
       AND (e.by_id = _reader OR (by.is_followed AND by.is_heard
            AND (e.visibility <> 'private' OR _reader = ANY (e.mentioned_ids))
            AND (e.share_of_id IS NULL OR NOT by.hides_shares)))
       AND (e.share_of_id IS NULL OR (
            shown.is_heard AND post_shareable(e.deleted_at, e.shown_visibility, shown.is_private, shown.is_active)
            AND NOT {rules.blocked("e.by_id", "e.author_id")}))
       AND (_is_whole OR NOT (
            e.shares > 0 AND post_shareable(e.deleted_at, e.shown_visibility, shown.is_private, shown.is_active)
            AND timeline_shared_above(_reader, coalesce(e.share_of_id, e.id), e.author_id, e.id, _scroll, e.shares)))
     ORDER BY coalesce(e.share_of_id, e.id), e.id DESC
  ), done AS MATERIALIZED (
    SELECT to_whom.author_id, count(*)::int AS times
      FROM (SELECT l.post_id FROM post_like l WHERE l.user_id = _reader AND l.created_at >= _since_time
             UNION ALL
            SELECT c.in_reply_to_id FROM post c
             WHERE c.author_id = _reader AND c.root_id IS NOT NULL AND c.id >= _since AND c.deleted_at IS NULL
             UNION ALL
            SELECT s.share_of_id FROM post s
             WHERE s.author_id = _reader AND s.root_id IS NULL AND s.deleted_at IS NULL AND s.id >= _since
               AND s.share_of_id IS NOT NULL) act (post_id)
      CROSS JOIN LATERAL (SELECT t.author_id FROM post t WHERE t.id = act.post_id LIMIT 1) to_whom
     WHERE to_whom.author_id <> _reader
     GROUP BY 1
  ), author AS MATERIALIZED (
    SELECT wanted.author_id AS id, coalesce(done.times, 0) AS interactions,
           {rules.follows("wanted.author_id", "_reader")} AS follows_back,
           coalesce(nudge.amount, 0)::int AS nudge,
           coalesce((SELECT s.posting * ln(2) / _half_life
                            * 0.5 ^ (greatest(_now - (s.last_post_id >> 12), 0) / 86400000.0 / _half_life)
                       FROM author_state s WHERE s.user_id = wanted.author_id), 0) AS posting
      FROM (SELECT DISTINCT a.author_id FROM allowed a) wanted
      LEFT JOIN done ON done.author_id = wanted.author_id
      LEFT JOIN (SELECT n.author_id, n.amount FROM nudge n WHERE n.reader_id = _reader) nudge
        ON nudge.author_id = wanted.author_id
  )
  SELECT a.id, coalesce(a.share_of_id, a.id), a.author_id, CASE WHEN a.share_of_id IS NOT NULL THEN a.by_id END,
         greatest(_now - (coalesce(a.share_of_id, a.id) >> 12), 0) / 3600000.0,
         a.likes, a.comments, CASE WHEN a.shown_visibility = 'public' AND NOT a.is_private THEN a.shares ELSE 0 END,
         author.interactions, a.media::int, a.has_link, a.has_poll, a.is_quote, a.length,
         author.follows_back, a.followers_count, author.posting, author.nudge
    FROM allowed a JOIN author ON author.id = a.author_id
   ORDER BY a.id DESC;
END $$;
"""  # noqa: S608 the rules of 0006
# The newest `_n` entries of home as a scroll that begins there has them. A few more are looked at than asked
# for, since the rules drop some; where that is not enough, the windows below are taken too.
CANDIDATES = """
CREATE FUNCTION ranked_candidates(_reader bigint, _scroll bigint[], _n int, _half_life float8)
RETURNS SETOF ranked_candidate LANGUAGE plpgsql STABLE ROWS 500 SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  _floor bigint := coalesce((SELECT r.floor FROM reader_state r WHERE r.user_id = _reader), 0);
  _below bigint := _scroll[1];
  _missing int := _n;
  _length int := greatest(_n + _n / 10, 10);
  _found int;
  _window record;
BEGIN
  WHILE _missing > 0 AND _below > 0 LOOP
    SELECT * INTO _window FROM timeline_window(_reader, _floor, _below, _length);
    RETURN QUERY SELECT c.* FROM ranked_facts(_reader, _window.ids, _scroll, _below = _scroll[1], _half_life) c LIMIT _missing;
    GET DIAGNOSTICS _found = ROW_COUNT;
    _missing := _missing - _found;
    _below := _window.low;
    _length := 500;
  END LOOP;
END $$;
"""
# A page of frozen entries from the place `_from` on (the first is 0), by the rules as they stand now: what these drop is
# made up for by the next. No share takes an original away: each is there once already, as it was when they were frozen.
PAGE = """
CREATE TYPE ranked_row AS (place int, head text, terms bytea, entry timeline_row);
CREATE FUNCTION ranked_rows(_reader bigint, _scroll ranked_scroll, _from int, _n int)
RETURNS SETOF ranked_row LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_generic_plan SET enable_mergejoin = off AS $$
DECLARE
  _width int := octet_length(_scroll.terms) / cardinality(_scroll.entries);
  _missing int := _n;
  _found int;
  _ids bigint[];
BEGIN
  WHILE _missing > 0 LOOP
    _ids := _scroll.entries[_from + 1 : _from + _missing + 5];
    EXIT WHEN cardinality(_ids) = 0;
    RETURN QUERY
      SELECT _from + wanted.place::int - 1, _scroll.head,
             substr(_scroll.terms, _width * (_from + wanted.place::int - 1) + 1, _width), r::timeline_row
        FROM timeline_rows(_reader, _ids, '{0,0,0}') r
        JOIN unnest(_ids) WITH ORDINALITY AS wanted(id, place) ON wanted.id = r.entry_id
       ORDER BY wanted.place LIMIT _missing;
    GET DIAGNOSTICS _found = ROW_COUNT;
    _missing := _missing - _found;
    _from := _from + cardinality(_ids);
  END LOOP;
END $$;
"""
# The first page of a scroll, which is kept with it in the same trip; of one reader the last `_most` are kept. Nobody
# waits for the disk: what a crash takes is as if it had expired.
BEGIN = """
CREATE FUNCTION ranked_begin(_scroll ranked_scroll, _n int, _most int)
RETURNS SETOF ranked_row LANGUAGE plpgsql VOLATILE ROWS 20 AS $$
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  DELETE FROM ranked_scroll WHERE id IN (
    SELECT id FROM ranked_scroll WHERE reader_id = _scroll.reader_id ORDER BY used_at DESC OFFSET _most - 1);
  INSERT INTO ranked_scroll SELECT (_scroll).*;
  RETURN QUERY SELECT * FROM ranked_rows(_scroll.reader_id, _scroll, 0, _n);
END $$;
"""
# A later page; nothing where the scroll is gone. Used, it lives on; said once a minute, for that is a write.
GO_ON = """
CREATE FUNCTION ranked_go_on(_reader bigint, _id bigint, _from int, _n int, _lives interval)
RETURNS SETOF ranked_row LANGUAGE plpgsql VOLATILE ROWS 20 AS $$
DECLARE
  _now timestamptz := clock_timestamp();
  _scroll ranked_scroll;
BEGIN
  SELECT * INTO _scroll FROM ranked_scroll WHERE id = _id AND reader_id = _reader AND used_at > _now - _lives;
  IF NOT FOUND THEN RETURN; END IF;
  IF _scroll.used_at < _now - interval '1 minute' THEN
    PERFORM set_config('synchronous_commit', 'off', true);
    UPDATE ranked_scroll SET used_at = _now WHERE id = _id;
  END IF;
  RETURN QUERY SELECT * FROM ranked_rows(_reader, _scroll, _from, _n);
END $$;
"""
# What is long and packed already is kept as it is.
PACKED = "ALTER TABLE ranked_scroll ALTER terms SET STORAGE EXTERNAL, ALTER entries SET STORAGE EXTERNAL;"


class Migration(migrations.Migration):
    dependencies = [("feeds", "0013_ranking"), ("posts", "0008_like_by")]
    operations = [
        migrations.CreateModel(
            name="RankedScroll",
            fields=[
                ("id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("reader_id", models.BigIntegerField()),
                ("used_at", models.DateTimeField()),
                (
                    "entries",
                    django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None),
                ),
                ("head", models.TextField()),
                ("terms", models.BinaryField()),
            ],
            options={
                "db_table": "ranked_scroll",
                "indexes": [models.Index(fields=["reader_id"], name="ranked_scroll_of")],
            },
        ),
        migrations.RunSQL(
            FACTS + CANDIDATES + PACKED + PAGE + BEGIN + GO_ON,
            "DROP FUNCTION ranked_go_on, ranked_begin, ranked_rows, ranked_candidates, ranked_facts, ranked_wanted;"
            " DROP TYPE ranked_row; DROP TYPE ranked_candidate",
        ),
    ]
