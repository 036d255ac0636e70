"""How the lab says things."""

from feeds.meter import WHOLE
from feeds.plots import number


def threshold_words(threshold: int) -> str:
    """A fixed threshold as a way of delivery; 0 is pull, the last is push."""
    named = {0: "Pull everybody", WHOLE: "Push everybody"}
    return named.get(threshold, f"Push authors with up to {threshold:,} followers")


def difference(cost: float, other: float | None) -> tuple[float, str] | None:
    """(per cent, "less" or "more") that `cost` is against the other; None where that is nothing."""
    if not other:
        return None
    part = cost / other - 1
    return abs(100 * part), "more" if part > 0 else "less"


def time_words(seconds: float) -> str:
    """An age or a cost, in the unit that fits it: 0.0763 is "76.3 ms"."""
    for size, unit in ((86_400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        if seconds >= size:
            return f"{number(seconds / size)} {unit}"
    return f"{number(seconds * 1000)} ms"
