"""What decides who sees asks whether an account is closed, which a private one is and one that staff have limited.

The functions are taken as they stand: each of them asks for the one column instead of the other, and is the same
otherwise. Hashtags of closed accounts are not counted, as before those of private ones.
"""

from django.db import migrations

# Every function that names the column, but those of names and requests: whom one asks is a private account alone.
ASK = r"""
DO $do$
DECLARE
  _source text;
BEGIN
  FOR _source IN
    SELECT pg_get_functiondef(p.oid) FROM pg_proc p
     WHERE p.pronamespace = current_schema()::regnamespace AND p.prokind = 'f' AND p.prosrc ~ '\m{old}\M'
  LOOP
    EXECUTE regexp_replace(_source, '\m{old}\M', '{new}', 'g');
  END LOOP;
END $do$;
ALTER TYPE timeline_row RENAME ATTRIBUTE {old} TO {new};
DROP TRIGGER hashtags_shown ON accounts_user;
CREATE TRIGGER hashtags_shown AFTER UPDATE OF {new}, is_active ON accounts_user FOR EACH ROW
WHEN ((OLD.is_active AND NOT OLD.{new}) <> (NEW.is_active AND NOT NEW.{new}))
EXECUTE FUNCTION note_hashtags_of();
"""


def asks(new: str, old: str) -> str:
    return ASK.replace("{new}", new).replace("{old}", old)


class Migration(migrations.Migration):
    dependencies = [("feeds", "0022_ranker_replaced"), ("posts", "0010_closed")]
    operations = [
        migrations.RunSQL(asks("is_closed", "is_private"), asks("is_private", "is_closed")),
    ]
