"""What was known of entries on a page that was served, whatever the reader, or anybody, has done since.

For keeping impressions alone: the rules of home are not asked here. By them whoever hides at once what they see would
leave no trace of having seen it, and the plainest "no" a ranking can learn from would be lost.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from feeds.ranking.values import Candidate
from feeds.rates import rows
from posts.models import EPOCH, first_id_at

WINDOW = timedelta(days=30)
MILLISECOND = timedelta(milliseconds=1)

# The facts of `ranked_facts` (feeds/migrations/0014_ranked.py) as they were before the page: without what its reader
# has done since, which is what a model is to foretell. `tests/test_candidates.py` holds the two together. Milliseconds
# are since 2024, as in ids. What is deleted is left out. A block ends both follows, so of somebody blocked before
# this is asked, seconds after the page, it is not known any more whether they followed back.
SERVED = """
WITH entry AS MATERIALIZED (
  SELECT p.id, o.id AS shown_id, o.author_id, CASE WHEN p.share_of_id IS NOT NULL THEN p.author_id END AS sharer_id,
         greatest(wanted.seen_ms - (o.id >> 12), 0) / 3600000.0::float8 AS age_hours, o.likes_count, o.comments_count,
         CASE WHEN o.visibility = 'public' AND NOT u.is_closed THEN o.shares_count ELSE 0 END AS shares_count,
         o.media_count, strpos(o.content, '://') > 0 AS has_link, o.has_poll, o.quote_of_id IS NOT NULL AS is_quote,
         char_length(o.content) AS length, u.followers_count
    FROM unnest(%(entries)s::bigint[], %(seen)s::bigint[]) AS wanted(id, seen_ms)
    JOIN post p ON p.id = wanted.id
    JOIN post o ON o.id = coalesce(p.share_of_id, p.id)
    JOIN accounts_user u ON u.id = o.author_id
   WHERE p.deleted_at IS NULL AND o.deleted_at IS NULL AND p.root_id IS NULL
), since AS MATERIALIZED (
  SELECT e.id,
         (SELECT count(*) FROM post_like l
           WHERE l.post_id = e.shown_id AND l.user_id = %(reader)s AND l.created_at >= %(served_at)s) AS likes,
         (SELECT count(*) FROM post c WHERE c.author_id = %(reader)s AND c.id >= %(served_id)s
             AND c.in_reply_to_id = e.shown_id AND c.deleted_at IS NULL) AS comments,
         (SELECT count(*) FROM post c WHERE c.author_id = %(reader)s AND c.id >= %(served_id)s
             AND c.share_of_id = e.shown_id AND c.deleted_at IS NULL) AS shares
    FROM entry e
), done AS MATERIALIZED (
  SELECT whom.author_id, count(*) AS times
    FROM (SELECT l.post_id FROM post_like l
           WHERE l.user_id = %(reader)s AND l.created_at >= %(month_at)s AND l.created_at < %(served_at)s
           UNION ALL
          SELECT CASE WHEN c.root_id IS NULL THEN c.share_of_id ELSE c.in_reply_to_id END FROM post c
           WHERE c.author_id = %(reader)s AND c.id >= %(month_id)s AND c.id < %(served_id)s AND c.deleted_at IS NULL
             AND (c.root_id IS NOT NULL OR c.share_of_id IS NOT NULL)) act (post_id)
   CROSS JOIN LATERAL (SELECT t.author_id FROM post t WHERE t.id = act.post_id LIMIT 1) whom
   WHERE whom.author_id <> %(reader)s
   GROUP BY 1
)
SELECT e.id, e.shown_id, e.author_id, e.sharer_id, e.age_hours,
       greatest(e.likes_count - since.likes, 0)::int, greatest(e.comments_count - since.comments, 0)::int,
       greatest(e.shares_count - since.shares, 0)::int, coalesce(done.times, 0)::int, e.media_count::int,
       e.has_link, e.has_poll, e.is_quote, e.length,
       EXISTS (SELECT FROM follow f WHERE f.follower_id = e.author_id AND f.followee_id = %(reader)s),
       e.followers_count,
       coalesce((SELECT s.posting * ln(2::float8) / %(half_life)s * power(0.5::float8,
                        least(60, greatest(%(now)s - (s.last_post_id >> 12), 0) / 86400000.0::float8 / %(half_life)s))
                   FROM author_state s WHERE s.user_id = e.author_id), 0),
       coalesce((SELECT n.amount::int FROM nudge n
                  WHERE n.reader_id = %(reader)s AND n.author_id = e.author_id AND n.changed_at < %(served_at)s), 0)
  FROM entry e JOIN since ON since.id = e.id LEFT JOIN done ON done.author_id = e.author_id
 ORDER BY e.id DESC
"""


def as_served(reader_id: int, served_at: datetime, seen: Mapping[int, datetime]) -> list[Candidate]:
    """These entries of a page as they were known then, newest first, each as old as when it was seen; 1 query.

    `seen` is {entry id: moment}.
    """
    month_at = served_at - WINDOW
    found = rows(
        SERVED,
        reader=reader_id,
        entries=list(seen),
        seen=[in_ids(moment) for moment in seen.values()],
        served_at=served_at,
        served_id=first_id_at(served_at),
        month_at=month_at,
        month_id=first_id_at(month_at),
        now=in_ids(timezone.now()),
        half_life=float(settings.POSTING_HALF_LIFE_DAYS),
    )
    return list(map(Candidate._make, found))


def in_ids(moment: datetime) -> int:
    """Milliseconds since 2024, as ids count them."""
    return (moment - EPOCH) // MILLISECOND
