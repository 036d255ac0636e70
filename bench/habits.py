"""Who reads and who posts how often, drawn for the people of a graph, and the past that follows from it.

Nobody publishes such figures with a follow graph, so they are drawn, all from one seed:

- 30 % of the accounts have gone: they neither read nor post. Of graphs collected over years that is little; a site
  that nobody ever left would have none, and `replay` may be asked about it (`habits={"gone": 0}`).
- The others open their timeline at rates of a heavy tail (lognormal): the median 3 or 4 times a week, one in three
  at least daily, one in a hundred 16 times a day, nobody over 100 times.
- Half of those only ever read. The others post at rates of a heavier tail: the median twice a month, which is what
  Pew Research found of Twitter in 2019, the busiest tenth about three quarters of all posts, nobody over 50 a day.
- Who has more followers posts a little more: 16 times the followers, twice the posts.

Readers come independently of whom they follow and of what they post. On both graphs there are then five to six reads
to a post. Every page counts as one read, as if each found no copy in Redis.
"""

import math
import random
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from itertools import accumulate
from statistics import median

from django.db import transaction
from django.utils import timezone

from bench.people import CONTENT, execute
from feeds import rates
from posts.models import first_id_at

# Four half-lives of each rate; pages count as if all were read in the middle of their half-week.
POSTING_DAYS, READING_DAYS, READING_STEP_DAYS = 28, 14, 3.5
# Older posts have been counted into the rates and are erased then, so that settling each strategy takes seconds.
KEPT_DAYS = 3
AT_ONCE = 100_000

WRITE_POSTS = f"""
INSERT INTO post (id, author_id, content, content_html)
SELECT %(oldest)s + n * %(step)s, author, {CONTENT}, '<p>' || {CONTENT} || '</p>'
  FROM unnest(%(authors)s::bigint[]) WITH ORDINALITY AS drawn(author, n)
"""
WRITE_STATES = "INSERT INTO author_state (user_id, last_post_id) SELECT author_id, max(id) FROM post GROUP BY 1"
COUNT_POSTS = """
UPDATE accounts_user u SET posts_count = counted.posts
  FROM (SELECT author_id, count(*) AS posts FROM post GROUP BY 1) counted WHERE u.id = counted.author_id
"""


@dataclass(frozen=True)
class Habits:
    """What the rates are drawn from; shares of people, medians a day, sigmas of the logarithms."""

    gone: float = 0.3
    lurking: float = 0.5
    reads_median: float = 0.5
    reads_sigma: float = 1.5
    posts_median: float = 1 / 15
    posts_sigma: float = 2.0
    # Posts grow with this power of the followers.
    fame: float = 0.25
    reads_most: float = 100
    posts_most: float = 50
    seed: int = 1


class Crowd:
    """The people of the tables with their rates; draws who reads and who posts next."""

    def __init__(self, habits: Habits) -> None:
        self.random = random.Random(habits.seed)
        found = execute("SELECT id, followers_count FROM accounts_user ORDER BY id")
        usual = median(1 + followers for _, followers in found)
        drawn = [self.rates(habits, (1 + followers) / usual) for _, followers in found]
        self.ids = [pk for pk, _ in found]
        self.reads, self.posts = (list(accumulate(column)) for column in zip(*drawn, strict=True))

    def rates(self, habits: Habits, fame: float) -> tuple[float, float]:
        """Reads and posts a day of somebody with so many times the usual followers."""
        gone, lurking = self.random.random() < habits.gone, self.random.random() < habits.lurking
        reads = habits.reads_median * math.exp(self.random.gauss(0, habits.reads_sigma))
        posts = habits.posts_median * math.exp(self.random.gauss(0, habits.posts_sigma)) * fame**habits.fame
        return (
            0.0 if gone else min(reads, habits.reads_most),
            0.0 if gone or lurking else min(posts, habits.posts_most),
        )

    def readers(self, days: float) -> list[int]:
        """A reader for each page that is read within so many days."""
        return self.random.choices(self.ids, cum_weights=self.reads, k=round(self.reads[-1] * days))

    def authors(self, days: float) -> list[int]:
        return self.random.choices(self.ids, cum_weights=self.posts, k=round(self.posts[-1] * days))


def make_past(crowd: Crowd) -> None:
    """What the engine would know of these people by now, counted by its own functions."""
    execute("SET synchronous_commit = off; SET session_replication_role = replica")
    write_posts(crowd.authors(POSTING_DAYS))
    rates.recount_posting()
    execute("DELETE FROM post WHERE id < %s", [first_id_at(timezone.now() - timedelta(days=KEPT_DAYS))])
    execute(COUNT_POSTS)
    for steps_ago in reversed(range(round(READING_DAYS / READING_STEP_DAYS))):
        middle = timezone.now() - timedelta(days=(steps_ago + 0.5) * READING_STEP_DAYS)
        with transaction.atomic():
            rates.count_reads(Counter(crowd.readers(READING_STEP_DAYS)), middle)
    execute("RESET synchronous_commit; RESET session_replication_role")


def write_posts(authors: list[int]) -> None:
    """A post by each, evenly over the days before now."""
    oldest = first_id_at(timezone.now() - timedelta(days=POSTING_DAYS))
    step = (POSTING_DAYS * 86_400_000 << 12) // len(authors)
    for start in range(0, len(authors), AT_ONCE):
        some = authors[start : start + AT_ONCE]
        execute(WRITE_POSTS, {"oldest": oldest + start * step - step, "step": step, "authors": some})
    execute(WRITE_STATES)
