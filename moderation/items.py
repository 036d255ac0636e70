"""Reports and decisions as the pages show them."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from moderation import queries, words
from moderation.models import Act, Appeal, Category
from posts.models import Post

ICONS = {
    Act.HOLD: "clock",
    Act.HIDE: "eye-off",
    Act.DELETE: "bin",
    Act.WARN: "warning",
    Act.LIMIT: "lock",
    Act.SUSPEND: "block",
}


@dataclass(frozen=True)
class ReportItem:
    """A report with the post or the person, where the reporter may still see them."""

    report: Any
    post: Post | None
    person: User | None

    @property
    def category(self) -> str:
        return str(Category(self.report.category).label)

    @property
    def outcome(self) -> queries.Outcome:
        return queries.outcome(self.report)


@dataclass(frozen=True)
class DecisionItem:
    """A decision about the viewer, from `decisions_about`."""

    decision: Any

    @property
    def icon(self) -> str:
        return ICONS.get(Act(self.decision.act), "check")

    @property
    def sentence(self) -> str:
        return words.said(self.decision)

    @property
    def category(self) -> str:
        """What it is for; "" for what undoes another."""
        decision = self.decision
        return str(Category(decision.category).label) if decision.category and decision.undoes_id is None else ""

    @property
    def excerpt(self) -> str:
        return words.excerpt(self.decision)

    @property
    def stands(self) -> bool:
        return queries.stands(self.decision)

    @property
    def is_taken_back(self) -> bool:
        return hasattr(self.decision, "undone")

    @property
    def may_appeal(self) -> bool:
        return queries.may_appeal(self.decision)

    @property
    def appeal(self) -> Appeal | None:
        return queries.appeal_of(self.decision)
