"""What a ranking is trained and judged on: sessions, each the posts one reader had before them and what they did."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from feeds.ranking.features import Features
from feeds.ranking.linear import VALUES

# An entry that stood where it stands by a rare lot counts for more, but never for more than so many others.
MOST_WEIGHT = 50.0
TRAIN, VALIDATION = 0.6, 0.2


class Example(NamedTuple):
    """A post a reader had before them."""

    features: Features | Sequence[float]
    outcomes: frozenset[str] = frozenset()  # of `feeds.ranking.linear.ACTIONS`
    position: int = 0  # its place in the feed, from 0; 0 for all where places are not known
    propensity: float = 1.0  # the chance it had to stand there


@dataclass(eq=False)
class Session:
    """Posts that one reader saw together; a row of each array is a post."""

    at: float  # seconds since 1970, of its end
    features: np.ndarray  # float32, a row as `feeds.ranking.features.Features`
    outcomes: tuple[frozenset[str], ...]
    positions: np.ndarray  # log(1 + place)
    weights: np.ndarray  # 1 / propensity
    gains: np.ndarray = field(init=False)  # what was done with each, as `feeds.ranking.linear.VALUES` has it

    def __post_init__(self) -> None:
        self.gains = np.array([max(sum(VALUES[one] for one in done), 0.0) for done in self.outcomes])

    def tells(self) -> bool:
        """Whether it can tell a good order from a bad one."""
        return len(set(self.gains)) > 1


def session_of(at: float, examples: Sequence[Example]) -> Session:
    return Session(
        at,
        np.array([one.features for one in examples], dtype=np.float32),
        tuple(one.outcomes for one in examples),
        np.log1p([one.position for one in examples]),
        np.minimum(1 / np.array([one.propensity for one in examples]), MOST_WEIGHT),
    )


class Parts(NamedTuple):
    """Sessions split by time: every one of a part ended before every one of the next."""

    train: list[Session]
    validation: list[Session]
    test: list[Session]


def split(sessions: Iterable[Session]) -> Parts:
    """Six parts in ten to learn from, two to choose by, the newest two to judge; the same moment is never in two."""
    ordered = sorted(sessions, key=lambda one: one.at)
    first = cut(ordered, TRAIN)
    second = max(cut(ordered, TRAIN + VALIDATION), first)
    return Parts(ordered[:first], ordered[first:second], ordered[second:])


def cut(ordered: list[Session], share: float) -> int:
    """The first index past this share with a later moment than the one before."""
    at = int(len(ordered) * share)
    while 0 < at < len(ordered) and ordered[at].at == ordered[at - 1].at:
        at += 1
    return at
