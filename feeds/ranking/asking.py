"""Which page of home is asked for: the first of a scroll, by what orders it, or a later one of one that has begun."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from feeds.experiments.choosing import find_treatment, note_met
from feeds.ranking.choosing import by_setting
from feeds.ranking.values import CHRONOLOGICAL, ENGAGEMENT, ML, RANKINGS, Choice
from feedsite.errors import Invalid
from feedsite.pagination import PageRequest, bad_cursor, page_request, read_cursor

# A cursor is of one ranking, and says whether an experiment decided its scroll.
LIST_NAMES = {
    (CHRONOLOGICAL, False): "home",
    (ENGAGEMENT, False): "home:engagement",
    (ML, False): "home:ml",
    (CHRONOLOGICAL, True): "home:decided",
    (ENGAGEMENT, True): "home:engagement:decided",
    (ML, True): "home:ml:decided",
}


@dataclass(frozen=True)
class DecidedRequest(PageRequest):
    """A page of a scroll that an experiment decides: its cursors begin with the experiment's id."""

    experiment_id: int

    def next_cursor(self, *position: int) -> str:
        return super().next_cursor(self.experiment_id, *position)


def asked_of(reader: Any, query: Mapping[str, str]) -> tuple[PageRequest, Choice]:
    """The page that a query string asks for, and by what it is ordered; raises Invalid.

    The ranking is the one asked for, else that of the cursor, else an experiment's or the reader's own.
    """
    ranking = asked_ranking(query)
    return going_on(reader, query, ranking) if "cursor" in query else beginning(reader, query, ranking)


def asked_ranking(query: Mapping[str, str]) -> str | None:
    """The ranking that is asked for in so many words."""
    ranking = query.get("ranking")
    if ranking is None or ranking in RANKINGS:
        return ranking
    reason = _("Choose one of %(names)s.") % {"names": ", ".join(RANKINGS)}
    raise Invalid(reason, fields={"ranking": [reason]})


def beginning(reader: Any, query: Mapping[str, str], ranking: str | None) -> tuple[PageRequest, Choice]:
    """The first page of a scroll. Whoever's experiment decides it has met that, once it is known that it is a page."""
    treatment, choice = None if ranking else find_treatment(reader), by_setting(reader, ranking)
    if treatment is None:
        return page_request(query, list_name=LIST_NAMES[choice.ranking, False], viewer=reader), choice
    choice = treatment.over(choice)
    asked = page_request(query, list_name=LIST_NAMES[choice.ranking, True], viewer=reader)
    note_met(reader, treatment)
    return decided(asked, treatment.experiment.pk), choice


def going_on(reader: Any, query: Mapping[str, str], ranking: str | None) -> tuple[PageRequest, Choice]:
    """A scroll goes on as it began, whatever the reader has set since; its arm is named while that still decides.

    No query, but for a scroll that an experiment has decided. Weights play no part in it any more.
    """
    kind = kind_of(query["cursor"], reader, [ranking] if ranking else RANKINGS)
    asked = page_request(query, list_name=LIST_NAMES[kind], viewer=reader)
    choice, is_decided = Choice(kind[0]), kind[1]
    if not is_decided or asked.cursor is None:
        return asked, choice
    treatment = find_treatment(reader)
    if treatment and treatment.experiment.pk == asked.cursor[0]:
        choice = treatment.named(choice)
    return decided(asked, asked.cursor[0]), choice


def decided(asked: PageRequest, experiment_id: int) -> DecidedRequest:
    """The same page of a scroll that the experiment decides."""
    position = None if asked.cursor is None else asked.cursor[1:]
    return DecidedRequest(asked.limit, position, asked.list_name, asked.viewer_id, experiment_id)


def kind_of(cursor: str, reader: Any, rankings: Iterable[str]) -> tuple[str, bool]:
    """Of which of the rankings the cursor is, and whether an experiment has decided its scroll; raises Invalid."""
    for kind, list_name in LIST_NAMES.items():
        if kind[0] in rankings:
            with suppress(Invalid):
                read_cursor(cursor, list_name, reader.pk)
                return kind
    raise bad_cursor()
