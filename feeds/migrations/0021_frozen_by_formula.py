"""The plain formula in the statement that knows the candidates: five hundred of them need not travel to be put in order.

The terms are those of `feeds/ranking/formula.py`, which stays what holds: `tests/test_frozen_by_formula.py` compares
the two to the last bit.
"""

from django.db import migrations

# The terms of one candidate in the order of `formula.parts_of`; `_weights` are the five of Weights and NUDGE.
TERMS = """
CREATE FUNCTION ranked_terms(
  _age_hours float8, _likes int, _comments int, _interactions int, _media int, _nudge int, _weights float8[])
RETURNS float8[] LANGUAGE sql IMMUTABLE AS $$
  SELECT ARRAY[
    _weights[1] / (1 + _age_hours),
    _weights[2] * (_likes + 2 * _comments::float8) / (1 + (_likes + 2 * _comments::float8)),
    _weights[3] * least(_interactions / 10::float8, 1),
    CASE WHEN _media > 0 THEN _weights[4] ELSE 0 END,
    _weights[5] * _comments / (1 + _comments::float8),
    _weights[6] * _nudge]
$$;
"""
# Keeps the newest `_n` entries in their order, as `frozen.begin` keeps those that were ordered in Python, and answers of
# them what the cursor needs. Of the terms those are kept for each entry that may differ: media and replies where they
# weigh something, the person where the reader has said anything of one of them, and then by `_nudged_head`.
FREEZE = """
CREATE FUNCTION ranked_freeze(
  _reader bigint, _id bigint, _head text, _nudged_head text, _weights float8[], _n int, _most int,
  OUT number int, OUT newest bigint, OUT oldest bigint, OUT shares bigint[])
LANGUAGE plpgsql VOLATILE SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  _newest bigint := 1::bigint << 62;
  _entries bigint[];
  _terms bytea;
  _is_nudged boolean;
BEGIN
  WITH found AS MATERIALIZED (
    SELECT c.entry_id, c.sharer_id, c.nudge,
           ranked_terms(c.age_hours, c.likes, c.comments, c.interactions, c.media, c.nudge, _weights) AS t
      FROM ranked_candidates(_reader, ARRAY[_newest, _newest, _newest], _n, NULL) c
  ), nudged AS MATERIALIZED (SELECT coalesce(bool_or(f.nudge <> 0), false) AS any FROM found f)
  SELECT count(*), max(p.entry_id), min(p.entry_id), array_agg(p.entry_id) FILTER (WHERE p.sharer_id IS NOT NULL),
         array_agg(p.entry_id), bool_or(p.nudge <> 0),
         string_agg(
           float8send(t[1]) || float8send(t[2]) || float8send(t[3])
           || CASE WHEN _weights[4] <> 0 THEN float8send(t[4]) ELSE '' END
           || CASE WHEN _weights[5] <> 0 THEN float8send(t[5]) ELSE '' END
           || CASE WHEN (SELECT n.any FROM nudged n)
                   THEN float8send(CASE WHEN p.nudge <> 0 THEN t[6] ELSE 'NaN' END) ELSE '' END, '')
    INTO number, newest, oldest, shares, _entries, _is_nudged, _terms
    FROM (SELECT f.* FROM found f ORDER BY t[1] + t[2] + t[3] + t[4] + t[5] + t[6] DESC, f.entry_id DESC) p;
  IF number > 0 THEN
    PERFORM set_config('synchronous_commit', 'off', true);
    DELETE FROM ranked_scroll WHERE id IN (
      SELECT id FROM ranked_scroll WHERE reader_id = _reader ORDER BY used_at DESC OFFSET _most - 1);
    INSERT INTO ranked_scroll (id, reader_id, used_at, entries, head, terms)
    VALUES (_id, _reader, clock_timestamp(), _entries, CASE WHEN _is_nudged THEN _nudged_head ELSE _head END, _terms);
  END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("feeds", "0020_facts_in_brief")]
    operations = [migrations.RunSQL(TERMS + FREEZE, "DROP FUNCTION ranked_freeze, ranked_terms")]
