"""Weights as people move them: in points, by presets, and as a link. Pure.

A point is a hundredth. A weight of 40 points is the most its term can give a post, so what stands at a slider and
what stands at a post are the same measure. Weights are not brought to a common sum: the order depends on their
proportions alone, and the terms shown stay the very ones that were summed.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feeds.ranking.values import SEED, Weights
from feedsite.errors import Invalid

MOST_POINTS, STEP_POINTS = 100, 5
ALLOWED = {str(points): points for points in range(0, MOST_POINTS + 1, STEP_POINTS)}


class Preset(NamedTuple):
    """Weights under a name, for who does not want to move each."""

    key: str
    name: Promise
    weights: Weights

    @property
    def share(self) -> str:
        return share_text(self.weights)


PRESETS = [
    Preset("seed", gettext_lazy("As designed"), SEED),
    Preset("fresh", gettext_lazy("Fresh"), Weights(1.0, 0.2, 0.1, 0.0, 0.0)),
    Preset("friends", gettext_lazy("Friends first"), Weights(0.3, 0.1, 1.0, 0.0, 0.1)),
    Preset("talk", gettext_lazy("Conversations"), Weights(0.3, 0.2, 0.2, 0.0, 0.8)),
    Preset("pictures", gettext_lazy("Pictures"), Weights(0.4, 0.2, 0.1, 0.8, 0.0)),
]


def points_of(weights: Weights) -> dict[str, int]:
    return {name: round(weight * MOST_POINTS) for name, weight in weights._asdict().items()}


def read_points(given: Mapping[str, Any]) -> Weights:
    """Weights out of points by name, numbers or digits; a name that is missing counts for nothing.

    Raises Invalid that names each field to change.
    """
    wrong = {
        name: [_("Give a number from 0 to %(most)d in steps of %(step)d.") % {"most": MOST_POINTS, "step": STEP_POINTS}]
        for name in Weights._fields
        if str(given.get(name, 0)) not in ALLOWED
    }
    if wrong:
        raise Invalid(next(iter(wrong.values()))[0], fields=wrong)
    points = [ALLOWED[str(given.get(name, 0))] for name in Weights._fields]
    if not any(points):
        reason = _("Let at least one weight count: with all of them at 0 every post is worth the same.")
        raise Invalid(reason, fields={"__all__": [reason]})
    return Weights(*(one / MOST_POINTS for one in points))


def share_text(weights: Weights) -> str:
    """`recency:40,popularity:40,…`, as it stands in a link."""
    return ",".join(f"{name}:{points}" for name, points in points_of(weights).items())


def read_share(text: str) -> Weights:
    """The weights of such a link; raises Invalid with what is wrong with it."""
    pairs = [part.partition(":") for part in text.split(",")]
    names = [name.strip() for name, _colon, _points in pairs]
    if unknown := [name for name in names if name not in Weights._fields]:
        words = {"name": unknown[0][:30], "names": ", ".join(Weights._fields)}
        raise Invalid(_("The link names a weight “%(name)s”. There are: %(names)s.") % words)
    if len(names) != len(set(names)):
        raise Invalid(_("The link names a weight twice."))
    return read_points({name: points.strip() for name, (_name, _colon, points) in zip(names, pairs, strict=True)})
