"""Neighbours that change places by lot: of two places only chance then says which of two posts got the better one.

Pure. A first lot decides for the whole order whether pairs are the places (0, 1), (2, 3) … or (1, 2), (3, 4) …; then
each pair changes places with the probability `share`. An entry's propensity is the chance that both lots put it where
it stands: half of `share` where it was moved, since half of the time that neighbour is no partner of it. Where it
stayed it is what is left: one less `share` inside, one less half of it at the two ends, which have one neighbour.
"""

from collections.abc import Sequence
from random import Random

from feeds.ranking.values import Scored


def swapped(ordered: Sequence[Scored], share: float, lots: Random) -> list[Scored]:
    """The order that is shown, each with its propensity; the same lots make the same order."""
    if not share or len(ordered) < 2:
        return list(ordered)
    shown = [one._replace(propensity=1 - share) for one in ordered]
    for end in (0, -1):
        shown[end] = shown[end]._replace(propensity=1 - share / 2)
    for first in range(lots.randrange(2), len(shown) - 1, 2):
        if lots.random() < share:
            better, worse = (one._replace(propensity=share / 2) for one in ordered[first : first + 2])
            shown[first : first + 2] = [worse, better]
    return shown


def is_moved_by(propensity: float) -> bool:
    """Whether what has this propensity changed places: the other way round it is half and more, as share is at most."""
    return propensity < 0.5
