"""What people are told of decisions, in the language that is spoken at the moment. Values in, words out."""

from django.utils.formats import date_format
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.models import Act, Appeal, Category, Decision, Report

QUOTED_LENGTH = 80
SAID = {
    Act.HOLD: gettext_lazy("Your post waits until a moderator has looked at it."),
    Act.HIDE: gettext_lazy("The moderators have hidden your post."),
    Act.DELETE: gettext_lazy("The moderators have deleted your post."),
    Act.WARN: gettext_lazy("The moderators warn you."),
    Act.LIMIT: gettext_lazy("The moderators have limited your account: only your followers see what you post."),
    Act.SUSPEND: gettext_lazy("The moderators have suspended your account."),
    Act.APPROVE: gettext_lazy("A moderator has looked at your post, and it is there."),
    Act.RESTORE: gettext_lazy("Your post is there again."),
    Act.UNWARN: gettext_lazy("A warning was taken back."),
    Act.UNLIMIT: gettext_lazy("Your account is no longer limited."),
    Act.UNSUSPEND: gettext_lazy("Your account is no longer suspended."),
}
ACTED = gettext_lazy("We have looked at what you reported, and done something about it.")
NOT_ACTED = gettext_lazy("We have looked at what you reported, and found nothing against the rules.")


def said(decision: Decision) -> str:
    """One sentence of what was decided; "" for what is not told."""
    return str(SAID.get(Act(decision.act), ""))


def told(decision: Decision) -> str:
    """The same with which post it is, what it is for and what the staff say to it."""
    sentence = said(decision)
    if not sentence:
        return ""
    parts = [sentence]
    if words := excerpt(decision):
        parts.append(f"“{quoted(words)}”")
    if decision.category and decision.undoes_id is None:
        parts.append(_("Why: %(category)s.") % {"category": Category(decision.category).label})
    return " ".join([*parts, *([decision.message] if decision.message else [])])


def quoted(excerpt: str) -> str:
    return Truncator(" ".join(excerpt.split())).chars(QUOTED_LENGTH)


def refused(appeal: Appeal) -> str:
    return " ".join([_("The moderators have looked again, and it stays as it is."), appeal.answer])


def answered(report: Report, *, has_acted: bool) -> str:
    """No word of what was done, or to whom."""
    day = date_format(report.created_at, "DATE_FORMAT")
    return " ".join([_("Thank you for your report of %(day)s.") % {"day": day}, str(ACTED if has_acted else NOT_ACTED)])


def excerpt(decision: Decision) -> str:
    """The words of the post as they stood; "" where it is about the account."""
    return str(decision.facts.get("excerpt", "")) if decision.post_id else ""
