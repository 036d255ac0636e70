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
    """The features of a candidate, in 2 µs."""
    age, entry_age = one.age_hours, entry_age_hours(one)
    engagement = one.likes + 2 * one.comments
    known = 1.0 if one.interactions else 0.0
    entry_recency = 1 / (1 + entry_age)
    # In their order, not by name: that takes a third less time, and there are 500 to do within 5 ms.
    return Features(
        1 / (1 + age),  # recency
        engagement / (1 + engagement),  # popularity
        min(one.interactions / FULL_CLOSENESS, 1.0),  # closeness
        log1p(60 * age),  # log_age
        log1p(60 * entry_age),  # log_entry_age
        entry_recency,  # entry_recency
        1 / (1 + 60 * entry_age / JUST_NOW_MINUTES),  # just_now
        exp(-entry_age / TODAY_HOURS),  # today
        log1p(one.likes),  # log_likes
        log1p(one.comments),  # log_comments
        log1p(one.shares),  # log_shares
        # A post of this very second is taken for a minute old.
        log1p(engagement / (age + 1 / 60)),  # log_rate
        log1p(one.interactions),  # log_interactions
        known,  # has_interacted
        known * entry_recency,  # close_and_new
        1.0 if one.sharer_id else 0.0,  # is_shared
        float(one.follows_back),  # follows_back
        log1p(one.followers),  # log_followers
        log1p(one.posting),  # log_posting
        float(one.media),  # media
        float(one.has_link),  # has_link
        float(one.has_poll),  # has_poll
        float(one.is_quote),  # is_quote
        log1p(one.length),  # log_length
    )


def entry_age_hours(one: Candidate) -> float:
    """How long the reader could have seen it: ids tell the time, so a share is younger by the distance of the two."""
    younger = ((one.entry_id >> 12) - (one.shown_id >> 12)) / MILLISECONDS_AN_HOUR
    return max(one.age_hours - younger, 0.0)


def seed_score(row: Sequence[float]) -> float:
    """The seed formula of a row of features: what a learned model is held against."""
    return SEED.recency * row[0] + SEED.popularity * row[1] + SEED.closeness * row[2]
