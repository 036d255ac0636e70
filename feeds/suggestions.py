"""Whom one might follow: friends of friends, and those whose posts one liked, answered or shared lately.

Candidates are found by one query whose work is bounded whatever the graph, and kept in Redis for some minutes.
Whether somebody may be suggested is asked when they are shown.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import keys
from feeds.cache import client, forgiving
from feedsite.pagination import PageRequest
from feedsite.rendering import encode
from posts.models import first_id_at
from social.queries import new_to, newcomers_might_follow

MOST_CANDIDATES = 200
NEWCOMERS = 20
# Looked through for those who may be shown, this many at a time.
AT_ONCE = 40
LATELY = timedelta(days=30)
# Why somebody is a candidate; a better reason goes first.
POPULAR, INTERACTION, FOLLOWED_BY = range(3)

# The work: 3 x %(marks)s marks, %(friends)s friends, of each 2 x %(edges)s edges, and a few probes for each person
# found. Whoever has more friends or follows more is sampled from the ids round a pivot, the same for all, so that those
# whom several friends follow are still met with all of these. A friend who follows few says more than one who follows
# thousands (as in Adamic and Adar, "Friends and neighbors on the Web", 2003).
CANDIDATES = """
WITH pivot AS MATERIALIZED (
  SELECT coalesce(max(id) * %(chance)s::float8, 0)::bigint AS id FROM accounts_user
), marks AS MATERIALIZED (
  (SELECT l.post_id AS id FROM post_like l WHERE l.user_id = %(viewer)s AND l.post_id > %(since)s
    ORDER BY l.post_id DESC LIMIT %(marks)s)
  UNION ALL
  (SELECT c.in_reply_to_id FROM post c WHERE c.author_id = %(viewer)s AND c.root_id IS NOT NULL AND c.id > %(since)s
    ORDER BY c.id DESC LIMIT %(marks)s)
  UNION ALL
  (SELECT s.share_of_id FROM post s
    WHERE s.author_id = %(viewer)s AND s.root_id IS NULL AND s.deleted_at IS NULL AND s.id > %(since)s
    ORDER BY s.id DESC LIMIT %(marks)s)
), touched AS MATERIALIZED (
  SELECT p.author_id AS id, least(count(*), 5) AS times
    FROM marks JOIN post p ON p.id = marks.id GROUP BY p.author_id
), friends AS MATERIALIZED (
  SELECT near.id, coalesce(t.times, 0) AS times
    FROM (
      SELECT f.followee_id AS id FROM touched JOIN follow f ON f.follower_id = %(viewer)s AND f.followee_id = touched.id
      UNION
      (SELECT f.followee_id FROM follow f WHERE f.follower_id = %(viewer)s AND f.followee_id >= (SELECT id FROM pivot)
        ORDER BY f.followee_id LIMIT %(friends)s)
      UNION
      (SELECT f.followee_id FROM follow f WHERE f.follower_id = %(viewer)s AND f.followee_id < (SELECT id FROM pivot)
        ORDER BY f.followee_id DESC LIMIT %(friends)s)
    ) near LEFT JOIN touched t ON t.id = near.id
   ORDER BY 2 DESC, near.id LIMIT %(friends)s
), weighed AS MATERIALIZED (
  SELECT friends.id, (1 + friends.times) / ln(3 + u.following_count) AS weight
    FROM friends JOIN accounts_user u ON u.id = friends.id AND u.is_active
   WHERE NOT EXISTS (SELECT FROM mute m WHERE m.muter_id = %(viewer)s AND m.muted_id = friends.id
                        AND (m.expires_at IS NULL OR m.expires_at > now()))
), met AS MATERIALIZED (
  SELECT edge.id, weighed.id AS friend, weighed.weight
    FROM weighed CROSS JOIN pivot CROSS JOIN LATERAL (
      (SELECT f.followee_id AS id FROM follow f WHERE f.follower_id = weighed.id AND f.followee_id >= pivot.id
        ORDER BY f.followee_id LIMIT %(edges)s)
      UNION ALL
      (SELECT f.followee_id FROM follow f WHERE f.follower_id = weighed.id AND f.followee_id < pivot.id
        ORDER BY f.followee_id DESC LIMIT %(edges)s)
    ) edge
), found AS MATERIALIZED (
  SELECT id, sum(weight) AS score, count(friend) AS known, (array_agg(friend ORDER BY weight DESC, friend))[1:2] AS via
    FROM (SELECT id, friend, weight FROM met
           UNION ALL SELECT id, NULL, times FROM touched) reasons
   GROUP BY id
)
SELECT CASE WHEN found.known > 0 THEN 2 ELSE 1 END, (found.score * 1000)::bigint, found.id, found.known,
       array_remove(found.via, NULL)
  FROM found
 WHERE found.id <> %(viewer)s
   AND NOT EXISTS (SELECT FROM follow f WHERE f.follower_id = %(viewer)s AND f.followee_id = found.id)
   AND NOT EXISTS (SELECT FROM dismissal d WHERE d.viewer_id = %(viewer)s AND d.person_id = found.id)
 ORDER BY 1 DESC, 2 DESC, 3 DESC LIMIT %(most)s
"""


class Candidate(NamedTuple):
    """Somebody and why: the kind of reason, how strong it is, and for friends of friends how many and which."""

    kind: int
    score: int
    user_id: int
    known: int = 0
    via: Sequence[int] = ()

    @property
    def position(self) -> tuple[int, int, int]:
        return self.kind, self.score, self.user_id


@dataclass(frozen=True)
class Suggestion:
    person: User
    candidate: Candidate
    # Two at most of those one follows who follow them.
    friends: list[User]

    @property
    def kind(self) -> str:
        return ("popular", "interaction", "followed_by")[self.candidate.kind]

    @property
    def reason(self) -> str:
        if self.candidate.kind == FOLLOWED_BY and self.friends:
            return followed_by([friend.name for friend in self.friends], self.candidate.known)
        return _("You liked or answered their posts") if self.candidate.kind == INTERACTION else _("Active here lately")

    def as_reason(self) -> dict[str, Any]:
        """As the API says it."""
        usernames = [friend.username for friend in self.friends]
        return {"type": self.kind, "usernames": usernames, "followers_known": self.candidate.known, "text": self.reason}


def followed_by(names: list[str], number: int) -> str:
    """Names two, or one and says how many others; they are those one follows."""
    if number > 2:
        said = _("Followed by %(name)s and %(number)d others you follow")
        return said % {"name": names[0], "number": number - 1}
    if len(names[:number]) == 2:
        return _("Followed by %(name)s and %(other)s") % {"name": names[0], "other": names[1]}
    return _("Followed by %(name)s") % {"name": names[0]}


def page(viewer: Any, asked: PageRequest) -> tuple[list[Suggestion], str | None]:
    """A page of suggestions and the cursor of the next."""
    found = for_viewer(viewer, limit=asked.limit + 1, after=asked.cursor)
    shown = found[: asked.limit]
    return shown, asked.next_cursor(*shown[-1].candidate.position) if len(found) > asked.limit else None


def for_viewer(viewer: Any, *, limit: int, after: tuple[int, ...] | None = None) -> list[Suggestion]:
    """At most `limit` of whom the viewer might follow, best first, from behind the position `after`.

    1 trip to Redis and usually 1 query.
    """
    found = candidates(viewer)
    rest = [one for one in found if after is None or one.position < after]
    shown: list[Suggestion] = []
    for start in range(0, len(rest), AT_ONCE):
        shown += fitting(viewer, rest[start : start + AT_ONCE])
        if len(shown) >= limit:
            break
    return shown[:limit]


def fitting(viewer: Any, some: list[Candidate]) -> Iterator[Suggestion]:
    """Those of the candidates who may be suggested now; one query for them and their friends."""
    ids, via = {one.user_id for one in some}, {pk for one in some for pk in one.via}
    people = User.objects.active().filter(Q(pk__in=via) | Q(new_to(viewer), pk__in=ids, in_suggestions=True)).in_bulk()
    for one in some:
        # A friend is never a candidate: the viewer follows them.
        if one.user_id in people and one.user_id not in via:
            yield Suggestion(people[one.user_id], one, [people[pk] for pk in one.via if pk in people])


def candidates(viewer: Any) -> list[Candidate]:
    """Best first, before the rules; as they were found at this version of the viewer's relations, or now."""
    kept = read(viewer.pk, viewer.relations_version)
    if kept is not None:
        return kept
    found = find(viewer)
    keep(viewer.pk, viewer.relations_version, found)
    return found


@forgiving(lambda: None)
def read(viewer_id: int, version: int) -> list[Candidate] | None:
    found = client().get(keys.suggestions(viewer_id, version))
    return None if found is None else [Candidate(*one) for one in orjson.loads(found)]


@forgiving(lambda: None)
def keep(viewer_id: int, version: int, found: Iterable[Candidate]) -> None:
    value = encode([list(one) for one in found])
    client().set(keys.suggestions(viewer_id, version), value, ex=settings.SUGGESTION_SECONDS)


def find(viewer: Any) -> list[Candidate]:
    """From the tables: MOST_CANDIDATES at most, and where these are few those who are active here."""
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, bounds(viewer.pk))
        found = [Candidate(*row) for row in cursor.fetchall()]
    if len(found) < NEWCOMERS:
        known = {one.user_id for one in found}
        newcomers = [user for user in newcomers_might_follow(viewer, NEWCOMERS) if user.pk not in known]
        found += sorted((Candidate(POPULAR, user.followers_count, user.pk) for user in newcomers), reverse=True)
    return found


def bounds(viewer_id: int) -> dict[str, float]:
    """What bounds the work, and where among the ids this viewer's samples lie today."""
    chance = blake2b(f"{viewer_id} {timezone.now():%Y-%m-%d}".encode(), digest_size=4).digest()
    return {
        "viewer": viewer_id,
        "since": first_id_at(timezone.now() - LATELY),
        "chance": int.from_bytes(chance, "big") / 2**32,
        "marks": 100,
        "friends": 100,
        "edges": 100,
        "most": MOST_CANDIDATES,
    }
