"""Serving the learned ranking: the current model, kept by each process for a minute, and the order it makes.

Where there is no model, or it is stale or damaged, there is no order: the reader gets that of the formula, and the log
has a line of why, once.
"""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from feeds.ranking import features, formula, linear
from feeds.ranking.models import RankerModel
from feeds.ranking.values import Candidate, Choice, Scored

logger = logging.getLogger(__name__)

# A process asks the table again after this long, so a model that is promoted or taken back is everywhere by then.
ASK_AFTER_SECONDS = 60
# What "more" of somebody adds to each of their posts, as a share of its score, and "less" takes away.
NUDGE = 0.5


class Known:
    """What this process knows of the current model."""

    def __init__(self) -> None:
        self.model: linear.Model | None = None
        self.model_id: int | None = None
        self.asked_at: float | None = None
        self.said = ""

    def current(self) -> linear.Model | None:
        """The model to serve by, if there is one; a query a minute."""
        if self.asked_at is None or time.monotonic() - self.asked_at > ASK_AFTER_SECONDS:
            self.ask()
        return self.model

    def ask(self) -> None:
        """Other threads rank by what was known before until all of the answer is there."""
        kept = RankerModel.objects.current()
        self.model, self.model_id = self.opened(kept) if kept else None, kept.pk if kept else None
        self.asked_at = time.monotonic()

    def opened(self, kept: RankerModel) -> linear.Model | None:
        try:
            return servable(kept)
        except linear.BadModel as error:
            self.say(f"Model {kept.pk} cannot be served: {error}.")
            return None

    def say(self, why: str) -> None:
        if why != self.said:
            logger.warning("%s Who reads by the learned ranking gets the formula.", why)
        self.said = why


known = Known()


def servable(kept: RankerModel) -> linear.Model:
    """What is served of a row; raises BadModel where it is damaged, of another version, or too old."""
    model = linear.from_json(kept.weights)
    if timezone.now() - model.trained_at > timedelta(days=settings.RANKER_STALE_DAYS):
        raise linear.BadModel(f"it is older than {settings.RANKER_STALE_DAYS} days, so run train_ranker")
    return model


def rank(candidates: Iterable[Candidate], choice: Choice) -> list[Scored] | None:
    """Best first, of equals the newer entry; None where the formula has to do. The parts of a score sum to it."""
    model = known.current()
    if model is None:
        return None
    scored = formula.in_order([score(one, model) for one in candidates])
    return formula.in_order(formula.spread_out(scored)) if choice.diversity else scored


def score(candidate: Candidate, model: linear.Model) -> Scored:
    parts = model.parts(features.of(candidate))
    total = sum(parts.values())
    if candidate.nudge:
        parts["person"] = NUDGE * candidate.nudge * abs(total)
        total = sum(parts.values())
    return Scored(candidate, total, parts)


def explain(candidate: Candidate) -> list[tuple[str, float]]:
    """(feature, how far it moves the score) of a candidate, the strongest first; empty where nothing is served."""
    model = known.current()
    return model.contributions(features.of(candidate)) if model else []
