"""Search: the words of posts beside them, how often hashtags are used, and the statement that finds.

`post_search.words` holds all a search can ask for, so that every question is one `tsquery` of one GIN index: the words
with their places, and without a place `@<author id>`, `#<tag>` and `+media`; of what is private also `+sealed`, and
`><id>` of each who may see it. The signs cannot come from a text, which loses them before it is cut into words.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
from django.db import migrations, models

# Of a text what is looked for, of a document as of a question. The parser of PostgreSQL sees addresses, signs and
# hyphens only as blanks, so a word is found wherever it stands. Writing without blanks (Chinese, Japanese, Thai …) and
# emoji are cut into single signs, and found as phrases of them.
WORDS = r"""
CREATE FUNCTION search_text(_text text) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  _text := folded(_text);
  IF octet_length(_text) <> length(_text) THEN
    _text := regexp_replace(_text, '[\u0080-\u00bf\u00d7\u00f7\u2000-\u206f\u2e00-\u2e7f\u3000-\u3004\u3008-\u3020\u3030\ufff0-\uffff]+', ' ', 'g');
    _text := regexp_replace(_text, '([\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff\u2190-\u2bff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U0001f000-\U0001faff\U00020000-\U0003ffff])', ' \1 ', 'g');
  END IF;
  RETURN translate(_text, '-/.:@_<&+~%?=\#', repeat(' ', 15));
END $$;

CREATE FUNCTION search_tag(_tag text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT '#' || folded(_tag)
$$;

-- To whom a private post is open; null for any other. A comment is as open as the post it hangs on.
CREATE FUNCTION post_readers(_author bigint, _visibility text, _mentioned bigint[], _root bigint)
RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT author || mentioned FROM (
    SELECT _author AS author, _visibility AS visibility, _mentioned AS mentioned WHERE _root IS NULL
     UNION ALL SELECT p.author_id, p.visibility, p.mentioned_ids FROM post p WHERE p.id = _root) top
   WHERE visibility = 'private'
$$;

CREATE FUNCTION post_words(_author bigint, _content text, _hashtags text[], _media int, _readers bigint[] DEFAULT NULL)
RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT to_tsvector('simple'::regconfig, search_text(_content)) || array_to_tsvector(
         '@' || _author::text || ARRAY(SELECT search_tag(tag) FROM unnest(_hashtags) tag)
             || CASE WHEN _media > 0 THEN ARRAY['+media'] ELSE '{}' END
             || CASE WHEN _readers IS NULL THEN '{}' ELSE '+sealed'::text || ARRAY(SELECT '>' || id FROM unnest(_readers) id) END)
$$;
"""
KEPT = """
CREATE FUNCTION keep_post_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO post_search (post_id, words)
  VALUES (NEW.id, post_words(NEW.author_id, NEW.content, NEW.hashtags, NEW.media_count,
                             post_readers(NEW.author_id, NEW.visibility, NEW.mentioned_ids, NEW.root_id)))
  ON CONFLICT (post_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE TRIGGER words_kept AFTER INSERT ON post FOR EACH ROW WHEN (NEW.share_of_id IS NULL)
EXECUTE FUNCTION keep_post_words();
CREATE TRIGGER words_changed AFTER UPDATE OF content, hashtags, media_count, visibility, mentioned_ids ON post FOR EACH ROW
WHEN (NEW.share_of_id IS NULL
      AND (OLD.content, OLD.hashtags, OLD.media_count, OLD.visibility, OLD.mentioned_ids)
      IS DISTINCT FROM (NEW.content, NEW.hashtags, NEW.media_count, NEW.visibility, NEW.mentioned_ids))
EXECUTE FUNCTION keep_post_words();

-- Comments are open to others when a private post mentions others. A new visibility is written to each of them, and
-- `words_changed` follows.
CREATE FUNCTION keep_words_below() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO post_search (post_id, words)
  SELECT p.id, post_words(p.author_id, p.content, p.hashtags, p.media_count, NEW.author_id || NEW.mentioned_ids)
    FROM post p WHERE p.root_id = NEW.id
  ON CONFLICT (post_id) DO UPDATE SET words = excluded.words;
  RETURN NULL;
END $$;
CREATE TRIGGER words_below_changed AFTER UPDATE OF mentioned_ids ON post FOR EACH ROW
WHEN (NEW.root_id IS NULL AND NEW.visibility = 'private' AND OLD.mentioned_ids <> NEW.mentioned_ids)
EXECUTE FUNCTION keep_words_below();

CREATE FUNCTION drop_post_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM post_search s USING gone WHERE s.post_id = gone.id;
  RETURN NULL;
END $$;
CREATE TRIGGER words_dropped AFTER DELETE ON post REFERENCING OLD TABLE AS gone
FOR EACH STATEMENT EXECUTE FUNCTION drop_post_words();

-- Posts that were there before their words were kept; `feeds.search.upkeep` takes them newest first.
INSERT INTO search_fill (below) SELECT max(id) + 1 FROM post HAVING max(id) IS NOT NULL;
"""
NOT_KEPT = """
DROP TRIGGER words_dropped ON post;
DROP TRIGGER words_below_changed ON post;
DROP TRIGGER words_changed ON post;
DROP TRIGGER words_kept ON post;
DROP FUNCTION drop_post_words, keep_words_below, keep_post_words;
"""

# A hashtag counts in public posts of public accounts, as on its page. Whoever posts only notes the change: the row of a
# tag that all use would make them wait for each other.
COUNTED = """
CREATE FUNCTION counted_hashtags(_post post, _is_public boolean) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN _is_public AND _post.visibility = 'public' AND _post.root_id IS NULL AND _post.share_of_id IS NULL
                   AND _post.deleted_at IS NULL THEN _post.hashtags ELSE '{}' END
$$;
CREATE FUNCTION note_hashtags() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  _is_public boolean := (SELECT is_active AND NOT is_private FROM accounts_user WHERE id = coalesce(NEW.author_id, OLD.author_id));
BEGIN
  IF TG_OP <> 'INSERT' THEN
    INSERT INTO hashtag_note (tag, change) SELECT tag, -1 FROM unnest(counted_hashtags(OLD, _is_public)) tag;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    INSERT INTO hashtag_note (tag, change) SELECT tag, 1 FROM unnest(counted_hashtags(NEW, _is_public)) tag;
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER hashtags_made AFTER INSERT ON post FOR EACH ROW WHEN (NEW.hashtags <> '{}') EXECUTE FUNCTION note_hashtags();
CREATE TRIGGER hashtags_gone AFTER DELETE ON post FOR EACH ROW WHEN (OLD.hashtags <> '{}') EXECUTE FUNCTION note_hashtags();
CREATE TRIGGER hashtags_changed AFTER UPDATE OF hashtags, visibility, deleted_at ON post FOR EACH ROW
WHEN ((OLD.hashtags <> '{}' OR NEW.hashtags <> '{}') AND (OLD.hashtags, OLD.visibility, OLD.deleted_at IS NULL)
      IS DISTINCT FROM (NEW.hashtags, NEW.visibility, NEW.deleted_at IS NULL))
EXECUTE FUNCTION note_hashtags();

CREATE FUNCTION note_hashtags_of() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO hashtag_note (tag, change)
  SELECT tag, CASE WHEN NEW.is_active AND NOT NEW.is_private THEN count(*) ELSE -count(*) END
    FROM post p, unnest(counted_hashtags(p, true)) tag
   WHERE p.author_id = NEW.id AND p.root_id IS NULL AND p.deleted_at IS NULL AND p.hashtags <> '{}'
   GROUP BY tag;
  RETURN NULL;
END $$;
CREATE TRIGGER hashtags_shown AFTER UPDATE OF is_private, is_active ON accounts_user FOR EACH ROW
WHEN ((OLD.is_active AND NOT OLD.is_private) <> (NEW.is_active AND NOT NEW.is_private))
EXECUTE FUNCTION note_hashtags_of();
"""
NOT_COUNTED = """
DROP TRIGGER hashtags_shown ON accounts_user;
DROP TRIGGER hashtags_changed ON post;
DROP TRIGGER hashtags_gone ON post;
DROP TRIGGER hashtags_made ON post;
DROP FUNCTION note_hashtags_of, note_hashtags, counted_hashtags;
"""

# The question as two tsquery: all that is asked, and what of it the index can look up: without negations, the words of
# phrases anywhere. `loose` is null where that leaves nothing, `asked` where there is nothing to look for at all.
ASKED = """
CREATE FUNCTION search_authors(_names text[]) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT '@' || coalesce(u.id, 0) FROM unnest(_names) name LEFT JOIN accounts_user u ON u.username = name)
$$;
CREATE FUNCTION search_asked(_words text[], _not_words text[], _tags text[], _not_tags text[], _from text[], _not_from text[],
                             _media boolean, OUT asked tsquery, OUT loose tsquery)
LANGUAGE sql STABLE AS $$
  WITH marks AS (
    SELECT quote_literal(search_tag(tag)) AS mark, false AS negated FROM unnest(_tags) tag
     UNION ALL SELECT quote_literal(search_tag(tag)), true FROM unnest(_not_tags) tag
     UNION ALL SELECT string_agg(quote_literal(author), ' | '), false FROM unnest(search_authors(_from)) author HAVING count(*) > 0
     UNION ALL SELECT quote_literal(author), true FROM unnest(search_authors(_not_from)) author
     UNION ALL SELECT '''+media''', NOT _media WHERE _media IS NOT NULL
  ), parts AS (
    SELECT mark::tsquery AS exact, mark::tsquery AS anywhere, negated FROM marks
     UNION ALL SELECT phraseto_tsquery('simple', search_text(word)), plainto_tsquery('simple', search_text(word)), false
                 FROM unnest(_words) word
     UNION ALL SELECT phraseto_tsquery('simple', search_text(word)), NULL, true FROM unnest(_not_words) word
  )
  SELECT nullif(string_agg(CASE WHEN negated THEN '!' ELSE '' END || '(' || exact::text || ')', ' & '), '')::tsquery,
         nullif(string_agg('(' || anywhere::text || ')', ' & ') FILTER (WHERE NOT negated), '')::tsquery
    FROM parts WHERE numnode(exact) > 0
$$;
"""
FIND = """
-- Ids of at most `_n` of the newest posts that the viewer may see among those with ids between `_above` and `_below`,
-- newest first, what they quote, and how far down was looked: everything from there up. `reached` is null at the end.
--
-- Windows from the newest down. The first two, of `_windows` rows, go by the key: a common word fills the page there.
-- By then it is known how many candidates there are in so many ids: where they are many, it goes on by the key; where
-- they are few, by the index, as far as should fill the page. `_reads` bounds the rows whose words are read, `_checks`
-- the posts the rules are asked of; where one is used up before the page is full, it is a short page and `reached` goes on.
-- Private posts of others are no candidates: neither the bounds nor `reached` tell that there are any.
CREATE FUNCTION search_posts(_viewer bigint, _asked tsquery, _loose tsquery, _above bigint, _below bigint, _n int,
                             _reads int, _checks int, _windows int[],
                             OUT ids bigint[], OUT quotes bigint[], OUT reached bigint)
LANGUAGE plpgsql STABLE AS $$
DECLARE
  _left int := _reads;
  _open tsquery := format('!''+sealed'' | ''>%s''', _viewer)::tsquery;
  _edge bigint := least(_below, (SELECT max(post_id) + 1 FROM post_search));
  _top bigint := _edge;
  _low bigint;
  _width numeric;
  _step int := 1;
  _is_common boolean;
  _is_rare boolean;
  _oldest bigint := (SELECT min(post_id) FROM post_search);
  _found bigint[];
  _read int;
  _number int;
  _candidates bigint := 0;
  _hits bigint := 0;
  _slice bigint[];
  _seen bigint[];
BEGIN
  ids := '{}';
  _asked := _asked && _open;
  _loose := _loose && _open;
  WHILE coalesce(_edge, 0) > _above + 1 AND cardinality(ids) < _n LOOP
    IF _left <= 0 OR _checks <= 0 THEN reached := _edge; EXIT; END IF;
    IF _step < 3 OR _is_common THEN
      -- By the key.
      SELECT array_agg(w.post_id ORDER BY w.post_id DESC) FILTER (WHERE w.words @@ _asked),
             count(*) FILTER (WHERE _loose = _asked OR w.words @@ _loose), min(w.post_id), count(*)
        INTO _found, _number, _low, _read
        FROM (SELECT s.post_id, s.words FROM post_search s WHERE s.post_id > _above AND s.post_id < _edge
               ORDER BY s.post_id DESC LIMIT _windows[_step]) w;
      _number := CASE WHEN _loose = _asked THEN coalesce(cardinality(_found), 0) ELSE _number END;
      _left := _left - _read;
      _is_common := _loose IS NULL OR (_candidates + _number) * 50 >= _reads - _left;
      _step := least(_step + 1, 3);
    ELSE
      -- By the index: all there are where these should be few, for to look up a range of the key as well costs more.
      -- Else as wide as should fill the page twice, and holds half of what may still be read.
      _is_rare := (_candidates + 1.0) * (_edge - _oldest) <= _reads / 8.0 * (_top - _edge);
      _width := CASE WHEN _is_rare THEN _edge ELSE (_top - _edge)::numeric
                * greatest(least((_n + 1.0) * 2 / (_hits + 1), _left / 2.0 / (_candidates + 1)), 0.1) END;
      LOOP
        _low := greatest(least(_edge - _width, _edge - 1), _above + 1);
        EXECUTE format('SELECT array_agg(post_id ORDER BY post_id DESC) FILTER (WHERE words @@ $1), count(*)
                          FROM (SELECT post_id, words FROM post_search
                                 WHERE words @@ $2 AND post_id %1$s >= $3 AND post_id %1$s < $4 LIMIT $5 + 1) w',
                       CASE WHEN _is_rare THEN '+ 0' ELSE '' END)
           INTO _found, _number USING _asked, _loose, _low, _edge, _reads;
        EXIT WHEN _number <= _reads OR _width < 2;
        _width := _width / 16;  -- far more of them than there were above
        _is_rare := false;
      END LOOP;
      _left := _left - _number;
    END IF;
    _candidates := _candidates + _number;
    _hits := _hits + coalesce(cardinality(_found), 0);
    _edge := coalesce(_low, _above + 1);
    -- The rules, for no more of them than the page needs.
    WHILE cardinality(_found) > 0 AND cardinality(ids) < _n LOOP
      IF _checks <= 0 THEN _edge := _slice[cardinality(_slice)]; EXIT; END IF;
      _slice := _found[1:least(_n - cardinality(ids) + 5, _checks)];
      _found := _found[cardinality(_slice) + 1:];
      _checks := _checks - cardinality(_slice);
      SELECT array_agg(p.id ORDER BY p.id DESC) INTO _seen FROM post p
       WHERE p.id = ANY (_slice) AND p.deleted_at IS NULL
         AND post_visible(_viewer, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id);
      ids := ids || coalesce(_seen, '{}');
    END LOOP;
  END LOOP;
  IF cardinality(ids) >= _n THEN
    ids := ids[1:_n];
    reached := ids[_n];
  END IF;
  quotes := ARRAY(SELECT DISTINCT quote_of_id FROM post WHERE id = ANY (ids) AND quote_of_id IS NOT NULL);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_name_words"),
        ("feeds", "0010_trends"),
        ("posts", "0004_what_people_make"),
        ("social", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(WORDS, "DROP FUNCTION post_words, post_readers, search_tag, search_text"),
        migrations.CreateModel(
            name="PostWords",
            fields=[
                ("post_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("words", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "db_table": "post_search",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], fastupdate=False, name="post_search_words"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchFill",
            fields=[("below", models.BigIntegerField(primary_key=True, serialize=False))],
            options={"db_table": "search_fill"},
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.CreateModel(
            name="Hashtag",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tag", models.TextField(unique=True)),
                ("folded", models.TextField()),
                ("posts_count", models.IntegerField(db_default=0, default=0)),
                (
                    "fame",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(models.F("posts_count"), function="fame"),
                        output_field=models.SmallIntegerField(),
                    ),
                ),
            ],
            options={
                "db_table": "hashtag",
                "indexes": [
                    models.Index(
                        django.contrib.postgres.indexes.OpClass(models.F("folded"), name="text_pattern_ops"),
                        name="hashtag_start",
                    ),
                    models.Index(
                        django.db.models.functions.text.Left("folded", 1),
                        models.F("fame").desc(),
                        name="hashtag_letter_fame",
                    ),
                    models.Index(
                        django.db.models.functions.text.Left("folded", 3),
                        models.F("fame").desc(),
                        name="hashtag_letters_fame",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HashtagNote",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("tag", models.TextField()),
                ("change", models.IntegerField()),
            ],
            options={"db_table": "hashtag_note"},
        ),
        migrations.RunSQL(COUNTED, NOT_COUNTED),
        migrations.RunSQL(ASKED, "DROP FUNCTION search_asked, search_authors"),
        migrations.RunSQL(FIND, "DROP FUNCTION search_posts"),
    ]
