"""Values in, a drawing out: differences with their intervals, drawn by `templates/feeds/lab/_intervals.html`. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.plots import Tick, linear_scale

WIDTH, LEFT, RIGHT, TOP, ROW = 400, 28, 372, 34, 46
# An interval that reaches further is cut there; a difference never is.
FURTHEST = 100.0


@dataclass(frozen=True)
class Interval:
    """A difference in per cent of the control; `once` and `always` are half the widths of its intervals."""

    label: str
    value: float
    once: float
    always: float
    # better, worse or unclear; its class in lab-plots.css.
    look: str

    @property
    def percent(self) -> str:
        return f"{self.value:+.1f} %"

    @property
    def words(self) -> str:
        low, high = self.value - self.always, self.value + self.always
        return f"{self.label}: {self.percent}, at all looks {low:+.1f} to {high:+.1f} %"


@dataclass(frozen=True)
class Line:
    """An interval where it is drawn: its text above, the line through y."""

    y: float
    text_y: float
    at: float
    once: tuple[float, float]
    always: tuple[float, float]
    interval: Interval


@dataclass(frozen=True)
class Intervals:
    """What is to be drawn; `name` is the id in the page."""

    name: str
    title: str
    about: str
    intervals: Sequence[Interval]

    width, left, right, top = WIDTH, LEFT, RIGHT, TOP

    @property
    def bottom(self) -> int:
        return TOP + ROW * len(self.intervals)

    @property
    def height(self) -> int:
        return self.bottom + 22

    @property
    def edge(self) -> float:
        """The per cent at both ends of the axis: a round number that holds all of it, or all up to FURTHEST."""
        widest = max((abs(one.value) + one.always for one in self.intervals), default=1.0)
        furthest = max((abs(one.value) for one in self.intervals), default=0.0)
        return linear_scale(min(max(widest, 0.1), max(FURTHEST, furthest))).high

    def x(self, percent: float) -> float:
        edge = self.edge
        part = (min(max(percent, -edge), edge) + edge) / (2 * edge)
        return round(LEFT + part * (RIGHT - LEFT), 1)

    @property
    def ticks(self) -> list[Tick]:
        edge = self.edge
        return [Tick(self.x(part * edge), f"{part * edge:+g} %" if part else "0") for part in (-1, -0.5, 0, 0.5, 1)]

    @property
    def lines(self) -> list[Line]:
        return [self.line(place, one) for place, one in enumerate(self.intervals)]

    def line(self, place: int, one: Interval) -> Line:
        y = TOP + ROW * place + 30
        once, always = ((self.x(one.value - half), self.x(one.value + half)) for half in (one.once, one.always))
        return Line(y, y - 12, self.x(one.value), once, always, one)
