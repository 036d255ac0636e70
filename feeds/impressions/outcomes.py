"""What readers did with what they saw, joined to the impressions by a job. Any run may be repeated or cut short."""

from datetime import datetime, timedelta

from feeds.rates import rows
from posts.models import first_id_at

# What is done within this time of seeing a post is an outcome of it.
COUNTS_FOR = timedelta(days=1)
# A token lives a day, so what was seen is of a page of two days at most.
OLDEST_PAGE = timedelta(days=2)
# How far back the frequent run looks; and the daily ones that find what it missed, which do a part of that time each.
OFTEN, DAILY, PART = timedelta(hours=1), timedelta(days=2), timedelta(hours=6)

# Deeds of that time, each with the post or the person it was done to. A comment is said to the post its thread
# began with. Of what is done twice the first counts; what was set stays, whatever is taken back later.
JOIN = """
WITH deed AS (
  SELECT l.user_id AS reader_id, l.post_id AS shown_id, l.created_at AS done_at, 'like' AS kind
    FROM post_like l WHERE l.created_at >= %(since)s AND l.created_at < %(until)s
  UNION ALL
  SELECT c.author_id, coalesce(c.root_id, c.share_of_id, c.quote_of_id),
         '2024-01-01T00:00:00Z'::timestamptz + (c.id >> 12) * interval '1 ms',
         CASE WHEN c.root_id IS NULL THEN 'share' ELSE 'comment' END
    FROM post c WHERE c.id >= %(first)s AND c.id < %(end)s AND c.deleted_at IS NULL
     AND coalesce(c.root_id, c.share_of_id, c.quote_of_id) IS NOT NULL
), refusal AS (
  SELECT m.muter_id AS reader_id, m.muted_id AS person_id, m.created_at AS done_at
    FROM mute m WHERE m.created_at >= %(since)s AND m.created_at < %(until)s
  UNION ALL
  SELECT b.blocker_id, b.blocked_id, b.created_at FROM block b
   WHERE b.created_at >= %(since)s AND b.created_at < %(until)s
  UNION ALL
  SELECT n.reader_id, n.author_id, n.changed_at FROM nudge n
   WHERE n.amount < 0 AND n.changed_at >= %(since)s AND n.changed_at < %(until)s
), joined AS (
  SELECT i.reader_id, i.entry_id, i.served_at, d.done_at, d.kind
    FROM deed d JOIN impression i ON i.reader_id = d.reader_id AND i.shown_id = d.shown_id
     AND i.served_at >= %(oldest)s AND i.served_at < %(until)s
     AND d.done_at >= i.served_at AND d.done_at < i.seen_at + %(counts_for)s
  UNION ALL
  SELECT i.reader_id, i.entry_id, i.served_at, r.done_at, 'hide'
    FROM refusal r JOIN impression i ON i.reader_id = r.reader_id AND r.person_id IN (i.author_id, i.sharer_id)
     AND i.served_at >= %(oldest)s AND i.served_at < %(until)s
     AND r.done_at >= i.served_at AND r.done_at < i.seen_at + %(counts_for)s
), outcome AS (
  SELECT reader_id, entry_id, served_at,
         min(done_at) FILTER (WHERE kind = 'like') AS liked_at,
         min(done_at) FILTER (WHERE kind = 'comment') AS commented_at,
         min(done_at) FILTER (WHERE kind = 'share') AS shared_at,
         min(done_at) FILTER (WHERE kind = 'hide') AS hidden_at
    FROM joined GROUP BY 1, 2, 3
)
UPDATE impression i
   SET liked_at = coalesce(i.liked_at, o.liked_at), commented_at = coalesce(i.commented_at, o.commented_at),
       shared_at = coalesce(i.shared_at, o.shared_at), hidden_at = coalesce(i.hidden_at, o.hidden_at)
  FROM outcome o
 WHERE i.reader_id = o.reader_id AND i.entry_id = o.entry_id AND i.served_at = o.served_at
   AND i.served_at >= %(oldest)s AND i.served_at < %(until)s
   AND ((i.liked_at IS NULL AND o.liked_at IS NOT NULL) OR (i.commented_at IS NULL AND o.commented_at IS NOT NULL)
     OR (i.shared_at IS NULL AND o.shared_at IS NOT NULL) OR (i.hidden_at IS NULL AND o.hidden_at IS NOT NULL))
"""


def join(since: datetime, until: datetime) -> None:
    """Sets the outcomes of what readers did in that time."""
    ids = {"first": first_id_at(since), "end": first_id_at(until)}
    rows(JOIN, since=since, until=until, oldest=since - OLDEST_PAGE, counts_for=COUNTS_FOR, **ids)


def parts(now: datetime) -> list[datetime]:
    """The beginnings of the parts, of PART each, that the daily runs look through."""
    return [now - DAILY + n * PART for n in range(DAILY // PART)]
