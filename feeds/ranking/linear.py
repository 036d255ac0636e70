"""A learned model as values: JSON in, probabilities out. Pure, and without any library: web processes use it.

For each action a reader may take (like, comment, share, hide) it has a logistic regression, with the scales of the
features folded into its weights: p = 1 / (1 + e ** -(intercept + weights · features)). The score of a post is the sum
of what an action is worth times its probability.
"""

from collections.abc import Sequence
from datetime import datetime
from math import exp, isfinite
from operator import mul
from typing import Any, NamedTuple

from feeds.ranking import features

FORMAT = 1
ACTIONS = ("like", "comment", "share", "hide")
# What one of each is worth in the order of a page. Comments count twice, as in the seed formula; a post that is
# hidden has to be good for ten likes elsewhere to have been worth showing.
VALUES = {"like": 1.0, "comment": 2.0, "share": 2.0, "hide": -10.0}
# Past this e ** x would soon be no float any more; the probability is 0 in any case.
STEEP = 700.0
# A number of a model beyond this is damage; within it no sum of theirs leaves the floats.
LARGEST = 1e9


class BadModel(Exception):
    """This JSON is no model that can be served; says why."""


class Action(NamedTuple):
    """The regression of one action, and what the action is worth."""

    name: str
    value: float
    intercept: float
    weights: tuple[float, ...]
    # Of log(1 + place): what standing lower costs. Serving leaves it out, as if each stood first; judging needs it.
    position: float = 0.0

    def probability(self, row: Sequence[float]) -> float:
        return 1 / (1 + exp(min(-self.intercept - sum(map(mul, self.weights, row)), STEEP)))


class Model(NamedTuple):
    trained_at: datetime
    actions: tuple[Action, ...]
    # The mean of each feature where it was trained: a post like any other.
    means: tuple[float, ...]

    def parts(self, row: Sequence[float]) -> dict[str, float]:
        """What each action adds to the score of these features.

        `Action.probability` written out: 500 posts and four actions have to take no more than 4 ms.
        """
        parts = {}
        for name, value, intercept, weights, _ in self.actions:
            against = -intercept - sum(map(mul, weights, row))
            parts[name] = value / (1 + exp(against if against < STEEP else STEEP))
        return parts

    def contributions(self, row: Sequence[float]) -> list[tuple[str, float]]:
        """How far each feature moves the score from that of a post like any other, the strongest first.

        To first order, about the row itself: the score is a sum of curves, so these do not sum to it exactly.
        """
        slopes = [0.0] * len(row)
        for one in self.actions:
            chance = one.probability(row)
            steep = one.value * chance * (1 - chance)
            slopes = [slope + steep * weight for slope, weight in zip(slopes, one.weights, strict=True)]
        apart = (x - mean for x, mean in zip(row, self.means, strict=True))
        moved = zip(features.NAMES, map(mul, slopes, apart), strict=True)
        return sorted(moved, key=lambda pair: (-abs(pair[1]), pair[0]))


def as_json(model: Model) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "features_version": features.VERSION,
        "features": list(features.NAMES),
        "trained_at": model.trained_at.isoformat(),
        "means": list(model.means),
        "actions": {one.name: one._asdict() | {"weights": list(one.weights)} for one in model.actions},
    }


def from_json(kept: Any) -> Model:
    """The model of this JSON; raises BadModel where it is of another kind or version, or damaged."""
    try:
        if kept["format"] != FORMAT or kept["features_version"] != features.VERSION:
            raise BadModel(f"it is of version {kept['format']}.{kept['features_version']}")
        if tuple(kept["features"]) != features.NAMES:
            raise BadModel("its features are others")
        # The database keeps no order of names, and that of the parts of a score is to be the same each time.
        actions = tuple(sorted((action_of(*one) for one in kept["actions"].items()), key=place_of))
        trained_at = datetime.fromisoformat(kept["trained_at"])
        model = Model(trained_at, actions, numbers(kept["means"]))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadModel(f"it is damaged: {error!r}") from error
    if not actions or trained_at.tzinfo is None:
        raise BadModel("it knows no action" if not actions else "its time has no zone")
    return model


def action_of(name: str, said: Any) -> Action:
    if name not in ACTIONS:
        raise BadModel(f"it knows an action {name!r}")
    value, intercept, position = (finite(said[key]) for key in ("value", "intercept", "position"))
    return Action(name, value, intercept, numbers(said["weights"]), position)


def place_of(action: Action) -> int:
    return ACTIONS.index(action.name)


def numbers(row: Any) -> tuple[float, ...]:
    if len(row) != len(features.NAMES):
        raise BadModel("a row of it has another length")
    return tuple(map(finite, row))


def finite(number: Any) -> float:
    if not isfinite(number) or abs(number) > LARGEST:
        raise BadModel("a number of it is not finite, or beyond all measure")
    return float(number)
