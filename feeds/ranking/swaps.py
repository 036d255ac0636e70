"""Neighbours that change places by lot: of two places only chance then says which of two posts got the better one.

Pure. A pair is the places (0, 1), (2, 3) … or, as a first lot decides for the whole order, (1, 2), (3, 4) …; each
changes places with the probability `share`. So an entry's propensity, the chance to stand where it stands, is `share`
or one less that; that of a place without a partner is 1.
"""

from collections.abc import Sequence
from random import Random

from feeds.ranking.values import Scored


def swapped(ordered: Sequence[Scored], share: float, lots: Random) -> list[Scored]:
    """The order that is shown, each with its propensity; the same lots make the same order."""
    shown = list(ordered)
    if not share:
        return shown
    for first in range(lots.randrange(2), len(shown) - 1, 2):
        pair = shown[first : first + 2]
        changes = lots.random() < share
        propensity = share if changes else 1 - share
        shown[first : first + 2] = [one._replace(propensity=propensity) for one in (pair[::-1] if changes else pair)]
    return shown
