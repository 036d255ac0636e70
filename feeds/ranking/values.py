"""What ranking talks of: values only, made by queries and judged by pure functions."""

from typing import NamedTuple

CHRONOLOGICAL, ENGAGEMENT, ML = RANKINGS = ("chronological", "engagement", "ml")


class Candidate(NamedTuple):
    """An entry of home with what is known of it at the moment it is ranked.

    Counts are those on the card; `interactions` are the reader's likes, comments and shares on posts of the author
    in the 30 days before. What is shown counts, not the share that brings it: age, author, counts are the original's.
    """

    entry_id: int
    shown_id: int
    author_id: int
    sharer_id: int | None
    age_hours: float
    likes: int
    comments: int
    shares: int
    interactions: int
    media: int  # pictures and videos
    has_link: bool
    has_poll: bool
    is_quote: bool
    length: int  # characters of the text
    follows_back: bool  # the author follows the reader
    followers: int  # of the author
    posting: float  # posts a day of the author, lately
    nudge: int  # what the reader said of the author: 1 more, -1 less, 0 nothing


class Weights(NamedTuple):
    """How much each term of the formula counts; as it stands here it is the seed formula of the design."""

    recency: float = 0.4
    popularity: float = 0.4
    closeness: float = 0.2
    media: float = 0.0
    replies: float = 0.0


SEED = Weights()


class Scored(NamedTuple):
    """A candidate with its score, which is the sum of its parts in their order."""

    candidate: Candidate
    score: float
    parts: dict[str, float]
    # The probability with which it came to its place; less than 1 where lots were drawn.
    propensity: float = 1.0


class Explained(NamedTuple):
    """What was summed for an entry when its scroll was frozen."""

    score: float
    parts: dict[str, float]
    propensity: float = 1.0


class Choice(NamedTuple):
    """By what one page of home is ordered, and why: what was asked for, an experiment, or the reader's setting."""

    ranking: str = CHRONOLOGICAL
    weights: Weights = SEED
    diversity: bool = False
    # The arm that decided, and its experiment; empty outside of any.
    experiment: str = ""
    arm: str = ""
    # The share of neighbouring pairs that change places by lot, so that order and quality can be told apart.
    swaps: float = 0.0
