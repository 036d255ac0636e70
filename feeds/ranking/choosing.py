"""By what a page of home is ordered: what was asked for, else what the reader has set."""

from typing import Any

from django.conf import settings

from feeds.experiments.choosing import find_treatment
from feeds.ranking.models import ReaderRanking
from feeds.ranking.values import CHRONOLOGICAL, RANKINGS, SEED, Choice, Weights

# Written out: compiling it would cost the ORM a third of a millisecond with each first page.
OWN = "SELECT * FROM reader_ranking WHERE user_id = %s"


def chosen(reader: Any, asked: str | None = None) -> Choice:
    """The choice for one page: what is asked for, else the arm of an experiment, else what the reader has set.

    No query for a reader who reads chronologically and is in no experiment, and nothing is written: who serves the
    page notes that its reader has met the experiment. `asked` is one of RANKINGS, or None.
    """
    choice, treatment = by_setting(reader, asked), None if asked else find_treatment(reader)
    return treatment.over(choice) if treatment else choice


def by_setting(reader: Any, asked: str | None = None) -> Choice:
    """What is asked for, else what the reader has set; no experiment."""
    ranking = asked or reader.ranking
    if ranking == CHRONOLOGICAL:
        return Choice()
    assert ranking in RANKINGS
    own = next(iter(ReaderRanking.objects.raw(OWN, [reader.pk])), None)
    diversity = bool(own and own.diversity)
    return Choice(ranking, weights_of(own), diversity, swaps=settings.RANKING_SWAPS)


def weights_of(own: ReaderRanking | None) -> Weights:
    """The reader's weights; a name that is not known any more is left out."""
    if own is None or not own.weights:
        return SEED
    return SEED._replace(**{name: float(value) for name, value in own.weights.items() if name in Weights._fields})
