"""People by the beginning of a name. Every look at the tables is bounded, however many accounts there are."""

from typing import Any, NamedTuple

from accounts.models import User

# Words that begin alike are looked at in their own order and the best known first, at most so many each.
LOOKED_AT = 300
# Of those with the same first letters, so many of the best known are looked through.
WELL_KNOWN = 1000
# With fewer hits than this the beginning may be mistyped, unless it is too short to tell.
FEW, SHORTEST_MISTYPED, LONGEST_MISTYPED = 3, 4, 20
LONGEST = 60

# A row for each: its rank (3 followed, 2 that very username, 1 a name that begins so, 0 with one typo).
# `~<~` and its like are the order of text_pattern_ops, which is that of the characters' numbers whatever the locale.
FOUND = """
WITH asked AS MATERIALIZED (
  SELECT word, left(word, 1) AS letter, left(word, 3) AS letters FROM folded(%(start)s) word WHERE word <> ''
), begun AS MATERIALIZED (
  (SELECT w.user_id FROM name_word w
    WHERE w.word ~>=~ (SELECT word FROM asked) AND w.word ~<~ (SELECT word || U&'\\+10FFFF' FROM asked)
    ORDER BY w.word USING ~<~ LIMIT %(looked_at)s)
  UNION
  (SELECT k.user_id FROM asked CROSS JOIN LATERAL (
          (SELECT w.user_id, w.word FROM name_word w
            WHERE length(asked.word) < 3 AND left(w.word, 1) = asked.letter ORDER BY w.fame DESC LIMIT %(well_known)s)
           UNION ALL
          (SELECT w.user_id, w.word FROM name_word w
            WHERE length(asked.word) >= 3 AND left(w.word, 3) = asked.letters
            ORDER BY w.fame DESC LIMIT %(well_known)s)) k
    WHERE starts_with(k.word, asked.word) LIMIT %(looked_at)s)
), followed AS MATERIALIZED (
  SELECT f.followee_id AS user_id FROM follow f, asked
   WHERE f.follower_id = %(viewer)s
     AND EXISTS (SELECT FROM name_word w WHERE w.user_id = f.followee_id AND starts_with(w.word, asked.word))
), near AS MATERIALIZED (
  SELECT k.user_id FROM asked CROSS JOIN near_spellings(asked.word) AS meant(word) CROSS JOIN LATERAL (
         SELECT w.user_id FROM name_word w
          WHERE w.word ~>=~ meant.word AND w.word ~<~ (meant.word || U&'\\+10FFFF')
          ORDER BY w.word USING ~<~ LIMIT %(few)s) k
   WHERE length(asked.word) BETWEEN %(shortest)s AND %(longest)s
     AND (SELECT count(*) FROM (SELECT user_id FROM begun UNION SELECT user_id FROM followed) b) < %(few)s
), ranked AS (
  SELECT u.*, CASE WHEN u.id IN (SELECT user_id FROM followed) THEN 3
                                       WHEN u.username = (SELECT word FROM asked) THEN 2
                                       WHEN u.id IN (SELECT user_id FROM begun) THEN 1 ELSE 0 END AS rank
    FROM accounts_user u
   WHERE u.id = ANY (ARRAY(SELECT user_id FROM begun UNION SELECT user_id FROM followed UNION SELECT user_id FROM near))
     AND u.is_active AND (%(viewer)s = 0 OR NOT blocked_either_way(%(viewer)s, u.id))
     AND (u.in_search AND NOT u.is_limited OR u.id = %(viewer)s OR u.id IN (SELECT user_id FROM followed))
)
SELECT * FROM ranked
 WHERE %(after)s::bigint[] IS NULL OR ARRAY[rank, followers_count, id]::bigint[] < %(after)s::bigint[]
 ORDER BY rank DESC, followers_count DESC, id DESC LIMIT %(limit)s
"""


class Found(NamedTuple):
    """Somebody whose name fits, with the place in the list: rank, followers, id, all descending."""

    user: User
    place: tuple[int, int, int]


def named_like(viewer: Any, start: str, *, limit: int, after: tuple[int, ...] | None = None) -> list[Found]:
    """Accounts of whose username or display name a word begins so, behind the place `after`; 1 query.

    Accents and case do not count. Those the viewer follows come first, then the very name, then the best known; where
    few begin so, also those that would with one letter changed, missing, added or swapped with the next. Only their
    followers find accounts that do not want to be found, or that staff have limited.
    """
    start = " ".join(start.replace("\0", " ").split())[:LONGEST]
    if not start or (after is not None and len(after) != 3):
        return []
    numbers = {"looked_at": LOOKED_AT, "well_known": WELL_KNOWN, "few": FEW}
    lengths = {"shortest": SHORTEST_MISTYPED, "longest": LONGEST_MISTYPED}
    given = {"start": start, "viewer": viewer.pk or 0, "after": list(after) if after else None, "limit": limit}
    users = User.objects.raw(FOUND, given | numbers | lengths)
    return [Found(user, (user.rank, user.followers_count, user.pk)) for user in users]
