"""Drawings of values, looked at where their bars and points are."""

from typing import Any

import pytest

from feeds import plots
from feeds.lab.words import time_words
from feeds.plots import Plot, Series


def drawn(values: list[Any], **more: Any) -> plots.Drawing:
    is_line = more.pop("is_line", False)
    labels = [str(place) for place in range(len(values))]
    series = [Series("One", values, "push", is_line=is_line)]
    return Plot("p", "P", "About.", "x", "u", labels, series, "Nothing.", **more).drawing


def test_bars_are_as_high_as_their_values():
    small, big = drawn([1, 4]).bars
    assert big.height == pytest.approx(4 * small.height, abs=0.5)
    assert [tick.words for tick in drawn([1, 4]).up] == ["0", "1", "2", "3", "4"]


def test_bars_stack_and_lines_break_where_nothing_is_known():
    series = [Series("A", [1, None], "push"), Series("B", [2, 3], "pull"), Series("C", [5, None], "best", True)]
    drawing = Plot("p", "P", "About.", "x", "u", ["a", "b"], series, "Nothing.").drawing
    below, above, alone = drawing.bars
    assert above.y + above.height == pytest.approx(below.y, abs=0.2)
    assert alone.y + alone.height == plots.BOTTOM
    assert len(drawn([1, None, 3, 4], is_line=True).paths) == 2


def test_a_log_scale_shows_one_and_a_million():
    drawing = drawn([1, 0, 1_000_000], log=True)
    assert len(drawing.bars) == 2
    assert drawing.bars[0].height > 5
    assert {"1", "1M"} <= {tick.words for tick in drawing.up}
    assert all(plots.TOP <= bar.y <= plots.BOTTOM for bar in drawing.bars)


@pytest.mark.parametrize("values", [[0.00001], [1e-9, 1e12], [5.0] * 40, [100], [0, 0, 3]])
@pytest.mark.parametrize("log", [False, True])
def test_any_values_are_drawn_inside(values, log):
    drawing = drawn(values, log=log, is_line=True)
    assert 2 <= len(drawing.up) <= 8
    assert all(plots.TOP <= dot.y <= plots.BOTTOM for dot in drawing.dots)
    shown = [tick.at for tick in drawing.across]
    assert all(after - before > 14 for before, after in zip(shown, shown[1:], strict=False))


def test_numbers_are_for_people():
    assert [plots.number(value) for value in (None, 0, 1234567, 999.7, 12.345, 0.00012)] == [
        "–", "0", "1,234,567", "1,000", "12.3", "0.0001",
    ]  # fmt: skip
    assert [plots.short(value) for value in (0, 0.03, 999, 1000, 2_500_000)] == ["0", "0.03", "999", "1k", "2.5M"]
    assert [time_words(seconds) for seconds in (0, 0.0763, 2.5, 90, 7200, 200_000)] == [
        "0 ms", "76.3 ms", "2.5 s", "1.5 min", "2 h", "2.31 d",
    ]  # fmt: skip
