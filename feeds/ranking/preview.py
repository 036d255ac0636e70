"""What would stand on top of home by weights that are only tried out. Nothing is stored."""

from typing import Any, NamedTuple

from feeds import timeline
from feeds.ranking import candidates, formula, shown
from feeds.ranking.terms import Sum, sum_of
from feeds.ranking.values import Scored, Weights

TOP = 10


class Row(NamedTuple):
    """A post at its place (from 1), with its place by time and its score; bars are of the best one's length."""

    place: int
    place_by_time: int
    item: timeline.Item
    sum: Sum

    @property
    def climbed(self) -> int:
        """By how many places it stands above where time alone would put it."""
        return self.place_by_time - self.place


def top(reader: Any, weights: Weights, *, diversity: bool) -> list[Row]:
    """The best TOP of the reader's newest candidates."""
    found = candidates.of_reader(reader.pk)
    best = formula.ranked(found, weights, diversity=diversity)[:TOP]
    by_time = {one.entry_id: place for place, one in enumerate(found, 1)}
    entries = [timeline.Entry(one.candidate.entry_id, one.candidate.shown_id) for one in best]
    items = shown.items(reader, entries)
    full = max((given(one) for one in best), default=1.0) or 1.0
    seen = [one for one in best if one.candidate.entry_id in items]
    return [
        Row(
            place,
            by_time[one.candidate.entry_id],
            items[one.candidate.entry_id],
            sum_of(one.parts, one.candidate, full),
        )
        for place, one in enumerate(seen, 1)
    ]


def given(one: Scored) -> float:
    """All that speaks for it: what bars have to have room for."""
    return sum(max(part, 0.0) for part in one.parts.values())
