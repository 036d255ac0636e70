"""What came out of an experiment, for its staff page: verdicts, a table and plots, all of it from the looks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feeds.experiments import checks
from feeds.experiments.checks import METRICS, Difference, Metric, Sample
from feeds.experiments.intervals import Interval, Intervals
from feeds.experiments.models import MOST_DAYS, Arm, Experiment, Look
from feeds.experiments.outcomes import split_of
from feeds.plots import Plot, Series, number

# The looks of lab-plots.css for up to four arms.
LOOKS = ("spent", "pull", "push", "best")


@dataclass(frozen=True)
class Compared:
    """A metric of an arm beside the control's; `found` is None while too little is known."""

    metric: Metric
    arm: Sample
    control: Sample
    found: Difference | None

    @property
    def verdict(self) -> str:
        if self.found is None:
            return "too early"
        if not self.found.is_clear:
            return "unclear"
        return "better" if self.found.value * self.metric.good > 0 else "worse"

    @property
    def cells(self) -> list[str]:
        """Control, arm, difference, its interval at one look, and at all."""
        means = [number(self.control.mean), number(self.arm.mean)]
        if self.found is None:
            return [*means, "–", "–", "–"]
        return [*means, f"{self.found.value:+.3g}", self.between(self.found.once), self.between(self.found.always)]

    def between(self, half: float) -> str:
        value = self.found.value if self.found else 0.0
        return f"{value - half:+.3g} to {value + half:+.3g}"

    @property
    def interval(self) -> Interval | None:
        """The same in per cent of the control, where that is anything."""
        if self.found is None or not self.control.mean:
            return None
        percent = 100 / self.control.mean
        value, once, always = (part * percent for part in self.found)
        return Interval(self.metric.title, value, once, always, self.verdict)


@dataclass(frozen=True)
class Comparison:
    """One arm held against the control."""

    arm: Arm
    metrics: list[Compared]
    plot: Intervals


@dataclass(frozen=True)
class Split:
    """How the readers fell into the arms; `once` and `always`: how probable by chance, at one look and at all."""

    arms: list[tuple[str, int, float]]
    once: float
    always: float

    @property
    def is_broken(self) -> bool:
        return self.always < checks.SRM_ALARM

    @property
    def words(self) -> str:
        return probability_words(self.always)

    @property
    def once_words(self) -> str:
        return probability_words(self.once)


def probability_words(probability: float) -> str:
    return "p < 0.000 1" if probability < 1e-4 else f"p = {probability:.3g}"


def overview(experiment: Experiment) -> dict[str, Any]:
    """The page's context; 1 query besides the experiment and its arms, of MOST_DAYS + 1 rows at most."""
    arms = list(experiment.arms.all())
    looks = list(Look.objects.filter(experiment=experiment).order_by("day")[: MOST_DAYS + 2])
    context: dict[str, Any] = {"experiment": experiment, "arms": arms, "last": looks[-1] if looks else None}
    if looks:
        context |= {
            "split": split(looks[-1], arms),
            "comparisons": [compared(looks[-1], arms[0], arm) for arm in arms[1:]],
            "guards": guards(experiment, looks[-1], arms),
            "plots": [met_plot(looks, arms), *(metric_plot(metric, looks, arms) for metric in METRICS)],
        }
    return context


def split(look: Look, arms: list[Arm]) -> Split:
    met, shares = split_of(look.figures, arms)
    whole = sum(met)
    rows = [(arm.name, many, whole * arm.share / sum(shares)) for arm, many in zip(arms, met, strict=True)]
    return Split(rows, checks.split_probability(met, shares), checks.split_always(met, shares))


def compared(look: Look, control: Arm, arm: Arm) -> Comparison:
    found = [
        Compared(metric, mine, other, checks.difference(mine, other))
        for metric in METRICS
        for mine, other in [[checks.sample_of(look.of(one.name), metric.name) for one in (arm, control)]]
    ]
    about = "The thick line is the interval of a single look, the thin one holds at every look: it decides."
    drawn = [interval for one in found if (interval := one.interval)]
    return Comparison(arm, found, Intervals(f"arm-{arm.name}", f"{arm.name} against {control.name}", about, drawn))


def guards(experiment: Experiment, look: Look, arms: list[Arm]) -> list[tuple[Metric, int, list[str]]]:
    """(metric, per cent allowed, arms that broke it) of each guardrail."""
    broken = list(checks.breaches(look.figures, [arm.name for arm in arms], experiment.guardrails))
    return [
        (metric, allowed, [one.arm for one in broken if one.metric == metric])
        for metric in METRICS
        if (allowed := experiment.guardrails.get(metric.name)) is not None
    ]


def met_plot(looks: Sequence[Look], arms: list[Arm]) -> Plot:
    """Readers who met it, by day: what a look has more than the one before."""
    series = []
    for arm, css in zip(arms, LOOKS, strict=False):
        reached = [0, *(look.of(arm.name).get("readers", 0) for look in looks)]
        series.append(Series(arm.name, [more - fewer for fewer, more in zip(reached, reached[1:], strict=False)], css))
    return Plot(
        name="met",
        title="Readers who met it, by day",
        about="Each reader counts once, on the day on which it decided a page of theirs first.",
        across="Day (UTC)",
        unit="readers",
        labels=[day_words(look) for look in looks],
        series=series,
        nothing="Nobody has met it yet.",
    )


def metric_plot(metric: Metric, looks: Sequence[Look], arms: list[Arm]) -> Plot:
    return Plot(
        name=metric.name,
        title=metric.title,
        about="For each reader of an arm, from their first page until the end of the day.",
        across="Day (UTC)",
        unit="a reader",
        labels=[day_words(look) for look in looks],
        series=[
            Series(arm.name, [mean_on(look, arm, metric) for look in looks], css, is_line=True)
            for arm, css in zip(arms, LOOKS, strict=False)
        ],
        nothing="Nothing has been counted yet.",
    )


def mean_on(look: Look, arm: Arm, metric: Metric) -> float | None:
    found = checks.sample_of(look.of(arm.name), metric.name)
    return found.mean if found.readers else None


def day_words(look: Look) -> str:
    return f"{look.day.day} {look.day:%b}"
