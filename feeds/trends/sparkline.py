"""A row of numbers as a small drawing, for `templates/feeds/trends/_sparkline.html`. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 96, 28
# Room for the line's own width and the dot at its end.
EDGE = 3


class Sparkline(NamedTuple):
    """`line` and `area` as SVG wants points, and where the dot is."""

    line: str
    area: str
    x: float
    y: float
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(values: Sequence[int]) -> Sparkline:
    """The line from the first to the last of the values, two at least; the highest touches the top."""
    highest = max(*values, 1)
    step = (WIDTH - 2 * EDGE) / (len(values) - 1)
    points = [
        (round(EDGE + number * step, 1), round(HEIGHT - EDGE - value / highest * (HEIGHT - 2 * EDGE), 1))
        for number, value in enumerate(values)
    ]
    line = " ".join(f"{x},{y}" for x, y in points)
    foot = HEIGHT - EDGE
    return Sparkline(line, f"{EDGE},{foot} {line} {points[-1][0]},{foot}", *points[-1])
