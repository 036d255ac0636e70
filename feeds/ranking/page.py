"""A page of a ranked home.

What holds of a scroll, which is all the pages that one cursor after the other leads to:

- The newest 500 entries are ordered when its first page is asked for. That order, the scores and their terms stay,
  whatever is posted, liked or shared meanwhile; each page shows what the rules of that moment allow. So every
  candidate that may still be seen comes exactly once, and new posts come at the top of the next scroll.
- Below them it goes on chronologically, as home does, from where they end.
- It lives two hours after its last page. Who comes later is told so and begins a new one: going on below the 500
  would lose what they have not come to. Redis has no part in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, NamedTuple

from django.utils import timezone

from feeds import counts, timeline
from feeds.ranking import candidates, formula, frozen, learned
from feeds.ranking.asking import asked_of
from feeds.ranking.frozen import Frozen, Placed
from feeds.ranking.swaps import swapped
from feeds.ranking.values import CHRONOLOGICAL, ENGAGEMENT, ML, RANKINGS, Candidate, Choice, Explained, Scored
from feeds.timeline import LONGEST_POSTING, Scroll
from feedsite.pagination import PageRequest, bad_cursor
from posts.models import first_id_at


@dataclass(frozen=True)
class RankedPage(timeline.Page):
    """Rows in the order of the ranking that was really used, and what was summed for those that were scored.

    `first_position` is the place of the first row in the scroll, from 0; below the candidates `scroll_id` is 0.
    `newest` is the newest entry that was there when it was read; nothing newer stands further down.
    `experiment` and `arm` are named where an arm decided the order, `model` is the learned one that did, or 0.
    """

    ranking: str
    scored: dict[int, Explained]
    first_position: int = 0
    scroll_id: int = 0
    newest: int = 0
    experiment: str = ""
    arm: str = ""
    model: int = 0


class Position(NamedTuple):
    """Where a reader is in a ranked scroll: `place` entries are behind them, `rest` is what comes below the candidates.

    `scroll_id` is 0 where the candidates are behind them, `model` where no learned one has ordered them.
    """

    scroll_id: int
    place: int
    ranking: str
    model: int
    rest: Scroll

    @classmethod
    def read(cls, cursor: tuple[int, ...]) -> "Position":
        if len(cursor) < 8:
            raise bad_cursor()
        scroll_id, place, ranking, model, *rest = cursor
        return cls(scroll_id, place, RANKINGS[ranking], model, Scroll.read(tuple(rest)))

    def flat(self) -> list[int]:
        return [self.scroll_id, self.place, RANKINGS.index(self.ranking), self.model, *self.rest.position()]


def ranked_page(reader: Any, asked: PageRequest, choice: Choice) -> RankedPage:
    """The page asked for; two queries for the first, one for a later one, one or two more where the candidates end.

    Raises frozen.Gone for a later page of an order that is not kept any more.
    """
    if asked.cursor is None:
        return first_page(reader, asked, choice)
    position = Position.read(asked.cursor)
    rows = []
    if position.scroll_id:
        rows = frozen.go_on(reader.pk, position.scroll_id, position.place, asked.limit + 1)
    return page_from(reader, asked, position, rows)


def first_page(reader: Any, asked: PageRequest, choice: Choice) -> RankedPage:
    safe = first_id_at(timezone.now() - LONGEST_POSTING)
    counts.note_read(reader.pk)
    if choice.ranking == ENGAGEMENT and not choice.diversity and not choice.swaps:
        begun, used = frozen.begin_by_formula(reader.pk, choice.weights, candidates.MOST), ENGAGEMENT
    else:
        begun, used = begin(reader.pk, choice)
    if begun is None:
        return RankedPage([], None, ENGAGEMENT, {})
    rows = frozen.go_on(reader.pk, begun.scroll_id, 0, asked.limit + 1)
    model = learned.known.model_id or 0 if used == ML else 0
    return page_from(reader, asked, Position(begun.scroll_id, 0, used, model, below(begun, safe)), rows)


def begin(reader_id: int, choice: Choice) -> tuple[Frozen | None, str]:
    """A scroll whose order is made here, and by what it was made."""
    look = candidates.of_reader if choice.ranking == ML else candidates.of_reader_in_brief
    found = look(reader_id, limit=candidates.MOST)
    if not found:
        return None, ENGAGEMENT
    ordered, used = in_order(found, choice)
    return frozen.begin(reader_id, ordered), used


def in_order(found: list[Candidate], choice: Choice) -> tuple[list[Scored], str]:
    """The candidates best first, and by what they were ranked: the formula stands in for a model that is missing."""
    if choice.ranking == ML and (ordered := learned.rank(found, choice)) is not None:
        return swapped(ordered, choice.swaps, Random()), ML
    ordered = formula.ranked(found, choice.weights, diversity=choice.diversity)
    return swapped(ordered, choice.swaps, Random()), ENGAGEMENT


def below(begun: Frozen, safe: int) -> Scroll:
    """The chronological scroll that goes on below the candidates, as if they had been its pages.

    Fewer than are looked for are the whole timeline.
    """
    bottom = begun.oldest if begun.number == candidates.MOST else 0
    seen = tuple(share for share in begun.shares if share > safe)
    return Scroll(bottom, begun.newest, safe, seen).kept_short()


def page_from(reader: Any, asked: PageRequest, position: Position, rows: list[Placed]) -> RankedPage:
    """The page out of one row more than it needs, filled up from below where the candidates end."""
    shown = rows[: asked.limit]
    page = RankedPage(
        [one.row for one in shown],
        None,
        position.ranking,
        {one.row.entry_id: one.explained for one in shown},
        position.place,
        position.scroll_id,
        position.rest.top,
        model=position.model,
    )
    after = position._replace(place=shown[-1].place + 1) if shown else position
    if len(rows) > asked.limit:
        return replace(page, next_cursor=asked.next_cursor(*after.flat()))
    return filled(reader, asked, page, after)


def filled(reader: Any, asked: PageRequest, page: RankedPage, after: Position) -> RankedPage:
    """The last of the candidates, and after them what comes below."""
    missing, rest = asked.limit - len(page.rows), after.rest
    found = timeline.skeleton(reader, rest, limit=missing + 1) if rest.below else []
    more = found[:missing]
    if len(found) == len(more):
        return replace(page, rows=page.rows + more)
    rest = rest.after(more) if more else rest
    onward = Position(0, after.place + len(more), after.ranking, after.model, rest)
    return replace(page, rows=page.rows + more, next_cursor=asked.next_cursor(*onward.flat()))


def home(reader: Any, query: Mapping[str, str]) -> RankedPage:
    """The page of home that a query string asks for: `ranking`, `cursor`, `limit`; raises Invalid."""
    asked, choice = asked_of(reader, query)
    page = chronological_page(reader, asked) if choice.ranking == CHRONOLOGICAL else ranked_page(reader, asked, choice)
    return replace(page, experiment=choice.experiment, arm=choice.arm) if choice.experiment else page


def chronological_page(reader: Any, asked: PageRequest) -> RankedPage:
    page = timeline.home(reader, asked)
    newest = page.rows[0].entry_id if page.rows else 0
    passed = Scroll.read(asked.cursor).passed
    return RankedPage(page.rows, page.next_cursor, CHRONOLOGICAL, {}, passed, newest=newest)
