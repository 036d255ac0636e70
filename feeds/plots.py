"""Values in, drawings out: bars and lines with axes, drawn by `templates/feeds/lab/_plot.html`. Pure.

All drawings have one size, so that a page of them is a grid and their text is legible on a phone.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT = 400, 244
LEFT, RIGHT, TOP, BOTTOM = 44, 394, 28, 204
# A character of a label under the axis takes about this much; labels that would touch are left out.
CHARACTER = 8.0
MOST_DECADES = 6


@dataclass(frozen=True)
class Series:
    """One row of values, None where there is none; `look` is its class in lab-plots.css."""

    name: str
    values: Sequence[float | None]
    look: str
    is_line: bool = False


@dataclass(frozen=True)
class Plot:
    """What is to be drawn: bars, stacked on each other where there are several, and lines over them."""

    # The id in the page.
    name: str
    title: str
    # One sentence: what is seen here.
    about: str
    # What stands under and beside the axes.
    across: str
    unit: str
    labels: Sequence[str]
    series: Sequence[Series]
    # What is said in place of a drawing without values.
    nothing: str
    log: bool = False
    # The highest value of the axis, where it is not to be found from the values.
    top: float | None = None
    # Columns of the table that are not drawn.
    more: Sequence[Series] = ()

    # Where the axes are, for the template.
    width, height, left, right, bottom = WIDTH, HEIGHT, LEFT, RIGHT, BOTTOM

    @property
    def is_empty(self) -> bool:
        """Whether nothing would be seen: zeros count where they are points of a line."""
        return not any(value or (one.is_line and value == 0) for one in self.series for value in one.values)

    @property
    def columns(self) -> list[str]:
        return [self.across, *(one.name for one in (*self.series, *self.more))]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The same numbers for the table: (label, cells)."""
        cells = zip(*(one.values for one in (*self.series, *self.more)), strict=True)
        return [(label, [number(value) for value in row]) for label, row in zip(self.labels, cells, strict=True)]

    @property
    def drawing(self) -> "Drawing":
        return draw(self)


@dataclass(frozen=True)
class Scale:
    """Where a value is on the axis that goes up."""

    low: float
    high: float
    log: bool
    ticks: list[float]

    def y(self, value: float) -> float:
        value = min(max(value, self.low), self.high)
        if self.log:
            part = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            part = (value - self.low) / (self.high - self.low)
        return round(BOTTOM - part * (BOTTOM - TOP), 1)


@dataclass(frozen=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    look: str
    words: str


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    look: str
    words: str


@dataclass(frozen=True)
class Path:
    """A line through neighbouring values: `points` as SVG wants them."""

    points: str
    look: str


@dataclass(frozen=True)
class Tick:
    at: float
    words: str


@dataclass(frozen=True)
class Drawing:
    bars: list[Bar]
    paths: list[Path]
    dots: list[Dot]
    up: list[Tick]
    across: list[Tick]


def draw(plot: Plot) -> Drawing:
    scale = scale_of(plot)
    lines = [one for one in plot.series if one.is_line]
    dots = {one.name: list(dots_of(plot, one, scale)) for one in lines}
    return Drawing(
        bars=list(bars_of(plot, scale)),
        paths=[path for one in lines for path in paths_of(one.look, dots[one.name])],
        dots=[dot for one in lines for dot in dots[one.name] if dot is not None],
        up=[Tick(scale.y(value), short(value)) for value in scale.ticks],
        across=labels_of(plot.labels),
    )


def scale_of(plot: Plot) -> Scale:
    """An axis that holds every bar, stacked, and every point."""
    bars = [one.values for one in plot.series if not one.is_line]
    highs = [sum(value or 0 for value in stack) for stack in zip(*bars, strict=True)] if bars else []
    values = [value for one in plot.series for value in one.values if value]
    if plot.log:
        return log_scale(min(values, default=1), max([*highs, *values], default=1))
    return linear_scale(plot.top or max([*highs, *values], default=1))


def linear_scale(high: float) -> Scale:
    """From 0 to the next round number, in about four round steps."""
    rough = high / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    count = math.ceil(high / step - 1e-9)
    return Scale(0, count * step, False, [n * step for n in range(count + 1)])


def log_scale(least: float, most: float) -> Scale:
    """From a little below the least value, so that it has a bar too, to a little above the most; at least a decade."""
    low = least / 2
    high = max(most * 1.25, low * 20)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    every = math.ceil(len(decades) / MOST_DECADES)
    for factors in ((1,), (1, 3), (1, 2, 5)):
        marks = [factor * 10.0**decade for decade in decades if decade % every == 0 for factor in factors]
        ticks = [mark for mark in marks if low <= mark <= high]
        if len(ticks) >= 3:
            break
    return Scale(low, high, True, ticks)


def slot(count: int) -> float:
    """The width that belongs to one label."""
    return (RIGHT - LEFT) / max(count, 1)


def middle(place: int, count: int) -> float:
    return round(LEFT + (place + 0.5) * slot(count), 1)


def bars_of(plot: Plot, scale: Scale) -> Iterator[Bar]:
    count = len(plot.labels)
    width = min(slot(count) * 0.72, 44)
    for place, label in enumerate(plot.labels):
        below = 0.0
        for one in plot.series:
            value = one.values[place]
            if one.is_line or not value:
                continue
            foot, head = scale.y(below), scale.y(below + value)
            x = round(middle(place, count) - width / 2, 1)
            yield Bar(x, head, round(width, 1), round(foot - head, 1), one.look, words(plot, one, label, value))
            below += value


def dots_of(plot: Plot, one: Series, scale: Scale) -> Iterator[Dot | None]:
    """A point for each value; None where there is none, or where a log scale has no place for it."""
    for place, (label, value) in enumerate(zip(plot.labels, one.values, strict=True)):
        if value is None or (plot.log and value <= 0):
            yield None
        else:
            yield Dot(middle(place, len(plot.labels)), scale.y(value), one.look, words(plot, one, label, value))


def paths_of(look: str, dots: list[Dot | None]) -> Iterator[Path]:
    """A line through each run of points; where values are missing it is broken."""
    for is_there, run in groupby(dots, key=lambda dot: dot is not None):
        if is_there:
            yield Path(" ".join(f"{dot.x},{dot.y}" for dot in run if dot), look)


def labels_of(labels: Sequence[str]) -> list[Tick]:
    """Those labels that have room, the first and the last among them."""
    longest = max((len(label) for label in labels), default=0) + 1
    every = max(math.ceil(longest * CHARACTER / slot(len(labels))), 1)
    last = len(labels) - 1
    shown = [place for place in range(len(labels)) if place == 0 or (place >= every and (last - place) % every == 0)]
    return [Tick(middle(place, len(labels)), labels[place]) for place in shown]


def words(plot: Plot, one: Series, label: str, value: float) -> str:
    """What is said when somebody points at it."""
    return f"{label}, {one.name}: {number(value)} {plot.unit}"


def number(value: float | None) -> str:
    """For people: thousands parted, three digits that matter below a hundred."""
    if value is None:
        return "–"
    if value == 0 or value >= 100 or isinstance(value, int):
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 0.001 else f"{value:.1g}"


def short(value: float) -> str:
    """For an axis: 1500000 is 1.5M."""
    for power, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= power:
            return f"{value / power:.3g}{letter}"
    return f"{value:.3g}"
