"""A score as people read it: its terms by name, in points that add up. Pure.

A point is a hundredth; terms are shown to a tenth of one. Rounded each by itself they would miss the total, so what
is left over goes to those that lost most by rounding.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from itertools import accumulate, pairwise
from math import floor
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from feeds.ranking.values import Candidate

TENTHS = 1000
# What each term is called; in the order of `formula.parts_of`, then what a learned score is made of.
NAMES: dict[str, Promise] = {
    "recency": gettext_lazy("How new"),
    "popularity": gettext_lazy("Popularity"),
    "closeness": gettext_lazy("Closeness"),
    "media": gettext_lazy("Pictures and videos"),
    "replies": gettext_lazy("Conversation"),
    "like": gettext_lazy("You may like it"),
    "comment": gettext_lazy("You may answer it"),
    "share": gettext_lazy("You may share it"),
    "hide": gettext_lazy("You may not want it"),
    "person": gettext_lazy("More or less of them"),
    "diversity": gettext_lazy("Further posts of one author"),
}


class Segment(NamedTuple):
    """A piece of a bar that is a hundred long; text, since a drawing knows no decimal comma."""

    key: str
    start: str
    length: str


class Term(NamedTuple):
    """One summand: its key in `Scored.parts`, its tenths of a point, its part of a bar's length, and its facts."""

    key: str
    tenths: int
    share: float
    fact: str

    @property
    def name(self) -> Any:
        return NAMES.get(self.key, self.key)

    @property
    def points(self) -> float:
        return self.tenths / 10

    @property
    def segments(self) -> list[Segment]:
        """The term on a bar of its own."""
        return segments([self])


class Sum(NamedTuple):
    terms: list[Term]
    tenths: int

    @property
    def points(self) -> float:
        return self.tenths / 10

    @property
    def counting(self) -> list[Term]:
        """Those that change anything."""
        return [term for term in self.terms if term.tenths]

    @property
    def segments(self) -> list[Segment]:
        """What speaks for it, piece after piece on one bar."""
        return segments([term for term in self.terms if term.tenths > 0])


def segments(terms: list[Term]) -> list[Segment]:
    ends = list(accumulate((term.share * 100 for term in terms), initial=0.0))
    return [
        Segment(term.key, f"{start:.1f}", f"{end - start:.1f}")
        for term, (start, end) in zip(terms, pairwise(ends), strict=True)
    ]


def sum_of(parts: Mapping[str, float], candidate: Candidate | None = None, full: float | None = None) -> Sum:
    """The terms of a score, with the facts of its candidate; a bar of full length stands for `full`, or the largest."""
    full = full or max(map(abs, parts.values()), default=0.0) or 1.0
    tenths = rounded(parts)
    terms = [
        Term(key, tenths[key], min(abs(part) / full, 1.0), fact_of(key, candidate) if candidate else "")
        for key, part in parts.items()
    ]
    return Sum(terms, sum(tenths.values()))


def rounded(parts: Mapping[str, float]) -> dict[str, int]:
    """The parts in tenths of a point; they add up to the rounded sum."""
    exact = {key: part * TENTHS for key, part in parts.items()}
    down = {key: floor(part) for key, part in exact.items()}
    missing = round(sum(exact.values())) - sum(down.values())
    for key in sorted(exact, key=lambda key: down[key] - exact[key])[: max(missing, 0)]:
        down[key] += 1
    return down


def fact_of(key: str, one: Candidate) -> str:
    """What the term was made of, in a few words; empty where its name says it all."""
    return FACTS[key](one) if key in FACTS else ""


def comments(number: int) -> str:
    return ngettext("%(number)d comment", "%(number)d comments", number) % {"number": number}


def age(hours: float) -> str:
    if hours < 1:
        minutes = max(int(hours * 60), 0)
        return ngettext("%(number)d minute old", "%(number)d minutes old", minutes) % {"number": minutes}
    if hours < 48:
        return ngettext("%(number)d hour old", "%(number)d hours old", int(hours)) % {"number": int(hours)}
    return ngettext("%(number)d day old", "%(number)d days old", int(hours / 24)) % {"number": int(hours / 24)}


def dealings(number: int) -> str:
    if not number:
        return _("you did not deal with them in 30 days")
    words = ngettext(
        "you dealt with them %(number)d time in 30 days", "you dealt with them %(number)d times in 30 days", number
    )
    return words % {"number": number}


def attached(number: int) -> str:
    return ngettext("%(number)d attached", "%(number)d attached", number) % {"number": number}


def popularity(likes: int, answers: int) -> str:
    return ngettext("%(number)d like", "%(number)d likes", likes) % {"number": likes} + ", " + comments(answers)


FACTS: dict[str, Callable[[Candidate], str]] = {
    "recency": lambda one: age(one.age_hours),
    "popularity": lambda one: popularity(one.likes, one.comments),
    "closeness": lambda one: dealings(one.interactions),
    "media": lambda one: attached(one.media),
    "replies": lambda one: comments(one.comments),
    "person": lambda one: _("you want more of them") if one.nudge > 0 else _("you want less of them"),
}


# What each of `features.NAMES` is about: several look at the same thing, and are told of as one.
ABOUT: dict[str, Promise] = {
    **dict.fromkeys(("recency", "log_age"), gettext_lazy("How new it is")),
    **dict.fromkeys(("log_entry_age", "entry_recency", "just_now", "today"), gettext_lazy("When it came to you")),
    **dict.fromkeys(("popularity", "log_likes", "log_comments"), gettext_lazy("How popular it is")),
    **dict.fromkeys(("log_shares", "log_rate"), gettext_lazy("How popular it is")),
    **dict.fromkeys(("closeness", "log_interactions", "has_interacted"), gettext_lazy("How close you are")),
    "close_and_new": gettext_lazy("How close you are"),
    "is_shared": gettext_lazy("Whether somebody shared it"),
    "follows_back": gettext_lazy("Whether the author follows you"),
    "log_followers": gettext_lazy("How many follow the author"),
    "log_posting": gettext_lazy("How often the author posts"),
    "media": gettext_lazy("Whether it has pictures or videos"),
    "has_link": gettext_lazy("Whether it has a link"),
    "has_poll": gettext_lazy("Whether it has a poll"),
    "is_quote": gettext_lazy("Whether it quotes a post"),
    "log_length": gettext_lazy("How long it is"),
}


class Feature(NamedTuple):
    """What a model looked at, and whether that spoke for the post."""

    name: str
    is_for: bool


def features_of(moved: list[tuple[str, float]]) -> list[Feature]:
    """What moved a learned score, the strongest first; what moved nothing is left out."""
    sums: dict[str, float] = defaultdict(float)
    for key, by in moved:
        sums[str(ABOUT.get(key, key))] += by
    strongest = sorted(sums.items(), key=lambda pair: -abs(pair[1]))
    return [Feature(name, by > 0) for name, by in strongest if by]
