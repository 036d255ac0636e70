"""Names as they are looked for: in lower case, without accents, by the beginning of any of their words.

The rows are kept by triggers, in the transaction that changes a name; `0007` writes those of accounts that exist already.
"""

import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models

FUNCTIONS = r"""
-- Lower case, compatibility forms and accents gone; letters that Unicode does not take apart are spelled out. Marks that
-- are no accents (vowels of Devanagari, of Thai) stay.
CREATE FUNCTION folded(_text text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF octet_length(_text) = length(_text) THEN RETURN lower(_text); END IF;
  _text := regexp_replace(normalize(lower(normalize(_text, NFKD)), NFKD),
    '[\u00ad\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f]+', '', 'g');
  _text := translate(normalize(_text, NFC), 'øłđħŧıς', 'oldhtiσ');
  RETURN replace(replace(replace(replace(_text, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th');
END $$;

-- What an account is found by: its username, its display name, and each word of that.
CREATE FUNCTION name_words(_username text, _display_name text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT DISTINCT left(word, 60) FROM (
    SELECT _username AS word
     UNION ALL SELECT trim(folded(_display_name))
     UNION ALL SELECT regexp_split_to_table(folded(_display_name), '[\s-]+')) named
   WHERE word <> ''
$$;

-- How well known: about log2 of a number, so that what is ordered by it seldom moves.
CREATE FUNCTION fame(_number int) RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor(log(2.0, greatest(_number, 0) + 1))::smallint
$$;

-- Every spelling with one letter too many, too few, another, or two the other way round.
CREATE FUNCTION near_spellings(_text text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH place AS (SELECT i FROM generate_series(0, length(_text)) i),
       letter AS (SELECT DISTINCT c FROM regexp_split_to_table('abcdefghijklmnopqrstuvwxyz0123456789_' || _text, '') c)
  SELECT left(_text, i) || substr(_text, i + 2) FROM place WHERE i < length(_text)
   UNION SELECT left(_text, i) || substr(_text, i + 2, 1) || substr(_text, i + 1, 1) || substr(_text, i + 3)
           FROM place WHERE i < length(_text) - 1
   UNION SELECT left(_text, i) || c || substr(_text, i + 2) FROM place, letter WHERE i < length(_text)
   UNION SELECT left(_text, i) || c || substr(_text, i + 1) FROM place, letter
$$;
"""
TRIGGERS = """
CREATE FUNCTION keep_name_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN DELETE FROM name_word WHERE user_id = OLD.id; END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO name_word (user_id, word, fame)
    SELECT NEW.id, word, fame(NEW.followers_count) FROM name_words(NEW.username, NEW.display_name) word
    ON CONFLICT (user_id, word) DO UPDATE SET fame = excluded.fame;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER name_words_kept AFTER INSERT OR DELETE ON accounts_user FOR EACH ROW EXECUTE FUNCTION keep_name_words();
CREATE TRIGGER name_words_changed AFTER UPDATE OF username, display_name ON accounts_user FOR EACH ROW
WHEN ((OLD.username, OLD.display_name) IS DISTINCT FROM (NEW.username, NEW.display_name))
EXECUTE FUNCTION keep_name_words();

CREATE FUNCTION keep_fame() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE name_word SET fame = fame(NEW.followers_count) WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
CREATE TRIGGER fame_kept AFTER UPDATE OF followers_count ON accounts_user FOR EACH ROW
WHEN (fame(OLD.followers_count) <> fame(NEW.followers_count)) EXECUTE FUNCTION keep_fame();
"""
NO_TRIGGERS = """
DROP TRIGGER fame_kept ON accounts_user;
DROP TRIGGER name_words_changed ON accounts_user;
DROP TRIGGER name_words_kept ON accounts_user;
DROP FUNCTION keep_fame, keep_name_words;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_shows_likes")]

    operations = [
        migrations.RunSQL(FUNCTIONS, "DROP FUNCTION near_spellings, fame, name_words, folded"),
        migrations.CreateModel(
            name="NameWord",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "word", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("user_id", models.BigIntegerField()),
                ("word", models.TextField()),
                ("fame", models.SmallIntegerField()),
            ],
            options={
                "db_table": "name_word",
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(models.F("word"), name="text_pattern_ops"),
                        name="name_word_start",
                    ),
                    models.Index(
                        django.db.models.functions.text.Left("word", 1),
                        models.F("fame").desc(),
                        name="name_word_letter_fame",
                    ),
                    models.Index(
                        django.db.models.functions.text.Left("word", 3),
                        models.F("fame").desc(),
                        name="name_word_letters_fame",
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, NO_TRIGGERS),
        migrations.RemoveIndex(model_name="user", name="user_display_name"),
    ]
