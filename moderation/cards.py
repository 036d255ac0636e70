"""Reports and decisions as data, for those who made them and whom they are about."""

from typing import Any

from feedsite.rendering import stamp
from moderation import words
from moderation.models import Appeal, Decision, Report
from moderation.queries import appeal_of, may_appeal, outcome, stands


def report_card(report: Report) -> dict[str, Any]:
    """For the reporter; the report comes from `reports_by`."""
    case = report.case
    return {
        "report_id": str(report.pk),
        "post_id": str(case.post_id) if case.post_id else None,
        "user_id": str(case.about_id),
        "category": report.category,
        "comment": report.comment,
        "state": outcome(report).value,
        "created_at": stamp(report.created_at),
    }


def decision_card(decision: Decision) -> dict[str, Any]:
    """For the person; the decision comes from `decisions_about`."""
    appeal = appeal_of(decision)
    return {
        "decision_id": str(decision.pk),
        "act": decision.act,
        "category": decision.category,
        "text": words.said(decision),
        "message": decision.message,
        "post_id": str(decision.post_id) if decision.post_id else None,
        "excerpt": words.excerpt(decision),
        "stands": stands(decision),
        "may_appeal": may_appeal(decision),
        "appeal": appeal_card(appeal) if appeal else None,
        "created_at": stamp(decision.created_at),
    }


def appeal_card(appeal: Appeal) -> dict[str, Any]:
    return {
        "text": appeal.text,
        "state": appeal.state,
        "answer": appeal.answer,
        "created_at": stamp(appeal.created_at),
    }
