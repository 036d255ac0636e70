"""The seed formula, exactly: 0.4/(1+age_h) + 0.4·e/(1+e) + 0.2·min(interactions/10, 1), e = likes + 2·comments.

Each of its terms has a weight that readers may move; two more begin at nothing. Pure: values in, values out.

The terms stand in the database as well (`ranked_terms`, feeds/migrations/0021_frozen_by_formula.py): change both.
"""

from collections.abc import Iterable
from operator import attrgetter

from feeds.ranking.values import SEED, Candidate, Scored, Weights

FULL_CLOSENESS = 10
# What "more" of somebody adds to each of their posts, and "less" takes away.
NUDGE = 0.2
# The k-th post of an author (from 0) keeps this much of its score: 1, 0.625, 0.4375, … never under LEAST.
LEAST, FADING = 0.25, 0.5


def parts_of(candidate: Candidate, weights: Weights = SEED) -> dict[str, float]:
    """The terms of the sum, each with its weight in it; `person` only where the reader asked for more or less."""
    engagement = candidate.likes + 2 * candidate.comments
    parts = {
        "recency": weights.recency / (1 + candidate.age_hours),
        "popularity": weights.popularity * engagement / (1 + engagement),
        "closeness": weights.closeness * min(candidate.interactions / FULL_CLOSENESS, 1),
        "media": weights.media if candidate.media else 0.0,
        "replies": weights.replies * candidate.comments / (1 + candidate.comments),
    }
    if candidate.nudge:
        parts["person"] = NUDGE * candidate.nudge
    return parts


def score(candidate: Candidate, weights: Weights = SEED) -> Scored:
    parts = parts_of(candidate, weights)
    return Scored(candidate, sum(parts.values()), parts)


def ranked(candidates: Iterable[Candidate], weights: Weights = SEED, *, diversity: bool = False) -> list[Scored]:
    """Best first; of equals the newer entry first, so the same candidates always stand in the same order."""
    scored = in_order(score(candidate, weights) for candidate in candidates)
    return in_order(spread_out(scored)) if diversity else scored


def in_order(scored: Iterable[Scored]) -> list[Scored]:
    newest_first = sorted(scored, key=lambda one: one.candidate.entry_id, reverse=True)
    return sorted(newest_first, key=attrgetter("score"), reverse=True)


def spread_out(scored: Iterable[Scored]) -> Iterable[Scored]:
    """Each further post of one author counts for less; what that takes away is a part like any other."""
    seen: dict[int, int] = {}
    for one in scored:
        author_id = one.candidate.author_id
        before = seen[author_id] = seen.get(author_id, -1) + 1
        yield faded(one, before) if before and one.score > 0 else one


def faded(one: Scored, before: int) -> Scored:
    """As it counts after so many of its author."""
    lost = (1 - LEAST) * (1 - FADING**before) * one.score
    parts = one.parts | {"diversity": -lost}
    return Scored(one.candidate, sum(parts.values()), parts)
