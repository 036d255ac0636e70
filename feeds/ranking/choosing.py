"""By what a page of home is ordered: what was asked for, else what the reader has set."""

from typing import Any

from feeds.ranking.models import ReaderRanking
from feeds.ranking.values import CHRONOLOGICAL, RANKINGS, SEED, Choice, Weights


def chosen(reader: Any, asked: str | None = None) -> Choice:
    """The choice for one page; no query for a reader who reads chronologically.

    `asked` is one of RANKINGS, or None for what the reader has set.
    """
    ranking = asked or reader.ranking
    if ranking == CHRONOLOGICAL:
        return Choice()
    assert ranking in RANKINGS
    own = ReaderRanking.objects.filter(pk=reader.pk).first()
    return Choice(ranking, weights_of(own), diversity=bool(own and own.diversity))


def weights_of(own: ReaderRanking | None) -> Weights:
    """The reader's weights; a name that is not known any more is left out."""
    if own is None or not own.weights:
        return SEED
    return SEED._replace(**{name: float(value) for name, value in own.weights.items() if name in Weights._fields})
