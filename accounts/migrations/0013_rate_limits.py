"""Counts for the limits while Redis is away (`feedsite.windows`)."""

from django.db import migrations

# Unlogged: written at every deed, and lost with a crash as Redis's would be.
TABLE = """
CREATE UNLOGGED TABLE rate_count (name text NOT NULL, counted_at timestamptz NOT NULL);
-- rate_take: what lies in the window of a name.
CREATE INDEX rate_count_window ON rate_count (name, counted_at DESC);
-- feedsite.windows.clear: what is older than any window.
CREATE INDEX rate_count_old ON rate_count (counted_at);
"""
# The moment is looked up behind the lock, and each statement sees what was committed until then: whoever waited for
# another of the same name finds it counted.
TAKE = """
CREATE FUNCTION rate_take(which text, most integer, length_us bigint, now_us bigint,
                          OUT remaining integer, OUT wait_us bigint)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  span interval := length_us * interval '1 microsecond';
  moment timestamptz;
  taken integer;
  first_to_leave timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('limit:' || which, 0));
  moment := coalesce('epoch'::timestamptz + now_us * interval '1 microsecond', clock_timestamp());
  DELETE FROM rate_count c WHERE c.name = which AND c.counted_at <= moment - span;
  SELECT count(*), coalesce(min(c.counted_at), moment) INTO taken, first_to_leave
    FROM rate_count c WHERE c.name = which;
  IF taken < most THEN
    INSERT INTO rate_count VALUES (which, moment);
    remaining := most - taken - 1;
  ELSE
    SELECT c.counted_at INTO first_to_leave
      FROM rate_count c WHERE c.name = which ORDER BY c.counted_at DESC OFFSET most - 1 LIMIT 1;
    remaining := -1;
  END IF;
  wait_us := extract(epoch FROM first_to_leave + span - moment) * 1000000;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_decency")]

    operations = [
        migrations.RunSQL(TABLE, "DROP TABLE rate_count"),
        migrations.RunSQL(TAKE, "DROP FUNCTION rate_take"),
    ]
