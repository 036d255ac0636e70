"""What a person is shown of what they were told, and how much of it is unread: planned once a connection."""

from django.db import migrations

# `notification_hears` written out: a function that looks into tables is an executor started for each row.
HEARD = """
JOIN accounts_user u ON u.id = a.actor_id AND u.is_active
WHERE NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = _reader AND b.blocked_id = a.actor_id)
  AND NOT EXISTS (SELECT FROM block b WHERE b.blocker_id = a.actor_id AND b.blocked_id = _reader)
  AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = _reader AND m.muted_id = a.actor_id
                     AND (m.expires_at IS NULL OR m.expires_at > now()))
"""

RULES = f"""
-- Whether the reader wants that type in the list and its number.
CREATE FUNCTION notification_wanted(_reader bigint, _type text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT NOT EXISTS (SELECT FROM notification_preference s
                      WHERE s.user_id = _reader AND s.type = _type AND NOT s.page)
$$;

-- Whether the reader may see what it is about, and has not muted that thread or the one it quotes. What
-- moderation says stays when the post has gone.
CREATE FUNCTION notification_fits(_reader bigint, _type text, _post bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT _post IS NULL OR _type = 'moderation' OR EXISTS (
    SELECT FROM post p LEFT JOIN post q ON _type = 'quote' AND q.id = p.quote_of_id
     WHERE p.id = _post AND p.deleted_at IS NULL
       AND post_visible(_reader, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id)
       AND NOT EXISTS (SELECT FROM thread_mute m WHERE m.user_id = _reader
                          AND m.root_id IN (coalesce(p.root_id, p.id), coalesce(q.root_id, q.id))))
$$;

-- Whether the reader wants to hear of what that account does, and may.
CREATE FUNCTION notification_hears(_reader bigint, _actor bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT FROM accounts_user u WHERE u.id = _actor AND u.is_active)
     AND NOT blocked_either_way(_reader, _actor)
     AND NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = _reader AND m.muted_id = _actor
                        AND (m.expires_at IS NULL OR m.expires_at > now()))
$$;

-- Of the newest 50 in it those the reader hears of, the newest first.
CREATE FUNCTION notification_actors(_reader bigint, _id bigint) RETURNS bigint[] LANGUAGE sql STABLE AS $$
  SELECT coalesce(array_agg(a.actor_id ORDER BY a.place DESC), '{{}}')
    FROM (SELECT a.actor_id, a.place FROM notification_actor a
           WHERE a.notification_id = _id AND a.ended_at IS NULL ORDER BY a.place DESC LIMIT 50) a
  {HEARD}
$$;
"""  # noqa: S608 the rule above

# How many are unread, 100 at most; of the newest 300, so that it stays cheap when many of them are hidden. What all
# rows have in common is asked once, and one's own posts one sees.
UNREAD = f"""
CREATE FUNCTION notifications_unread(_reader bigint) RETURNS int LANGUAGE plpgsql STABLE AS $$
DECLARE
  _off text[];
  _mutes boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM notification n WHERE n.recipient_id = _reader AND NOT n.is_read) THEN RETURN 0; END IF;
  _off := ARRAY(SELECT s.type FROM notification_preference s WHERE s.user_id = _reader AND NOT s.page);
  _mutes := EXISTS (SELECT FROM thread_mute m WHERE m.user_id = _reader);
  RETURN (
    SELECT count(*) FROM (
      SELECT FROM (SELECT n.id, n.type, n.post_id FROM notification n
                    WHERE n.recipient_id = _reader AND NOT n.is_read ORDER BY n.place DESC LIMIT 300) n
        LEFT JOIN post p ON p.id = n.post_id
       WHERE n.type <> ALL (_off)
         AND (n.type = 'moderation' OR EXISTS (
               SELECT FROM (SELECT a.actor_id FROM notification_actor a WHERE a.notification_id = n.id
                               AND a.ended_at IS NULL ORDER BY a.place DESC LIMIT 50) a
               {HEARD}))
         AND (p.id IS NULL OR n.type = 'moderation' OR (p.deleted_at IS NULL
              AND ((p.author_id = _reader AND p.root_id IS NULL AND p.share_of_id IS NULL)
                OR post_visible(_reader, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id))
              AND (NOT _mutes OR notification_fits(_reader, n.type, n.post_id))))
       LIMIT 100) shown);
END $$;
"""  # noqa: S608 the rule above

# Those of the ids that the reader is shown. `actors_count` is exact up to the 50 that are looked at; where there
# are more it is the number of the row. `post_id`, `in_reply_to` and `quote_of` only where the reader may see those.
ROWS = """
CREATE FUNCTION notification_rows(_reader bigint, _ids bigint[])
RETURNS TABLE (id bigint, place bigint, type text, text text, is_read boolean, actors_count int, actors bigint[],
               post_id bigint, in_reply_to bigint, quote_of bigint)
LANGUAGE sql STABLE ROWS 20 AS $$
  SELECT n.id, n.place, n.type, n.text, n.is_read,
         CASE WHEN n.actors_count > 50 THEN n.actors_count ELSE cardinality(a.ids) END, a.ids[1:3],
         p.id, CASE WHEN post_shown_to(_reader, p.in_reply_to_id) THEN p.in_reply_to_id END,
         CASE WHEN post_shown_to(_reader, p.quote_of_id) THEN p.quote_of_id END
    FROM notification n
   CROSS JOIN LATERAL (SELECT notification_actors(_reader, n.id) AS ids) a
    LEFT JOIN post p ON p.id = n.post_id AND post_shown_to(_reader, n.post_id)
   WHERE n.id = ANY (_ids) AND n.recipient_id = _reader
     AND (n.type = 'moderation' OR a.ids <> '{}') AND notification_fits(_reader, n.type, n.post_id)
$$;
"""
SHOWN_TO = """
CREATE FUNCTION post_shown_to(_reader bigint, _post bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT _post IS NOT NULL AND EXISTS (
    SELECT FROM post p WHERE p.id = _post AND p.deleted_at IS NULL
       AND post_visible(_reader, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id))
$$;
"""

# A page of a person's list below a place, newest first: window after window, since the rules drop some.
PAGE = """
CREATE FUNCTION notifications_page(_reader bigint, _below bigint, _n int)
RETURNS TABLE (id bigint, place bigint, type text, text text, is_read boolean, actors_count int, actors bigint[],
               post_id bigint, in_reply_to bigint, quote_of bigint)
LANGUAGE plpgsql STABLE ROWS 20 AS $$
DECLARE
  _missing int := _n;
  _window int := greatest(_n, 10);
  _found int;
  _ids bigint[];
  _low bigint := _below;
BEGIN
  WHILE _missing > 0 LOOP
    SELECT array_agg(w.id), min(w.place) INTO _ids, _low
      FROM (SELECT n.id, n.place FROM notification n WHERE n.recipient_id = _reader AND n.place < _low
               AND notification_wanted(_reader, n.type)
             ORDER BY n.place DESC LIMIT _window) w;
    EXIT WHEN _ids IS NULL;
    RETURN QUERY SELECT r.* FROM notification_rows(_reader, _ids) r ORDER BY r.place DESC LIMIT _missing;
    GET DIAGNOSTICS _found = ROW_COUNT;
    _missing := _missing - _found;
    _window := least(2 * _window, 200);
  END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_notifications"), ("posts", "0002_visible"), ("social", "0006_notice")]
    operations = [
        migrations.RunSQL(
            RULES + SHOWN_TO + UNREAD + ROWS + PAGE,
            "DROP FUNCTION notifications_page, notification_rows, notifications_unread, post_shown_to,"
            " notification_actors, notification_hears, notification_fits, notification_wanted",
        ),
    ]
