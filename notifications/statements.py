"""The SQL of `notifications.delivery`: all of it for one recipient, whose lock is held."""

OWED = """
SELECT recipient_id FROM (SELECT recipient_id, id FROM notice ORDER BY id LIMIT %s) n GROUP BY 1 ORDER BY min(id)
"""
# Notices of one kind, post and actor are one look: the newest of them. Whether what it is about stands; whether the
# recipient may hear of it, asked only of what they have not been told; and where they were told.
LOOK = """
WITH taken AS MATERIALIZED (
  SELECT * FROM notice WHERE recipient_id = %(recipient)s ORDER BY id LIMIT %(most)s
), look AS (
  SELECT max(n.id) AS id, n.type, n.actor_id, n.post_id, max(n.text) AS text, array_agg(n.id) AS taken
    FROM taken n GROUP BY n.type, n.actor_id, n.post_id, CASE WHEN n.type = 'moderation' THEN n.id END
), about AS MATERIALIZED (
  SELECT k.type, k.post_id, notification_fits(%(recipient)s, k.type, k.post_id) AS fits
    FROM (SELECT DISTINCT n.type, n.post_id FROM taken n) k
)
SELECT l.id, l.type, l.actor_id, l.post_id, l.text, a.notification_id, a.ended_at, CASE l.type
         WHEN 'moderation' THEN true
         WHEN 'follow' THEN EXISTS (
           SELECT FROM follow f WHERE f.follower_id = l.actor_id AND f.followee_id = %(recipient)s)
         WHEN 'follow_request' THEN EXISTS (
           SELECT FROM follow_request r WHERE r.followee_id = %(recipient)s AND r.follower_id = l.actor_id)
         WHEN 'like' THEN EXISTS (SELECT FROM post_like k WHERE k.post_id = l.post_id AND k.user_id = l.actor_id)
         WHEN 'share' THEN EXISTS (SELECT FROM post s WHERE s.share_of_id = l.post_id AND s.author_id = l.actor_id
                                      AND s.deleted_at IS NULL)
         WHEN 'mention' THEN EXISTS (SELECT FROM post p WHERE p.id = l.post_id AND p.deleted_at IS NULL
                                        AND %(recipient)s = ANY (p.mentioned_ids))
         ELSE EXISTS (SELECT FROM post p WHERE p.id = l.post_id AND p.deleted_at IS NULL) END AS stands,
       CASE WHEN l.type = 'moderation' THEN true WHEN a.notification_id IS NULL OR a.ended_at IS NOT NULL
            THEN b.fits AND notification_hears(%(recipient)s, l.actor_id) END AS hears,
       l.taken
  FROM look l JOIN about b ON b.type = l.type AND b.post_id IS NOT DISTINCT FROM l.post_id
  LEFT JOIN notification_actor a ON a.recipient_id = %(recipient)s AND a.type = l.type
                                AND a.subject = coalesce(l.post_id, 0) AND a.actor_id = l.actor_id
 ORDER BY l.id
"""
FORGET = "DELETE FROM notice WHERE id = ANY (%s)"
END = """
WITH ended AS (
  UPDATE notification_actor a SET ended_at = CASE WHEN s.stands THEN NULL ELSE now() END
    FROM unnest(%(types)s::text[], %(subjects)s::bigint[], %(actors)s::bigint[], %(stand)s::boolean[])
         AS s(type, subject, actor, stands)
   WHERE a.recipient_id = %(recipient)s AND a.type = s.type AND a.subject = s.subject AND a.actor_id = s.actor
  RETURNING a.notification_id, CASE WHEN s.stands THEN 1 ELSE -1 END AS change
)
UPDATE notification n SET actors_count = greatest(n.actors_count + c.change, 0)
  FROM (SELECT notification_id, sum(change) AS change FROM ended GROUP BY 1) c WHERE n.id = c.notification_id
RETURNING n.id
"""
# The unread one of each kind and post, which is begun where there is none. Who joins it brings it to the top. The
# daily e-mail tells of it again when it has grown; the one at once only when it had nobody left in it.
JOIN = """
INSERT INTO notification AS n (recipient_id, type, post_id, place, actors_count, mail)
SELECT %(recipient)s, g.type, nullif(g.subject, 0), g.place, g.actors, g.mail
  FROM unnest(%(types)s::text[], %(subjects)s::bigint[], %(places)s::bigint[], %(counts)s::int[], %(mails)s::text[])
       AS g(type, subject, place, actors, mail)
ON CONFLICT (recipient_id, type, post_id) WHERE NOT is_read AND NOT (type = 'moderation')
DO UPDATE SET place = greatest(n.place, excluded.place), actors_count = n.actors_count + excluded.actors_count,
  mail = CASE WHEN n.actors_count = 0 OR excluded.mail = 'digest' THEN excluded.mail ELSE n.mail END
RETURNING n.id, n.type, coalesce(n.post_id, 0), n.mail
"""
# Somebody who ended it long ago and begins again leaves the old place for the new one.
PUT_IN = """
INSERT INTO notification_actor (recipient_id, type, subject, actor_id, notification_id, place)
SELECT %(recipient)s, a.type, a.subject, a.actor, a.notification, a.place
  FROM unnest(%(types)s::text[], %(subjects)s::bigint[], %(actors)s::bigint[], %(notifications)s::bigint[],
              %(places)s::bigint[]) AS a(type, subject, actor, notification, place)
ON CONFLICT (recipient_id, type, subject, actor_id)
DO UPDATE SET notification_id = excluded.notification_id, place = excluded.place, ended_at = NULL
"""
SAY = """
INSERT INTO notification (recipient_id, type, post_id, text, place, mail)
VALUES (%s, 'moderation', (SELECT p.id FROM post p WHERE p.id = %s), %s, %s, %s) RETURNING id, mail
"""
# The oldest of those that are more than are kept, and everybody in them.
TRIM = """
WITH old AS (
  SELECT n.id FROM notification n WHERE n.recipient_id = %s ORDER BY n.place DESC OFFSET %s LIMIT 100
), actors AS (
  DELETE FROM notification_actor a USING old WHERE a.notification_id = old.id
)
DELETE FROM notification n USING old WHERE n.id = old.id
"""
# Read ones whose newest notice is older than that, a batch.
CLEAR = """
WITH old AS (
  SELECT n.id FROM notification n WHERE n.is_read AND n.place < %s ORDER BY n.place LIMIT %s
), actors AS (
  DELETE FROM notification_actor a USING old WHERE a.notification_id = old.id
)
DELETE FROM notification n USING old WHERE n.id = old.id
"""
