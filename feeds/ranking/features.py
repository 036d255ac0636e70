"""What the learned ranking looks at: numbers known when a page is asked for, of one candidate each.

They are made of the candidate that is kept with every impression. A model counts on their names, order and meaning:
whoever changes one raises VERSION, and models of another version are not served. Pure, and without any library: web
processes use it.

Two facts are no features. What a reader asked of somebody ("more", "less") is done as asked and not learned; and the
place on the screen is known of an impression, but not before there is an order.
"""

from collections.abc import Sequence
from math import exp, log1p
from typing import NamedTuple

from feeds.ranking.formula import FULL_CLOSENESS
from feeds.ranking.values import SEED, Candidate

VERSION = 1
MILLISECONDS_AN_HOUR = 3_600_000
JUST_NOW_MINUTES, TODAY_HOURS = 5, 6


class Features(NamedTuple):
    """One row; "log" is the logarithm of one more, so that nothing is 0.

    The entry is what brings the post: itself, or the newest share of it, which is younger.
    """

    recency: float  # the three terms of the seed formula, without their weights
    popularity: float
    closeness: float
    log_age: float  # of the minutes since the post was written
    log_entry_age: float  # of the minutes since it came to the reader
    entry_recency: float  # 1 / (1 + hours)
    just_now: float  # 1 / (1 + minutes / 5)
    today: float  # e ** -(hours / 6)
    log_likes: float
    log_comments: float
    log_shares: float
    log_rate: float  # of likes + 2 comments an hour since it was written
    log_interactions: float
    has_interacted: float
    close_and_new: float  # has_interacted * entry_recency
    is_shared: float
    follows_back: float
    log_followers: float
    log_posting: float  # of the posts a day
    media: float
    has_link: float
    has_poll: float
    is_quote: float
    log_length: float


NAMES = Features._fields


def of(one: Candidate) -> Features:
    """The features of a candidate, in 1.5 µs."""
    # Taken apart at once, and put together in their order, not by name: there are 500 to do within 4 ms.
    (
        entry_id, shown_id, _author_id, sharer_id, age, likes, comments, shares, interactions,
        media, has_link, has_poll, is_quote, length, follows_back, followers, posting, _nudge,
    ) = one  # fmt: skip
    entry_age = entry_age_hours(age, entry_id, shown_id)
    engagement = likes + 2 * comments
    known = 1.0 if interactions else 0.0
    entry_recency = 1 / (1 + entry_age)
    return Features._make(
        (
            1 / (1 + age),  # recency
            engagement / (1 + engagement),  # popularity
            min(interactions / FULL_CLOSENESS, 1.0),  # closeness
            log1p(60 * age),  # log_age
            log1p(60 * entry_age),  # log_entry_age
            entry_recency,  # entry_recency
            1 / (1 + 60 * entry_age / JUST_NOW_MINUTES),  # just_now
            exp(-entry_age / TODAY_HOURS),  # today
            log1p(likes),  # log_likes
            log1p(comments),  # log_comments
            log1p(shares),  # log_shares
            # A post of this very second is taken for a minute old.
            log1p(engagement / (age + 1 / 60)),  # log_rate
            log1p(interactions),  # log_interactions
            known,  # has_interacted
            known * entry_recency,  # close_and_new
            1.0 if sharer_id else 0.0,  # is_shared
            follows_back,  # follows_back
            log1p(followers),  # log_followers
            log1p(posting),  # log_posting
            media,  # media
            has_link,  # has_link
            has_poll,  # has_poll
            is_quote,  # is_quote
            log1p(length),  # log_length
        )
    )


def entry_age_hours(age_hours: float, entry_id: int, shown_id: int) -> float:
    """How long the reader could have seen it: ids tell the time, so a share is younger by the distance of the two."""
    younger = ((entry_id >> 12) - (shown_id >> 12)) / MILLISECONDS_AN_HOUR
    return max(age_hours - younger, 0.0)


def seed_score(row: Sequence[float]) -> float:
    """The seed formula of a row of features: what a learned model is held against."""
    return SEED.recency * row[0] + SEED.popularity * row[1] + SEED.closeness * row[2]
