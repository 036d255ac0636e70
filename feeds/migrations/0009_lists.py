"""A list of people as a timeline: `timeline_home` with members in place of followees, everybody pulled.

The rules are those of home, in its own text; only an original's newest place is looked for among members.
"""

import importlib

from django.db import migrations

home = importlib.import_module("feeds.migrations.0008_rows_of_all_kinds")

# Whether a newer share by somebody on the list takes the place of this entry. The shorter side is asked.
SHARED_ABOVE = f"""
CREATE FUNCTION list_shared_above(_reader bigint, _list bigint, _original bigint, _author bigint, _above bigint,
                                  _scroll bigint[], _shares int)
RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM (
      SELECT s.id, s.author_id FROM post s
       WHERE _shares <= 100 AND s.share_of_id = _original AND s.deleted_at IS NULL
         AND EXISTS (SELECT FROM list_member m WHERE m.list_id = _list AND m.member_id = s.author_id)
       UNION ALL
      SELECT s.id, s.author_id FROM list_member m CROSS JOIN LATERAL (
             SELECT s.id, s.author_id FROM post s
              WHERE s.share_of_id = _original AND s.author_id = m.member_id AND s.deleted_at IS NULL LIMIT 1) s
       WHERE _shares > 100 AND m.list_id = _list
    ) s
      JOIN accounts_user sa ON sa.id = s.author_id AND sa.is_active
      JOIN follow f ON f.follower_id = _reader AND f.followee_id = s.author_id AND NOT f.hides_shares
     WHERE s.id > _above AND s.id <= _scroll[2]
       AND (s.id < _scroll[1] OR s.id <= _scroll[3] OR s.id = ANY (_scroll[4:]))
       AND NOT {home.blocked("s.author_id", "_author")}
       AND {home.hears("_reader", "s.author_id")})
$$;
"""  # noqa: S608 the rules of 0008
ROWS = (
    home.ROWS[home.ROWS.index("CREATE FUNCTION timeline_rows") :]
    .replace("timeline_rows(_reader bigint,", "list_rows(_reader bigint, _list bigint,")
    .replace("timeline_shared_above(_reader,", "list_shared_above(_reader, _list,")
)
# Windows and rules in turn, as in `timeline_home`: each window is exact by itself, and the authors who posted
# last fill it, so nobody quieter need be asked.
PAGE = """
CREATE FUNCTION timeline_list(_reader bigint, _list bigint, _scroll bigint[], _n int)
RETURNS SETOF timeline_row LANGUAGE plpgsql STABLE ROWS 20 SET plan_cache_mode = force_generic_plan SET enable_mergejoin = off AS $$
DECLARE
  _below bigint := _scroll[1];
  _missing int := _n;
  _length int := greatest(_n, 10);
  _found int;
  _low bigint;
  _ids bigint[];
BEGIN
  WHILE _missing > 0 AND _below > 0 LOOP
    WITH authors AS MATERIALIZED (
      SELECT s.user_id AS author, s.last_post_id AS last
        FROM list_member m JOIN author_state s ON s.user_id = m.member_id
       WHERE m.list_id = _list
    ), bound AS MATERIALIZED (
      SELECT coalesce((SELECT last FROM authors WHERE last < _below
                        ORDER BY last DESC OFFSET _length - 1 LIMIT 1), 0) AS id
    ), found AS MATERIALIZED (
      SELECT recent.id
        FROM authors CROSS JOIN LATERAL (
          SELECT p.id FROM post p
           WHERE p.author_id = authors.author AND p.root_id IS NULL AND p.deleted_at IS NULL
             AND p.id >= (SELECT id FROM bound) AND p.id < _below
           ORDER BY p.id DESC LIMIT _length) recent
       WHERE authors.last >= (SELECT id FROM bound)
       ORDER BY 1 DESC LIMIT _length
    )
    SELECT array_agg(found.id ORDER BY found.id DESC), max(bound.id) INTO _ids, _low
      FROM bound LEFT JOIN found ON true;
    IF _ids[_length] IS NOT NULL THEN _low := _ids[_length]; END IF;
    RETURN QUERY SELECT r.* FROM list_rows(_reader, _list, _ids, _scroll) r
                  ORDER BY r.entry_id DESC LIMIT _missing;
    GET DIAGNOSTICS _found = ROW_COUNT;
    _missing := _missing - _found;
    _below := _low;
    _length := least(2 * _length, 500);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("feeds", "0008_rows_of_all_kinds"), ("social", "0005_circles")]
    operations = [
        migrations.RunSQL(SHARED_ABOVE + ROWS + PAGE, "DROP FUNCTION timeline_list, list_rows, list_shared_above"),
    ]
