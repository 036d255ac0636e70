"""What may be concluded from an experiment's figures. Pure.

An experiment is looked at every hour, and whoever looks often enough at an ordinary 95 % interval sees it miss zero at
last, without any difference. So what decides are intervals that hold at all looks together: those of the mixture
sequential probability ratio test (Robbins 1970; Johari et al., "Peeking at A/B Tests", KDD 2017, eq. 5). With V the
variance of an estimate and T that of the mixture, the half-width at level a is
sqrt(2·V·(V+T)/T · (log(1/a) + ½·log((V+T)/V))).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import NormalDist
from typing import Any, NamedTuple

# At all looks, over all readers of an experiment, at most this often a difference is seen where none is.
ALPHA = 0.05
# A split this improbable, all looks together, is broken: some readers of an arm are not counted, or not served.
SRM_ALARM = 0.001
LEAST_EXPECTED = 5
# How firmly the shares are believed beforehand, in readers: the more, the smaller the losses that are found.
SPLIT_BELIEF = 100
# The effect for which the sequential intervals are narrowest, in standard deviations of the metric.
LIKELY_EFFECT = 0.1
# Fewer readers in an arm, or so few events in two, say nothing: the intervals take means for normal.
LEAST_READERS, LEAST_EVENTS = 100, 20


class Metric(NamedTuple):
    """Something counted for each reader. `good` is 1 where more is better, -1 where it is worse."""

    name: str
    title: str
    good: int


METRICS = (
    Metric("likes", "Likes", 1),
    Metric("comments", "Comments", 1),
    Metric("shares", "Shares", 1),
    Metric("days", "Days with a visit in the last week", 1),
    Metric("mutes", "Mutes", -1),
    Metric("blocks", "Blocks", -1),
    Metric("less", "Less of somebody", -1),
    Metric("left", "Left the experiment", -1),
)


class Sample(NamedTuple):
    """The readers of an arm by one metric: how many, the sum, the sum of the squares."""

    readers: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.readers if self.readers else 0.0

    @property
    def variance(self) -> float:
        """Of one reader, without bias."""
        if self.readers < 2:
            return 0.0
        return max(self.squares - self.total**2 / self.readers, 0.0) / (self.readers - 1)


class Difference(NamedTuple):
    """An arm's mean minus the control's, with half the width of its two 95 % intervals.

    `once` is the ordinary one, right for a single look at an end that was set before; `always` holds at every look.
    """

    value: float
    once: float
    always: float

    @property
    def is_clear(self) -> bool:
        return abs(self.value) > self.always


def sample_of(figures: Mapping[str, Any], metric: str) -> Sample:
    """Out of an arm's part of `Look.figures`; an arm nobody has met is empty."""
    return Sample(figures.get("readers", 0), *figures.get(metric, (0, 0)))


def difference(arm: Sample, control: Sample, *, worse_by: float = 0.0, alpha: float = ALPHA) -> Difference | None:
    """By how much the arm's mean is above (1 + worse_by) times the control's; None while too little is known."""
    if min(arm.readers, control.readers) < LEAST_READERS or arm.total + control.total < LEAST_EVENTS:
        return None
    factor = 1 + worse_by
    variance = arm.variance / arm.readers + factor**2 * control.variance / control.readers
    spread = (arm.variance + control.variance) / 2
    once = NormalDist().inv_cdf(1 - alpha / 2) * math.sqrt(variance)
    return Difference(arm.mean - factor * control.mean, once, always_valid(variance, LIKELY_EFFECT**2 * spread, alpha))


def always_valid(variance: float, mixture: float, alpha: float = ALPHA) -> float:
    """Half the width of the interval that holds at all looks together; see above."""
    if not variance or not mixture:
        return 0.0
    both = variance + mixture
    return math.sqrt(2 * variance * both / mixture * (math.log(1 / alpha) + math.log(both / variance) / 2))


def chi_square_tail(statistic: float, degrees: int) -> float:
    """How often chance alone gives so much or more: Q(degrees/2, statistic/2), by its recurrence."""
    x, order = statistic / 2, 1.0 if degrees % 2 == 0 else 0.5
    tail = math.exp(-x) if degrees % 2 == 0 else math.erfc(math.sqrt(x))
    while order < degrees / 2:
        tail += math.exp(order * math.log(x) - x - math.lgamma(order + 1)) if x else 0.0
        order += 1
    return min(tail, 1.0)


def split_probability(met: Sequence[int], shares: Sequence[int]) -> float:
    """How probable so uneven a split is by chance, for whoever looks once (Pearson's chi-square).

    1 while an arm should have fewer than LEAST_EXPECTED readers: of so few the statistic says nothing.
    """
    readers, whole = sum(met), sum(shares)
    expected = [readers * share / whole for share in shares]
    if min(expected) < LEAST_EXPECTED:
        return 1.0
    statistic = sum((seen - wanted) ** 2 / wanted for seen, wanted in zip(met, expected, strict=True))
    return chi_square_tail(statistic, len(shares) - 1)


def split_always(met: Sequence[int], shares: Sequence[int]) -> float:
    """The same for whoever looks as often as they like: chance ever brings it to p or below at most p of the time.

    One over the Bayes factor of a Dirichlet prior around the shares against the shares themselves, which is a
    martingale while the shares hold (Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data",
    NeurIPS 2022).
    """
    readers, whole = sum(met), sum(shares)
    log_factor = math.lgamma(SPLIT_BELIEF) - math.lgamma(SPLIT_BELIEF + readers)
    for seen, share in zip(met, shares, strict=True):
        prior = SPLIT_BELIEF * share / whole
        log_factor += math.lgamma(prior + seen) - math.lgamma(prior) - seen * math.log(share / whole)
    return math.exp(-max(log_factor, 0.0))


class Breach(NamedTuple):
    """An arm that is clearly worse than a guardrail allows; `percent` is what was allowed."""

    arm: str
    metric: Metric
    percent: int


def breaches(
    figures: Mapping[str, Mapping[str, Any]], arms: Sequence[str], guardrails: Mapping[str, int]
) -> Iterable[Breach]:
    """The guardrails that arms have broken: the whole interval lies beyond what is allowed.

    `arms` by name, the control first. All comparisons together are wrong at most ALPHA of the time: each gets its part.
    """
    control, *others = arms
    guarded = [(metric, guardrails[metric.name]) for metric in METRICS if metric.name in guardrails]
    alpha = ALPHA / max(len(guarded) * len(others), 1)
    for metric, percent in guarded:
        for arm in others:
            by = -metric.good * percent / 100
            found = difference(
                sample_of(figures.get(arm, {}), metric.name),
                sample_of(figures.get(control, {}), metric.name),
                worse_by=by,
                alpha=alpha,
            )
            if found and -metric.good * found.value > found.always:
                yield Breach(arm, metric, percent)
