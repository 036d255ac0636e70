"""What people have reported, what was decided about them, and what is still to be told."""

from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import BooleanField, Exists, OuterRef, Q, QuerySet, TextChoices, When
from django.db.models import Case as Switch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from moderation.models import (
    APPEAL_DAYS,
    APPEALABLE,
    OF_LIMITS,
    OF_POSTS,
    OF_SUSPENSIONS,
    UNDOES,
    Act,
    Appeal,
    Case,
    Decision,
    Report,
)
from posts.hydrate import visible_posts
from posts.models import Post
from social.queries import blocks_viewer

UNANSWERED_AT_ONCE = 100
# What nobody is told of is nothing they are shown.
TOLD = [act for act in Act if act != Act.DISMISS]


class Outcome(TextChoices):
    """What came of a report, as far as its reporter hears of it."""

    OPEN = "open", _("Being looked at")
    ACTED = "acted", _("Something was done")
    NOTHING = "nothing", _("Nothing against the rules was found")


def reports_by(reporter: Any, *, below: int | None) -> QuerySet[Report]:
    """What one has reported, newest first, each with its case and `has_acted`; one query."""
    acts = Decision.objects.filter(case=OuterRef("case"), act__in=APPEALABLE)
    reports = Report.objects.filter(reporter=reporter.pk).annotate(has_acted=Exists(acts))
    if below is not None:
        reports = reports.filter(pk__lt=below)
    return reports.select_related("case").order_by("-pk")


def outcome(report: Any) -> Outcome:
    """Of a report from `reports_by`."""
    if report.case.state == Case.State.OPEN:
        return Outcome.OPEN
    return Outcome.ACTED if report.has_acted else Outcome.NOTHING


def subjects(viewer: Any, reports: list[Report]) -> tuple[dict[int, Post], dict[int, User]]:
    """The posts and people that were reported and that the viewer may still see, by their ids; 2 queries."""
    ids = [report.case.post_id for report in reports if report.case.post_id]
    about = [report.case.about_id for report in reports if not report.case.is_about_post]
    people = User.objects.active().filter(~blocks_viewer(viewer, "pk")).in_bulk(about) if about else {}
    return visible_posts(viewer, ids) if ids else {}, people


def decisions_about(person: Any, *, below: int | None) -> QuerySet[Decision]:
    """What was decided about somebody and told to them, newest first, with the appeal and what undid it; one query."""
    decisions = Decision.objects.filter(about=person.pk, act__in=TOLD)
    if below is not None:
        decisions = decisions.filter(pk__lt=below)
    return decisions.annotate(is_settled=settled()).select_related("appeal", "undone").order_by("-pk")


def settled() -> Switch:
    """Whether a newer decision about the same thing holds in its place."""
    newer = Decision.objects.filter(about=OuterRef("about"), pk__gt=OuterRef("pk"))
    of_post = Q(act__in=OF_POSTS) & Q(Exists(newer.filter(post=OuterRef("post"), act__in=OF_POSTS)))
    of_account = [Q(act__in=acts) & Q(Exists(newer.filter(act__in=acts))) for acts in (OF_LIMITS, OF_SUSPENSIONS)]
    return Switch(When(reduce(or_, of_account, of_post), then=True), default=False, output_field=BooleanField())


def stands(decision: Any) -> bool:
    """Whether what it took away is away still; of a decision from `decisions_about`."""
    return decision.act in UNDOES and not decision.is_settled and not hasattr(decision, "undone")


def may_appeal(decision: Any) -> bool:
    since = timezone.now() - timedelta(days=APPEAL_DAYS)
    is_open = decision.act in APPEALABLE and decision.created_at >= since
    return is_open and stands(decision) and appeal_of(decision) is None


def appeal_of(decision: Decision) -> Appeal | None:
    return getattr(decision, "appeal", None)


def unanswered_cases() -> list[int]:
    """Closed cases of which somebody was not told for a minute, UNANSWERED_AT_ONCE at most."""
    before = timezone.now() - timedelta(minutes=1)
    waiting = Report.objects.filter(answered_at=None, case__state=Case.State.CLOSED, case__closed_at__lt=before)
    return list(waiting.order_by().values_list("case", flat=True).distinct()[:UNANSWERED_AT_ONCE])
