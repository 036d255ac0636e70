"""The meter's days and times as figures and plots."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings

from feeds import counts, meter
from feeds.lab.words import difference, threshold_words, time_words
from feeds.models import FeedDay
from feeds.plots import Plot, Series, short
from feeds.policy import Spent

DAYS_SHOWN = 14
# Fan-out and freshness are told of these last days together.
DAYS_TIMED = 7


@dataclass(frozen=True)
class DayCost:
    """One day of the meter, in seconds of the database's work at the H and L of now."""

    row: FeedDay
    # The cheapest fixed threshold that the cap allows, once the day is over and was compared.
    best: int | None = None
    best_seconds: float | None = None

    @property
    def push_seconds(self) -> float:
        return self.row.pushed * settings.FEED_PUSH_COST_US / 1e6

    @property
    def pull_seconds(self) -> float:
        return self.row.pulled * settings.FEED_PULL_COST_US / 1e6

    @property
    def seconds(self) -> float:
        return self.push_seconds + self.pull_seconds

    @property
    def words(self) -> dict[str, str]:
        """The times as they are told."""
        return {
            "all": time_words(self.seconds),
            "pushes": time_words(self.push_seconds),
            "pulls": time_words(self.pull_seconds),
            "best": "" if self.best is None else threshold_words(self.best),
        }

    def would_have(self, way: str) -> float | None:
        """What one way of `FeedDay.thresholds` would have taken."""
        units = self.row.thresholds.get(way)
        return units and Spent(*units).cost(settings.FEED_PUSH_COST_US, settings.FEED_PULL_COST_US) / 1e6

    @property
    def hit_rate(self) -> float | None:
        """Per cent of the pages that the copy in Redis answered."""
        pages = self.row.reads + self.row.hot_reads
        return 100 * self.row.hot_reads / pages if pages else None

    @property
    def against_best(self) -> tuple[float, str] | None:
        return difference(self.seconds, self.best_seconds)


@dataclass(frozen=True)
class Days:
    """The last DAYS_SHOWN days, oldest first and today last; None where nothing was counted."""

    dates: list[date]
    costs: list[DayCost | None]

    @property
    def labels(self) -> list[str]:
        return [f"{day.day} {day:%b}" for day in self.dates]

    def each(self, what: Callable[[DayCost], float | None]) -> list[float | None]:
        return [None if cost is None else what(cost) for cost in self.costs]


def days_until(today: date) -> Days:
    dates = [today - timedelta(days=ago) for ago in range(DAYS_SHOWN - 1, -1, -1)]
    found = FeedDay.objects.in_bulk(dates)
    return Days(dates, [day_cost(found[day]) if day in found else None for day in dates])


def day_cost(row: FeedDay) -> DayCost:
    if not row.thresholds:
        return DayCost(row)
    _, _, allowed = meter.costs_of(row)
    best = min(allowed, key=lambda threshold: (allowed[threshold], threshold))
    return DayCost(row, best, allowed[best] / 1e6)


def cost_plots(days: Days) -> list[Plot]:
    return [spent_plot(days), ways_plot(days), hit_plot(days)]


def spent_plot(days: Days) -> Plot:
    return Plot(
        name="spent",
        title="Spent each day",
        about="Seconds of the database's work for delivery, and what the best fixed threshold would have taken.",
        across="Day (UTC)",
        unit="seconds",
        labels=days.labels,
        series=[
            Series("Pushes", days.each(lambda day: day.push_seconds), "push"),
            Series("Pulls", days.each(lambda day: day.pull_seconds), "pull"),
            Series("Best fixed threshold", days.each(lambda day: day.best_seconds), "best", is_line=True),
        ],
        more=[
            Series("Entries written", days.each(lambda day: day.row.pushed), ""),
            Series("Authors asked", days.each(lambda day: day.row.pulled), ""),
        ],
        nothing="Nothing has been delivered in these two weeks.",
    )


def ways_plot(days: Days) -> Plot:
    """Lines of what the day's posts and reads would have cost; the real one ends with yesterday, as they do."""
    return Plot(
        name="ways",
        title="Against one way for all",
        about="The same posts and reads, had everybody been pushed, or everybody pulled. A log scale.",
        across="Day (UTC)",
        unit="seconds",
        labels=days.labels,
        series=[
            Series("Push everybody", days.each(lambda day: day.would_have(str(meter.WHOLE))), "push", is_line=True),
            Series("Pull everybody", days.each(lambda day: day.would_have("0")), "pull", is_line=True),
            Series("Adaptive at rest", days.each(lambda day: day.would_have("adaptive")), "best", is_line=True),
            Series("Really spent", days.each(lambda day: day.seconds if day.row.thresholds else None), "spent", True),
        ],
        nothing="No day has been compared yet: that happens when the first day is over.",
        log=True,
    )


def hit_plot(days: Days) -> Plot:
    return Plot(
        name="hits",
        title="Pages from hot copies",
        about="The part of home pages that the copy in Redis answered; the others came from PostgreSQL.",
        across="Day (UTC)",
        unit="%",
        labels=days.labels,
        series=[Series("From the hot copy", days.each(lambda day: day.hit_rate), "push", is_line=True)],
        more=[
            Series("Pages from Redis", days.each(lambda day: day.row.hot_reads), ""),
            Series("Pages from PostgreSQL", days.each(lambda day: day.row.reads), ""),
        ],
        nothing="Nobody has opened the home page in these two weeks.",
        top=100,
    )


def time_plots(days: Days) -> list[Plot]:
    times = times_of(days)
    return [fanout_plot(times), fresh_plot(times)]


def times_of(days: Days) -> dict[str, Any]:
    """`FeedDay.times` of the last DAYS_TIMED days together."""
    total: dict[str, Any] = {}
    for cost in days.costs[-DAYS_TIMED:]:
        for name, value in cost.row.times.items() if cost else ():
            if isinstance(value, list):
                total[name] = [old + new for old, new in zip(total.get(name, (0, 0.0)), value, strict=True)]
            else:
                total[name] = total.get(name, 0) + value
    return total


def fanout_plot(times: Mapping[str, Any]) -> Plot:
    sizes = sorted((int(name.removeprefix("push:")), *value) for name, value in times.items() if name[:5] == "push:")
    return Plot(
        name="fanout",
        title="Fan-out by audience",
        about="What pushing one post takes on average, by the author's followers, in the last seven days.",
        across="Followers, at most",
        unit="milliseconds",
        labels=[short(size) for size, _, _ in sizes],
        series=[Series("Mean", [milliseconds / posts for _, posts, milliseconds in sizes], "push")],
        more=[Series("Posts", [posts for _, posts, _ in sizes], "")],
        nothing="No post has been delivered in the last seven days.",
        log=True,
    )


def fresh_plot(times: Mapping[str, Any]) -> Plot:
    names = [*(f"{most:g}" for most in counts.FRESH_SECONDS), "inf"]
    numbers = [times.get(f"fresh:{name}", 0) for name in names]
    total = sum(numbers) or 1
    return Plot(
        name="fresh",
        title="Freshness",
        about="How old posts were when all feeds had them, in the last seven days. Nobody has to wait for that.",
        across="Age in seconds, at most",
        unit="%",
        labels=[*names[:-1], "more"],
        series=[Series("Part of posts", [100 * value / total for value in numbers], "push")],
        more=[Series("Posts", numbers, "")],
        nothing="No post has been delivered in the last seven days.",
    )
