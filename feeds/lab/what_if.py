"""A day's real posts and reads, replayed under other rules by the functions the site itself uses."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from feeds import meter, policy
from feeds.lab.words import difference, threshold_words, time_words
from feeds.models import FeedDay
from feeds.plots import Plot, Series, number, short
from feeds.policy import Group, Rules, Spent


@dataclass(frozen=True)
class Way:
    """One way of delivery and what it would have spent, in units and in seconds."""

    name: str
    spent: Spent
    push_seconds: float
    pull_seconds: float

    @property
    def seconds(self) -> float:
        return self.push_seconds + self.pull_seconds

    @property
    def words(self) -> str:
        return time_words(self.seconds)

    @property
    def seconds_words(self) -> str:
        """For a table whose column names the unit."""
        return number(self.seconds)


@dataclass(frozen=True)
class Answer:
    """`fixed` has a way for each of `meter.THRESHOLDS`, in their order; `real` is what the day has cost."""

    day: date
    edges: int
    asked: Way
    adaptive: Way
    fixed: list[Way]
    real: Way | None
    plot: Plot

    @property
    def best(self) -> Way:
        return min(self.fixed, key=lambda way: way.seconds)

    @property
    def is_empty(self) -> bool:
        """Whether nobody has posted or read, so that every way would have cost nothing."""
        return not any(way.seconds for way in self.fixed)

    @property
    def against_best(self) -> tuple[float, str] | None:
        """(per cent, "less" or "more") that what was asked for costs than the best fixed threshold."""
        return difference(self.asked.seconds, self.best.seconds)


def answer(asked: dict[str, Any], now: datetime) -> Answer:
    """What the form asks for; one pass over the edges, about a second for a million."""
    day = meter.today(now) - timedelta(days=0 if asked["day"] == "today" else 1)
    found = meter.groups(day)
    rules = Rules(asked["strategy"], asked["threshold"], asked["push_cost"], asked["pull_cost"])
    adaptive = Rules("adaptive", rules.threshold, rules.push_cost, rules.pull_cost)
    fixed = [replay(found, Rules("hybrid", most, *costs_of(rules))) for most in meter.THRESHOLDS]
    by_rules = replay(found, adaptive)
    return Answer(
        day=day,
        edges=sum(group.edges for group in found),
        asked=by_rules if rules == adaptive else replay(found, rules),
        adaptive=by_rules,
        fixed=fixed,
        real=really_spent(day, rules),
        plot=plot(fixed, by_rules),
    )


def costs_of(rules: Rules) -> tuple[float, float]:
    return rules.push_cost, rules.pull_cost


def replay(found: list[Group], rules: Rules) -> Way:
    return way(rules_name(rules), policy.what_if(found, rules), rules)


def way(name: str, spent: Spent, rules: Rules) -> Way:
    return Way(name, spent, spent.pushed * rules.push_cost / 1e6, spent.pulled * rules.pull_cost / 1e6)


def really_spent(day: date, rules: Rules) -> Way | None:
    row = FeedDay.objects.filter(pk=day).first()
    return way("Really spent", Spent(row.pushed, row.pulled), rules) if row else None


def rules_name(rules: Rules) -> str:
    if rules.strategy == "adaptive":
        return f"Adaptive, at most {rules.threshold:,} feeds a post"
    return threshold_words({"push": meter.WHOLE, "pull": 0}.get(rules.strategy, rules.threshold))


def plot(fixed: list[Way], adaptive: Way) -> Plot:
    """The cost of each threshold as bars, with adaptive as a line across."""
    names = {0: "pull", meter.WHOLE: "push"}
    return Plot(
        name="what-if-plot",
        title="Cost by threshold",
        about="The day's cost with authors of up to so many followers pushed, the others pulled.",
        across="Pushed up to … followers",
        unit="seconds",
        labels=[names.get(most) or short(most) for most in meter.THRESHOLDS],
        series=[
            Series("Pushes", [one.push_seconds for one in fixed], "push"),
            Series("Pulls", [one.pull_seconds for one in fixed], "pull"),
            Series("Adaptive", [adaptive.seconds] * len(fixed), "best", is_line=True),
        ],
        nothing="Nobody posted or read that day, so every way would have cost nothing.",
    )
