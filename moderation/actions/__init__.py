"""What people report, what staff decide, and what may be said to that. Page, API, admin and command call the same."""

from moderation.actions.appealing import answer, appeal
from moderation.actions.cases import claim, note, open_case, release
from moderation.actions.deciding import decide, undo
from moderation.actions.reporting import answer_reports, report
from moderation.actions.staffing import make_staff

__all__ = [
    "answer",
    "answer_reports",
    "appeal",
    "claim",
    "decide",
    "make_staff",
    "note",
    "open_case",
    "release",
    "report",
    "undo",
]
