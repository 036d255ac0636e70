"""Reports: anybody may say that something breaks the rules, and is told what came of it."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import limits
from feedsite.errors import Invalid, NotFound
from feedsite.languages import speaking_to
from moderation import excerpts, words
from moderation.actions.cases import checked_text, open_case
from moderation.models import COMMENT_LENGTH, Case, Category, Report
from posts.models import Post
from posts.queries import get_original
from social.actions import notify_moderation
from social.queries import may_know_of

ANSWERED_AT_ONCE = 500


@transaction.atomic
def report(
    *, reporter: User, category: str, comment: str = "", post_id: int | None = None, user_id: int | None = None
) -> Report:
    """Reports a post or an account; of a share what it shares. The same again, while it is open, is the first report.

    Raises NotFound for what the reporter may not see, Invalid naming what to change.
    """
    if category not in Category.values:
        reason = _("Choose one of %(names)s.") % {"names": ", ".join(Category.values)}
        raise Invalid(reason, fields={"category": [reason]})
    said = checked_text("comment", comment, most=COMMENT_LENGTH, may_be_empty=True)
    about, post = subject(reporter, post_id, user_id)
    limits.take("report", reporter.pk)
    case = open_case(about, post, 0)
    known = Report.objects.filter(case=case, reporter=reporter).first()
    if known is not None:
        return known
    Case.objects.filter(pk=case.pk).update(reports_count=F("reports_count") + 1, weight=F("weight") + 1)
    excerpt = excerpts.of_post(post) if post else excerpts.of_person(about)
    return Report.objects.create(case=case, reporter=reporter, category=category, comment=said, excerpt=excerpt)


def subject(reporter: User, post_id: int | None, user_id: int | None) -> tuple[User, Post | None]:
    """Whom it is about, and the post where it is about one."""
    if (post_id is None) == (user_id is None):
        reason = _("Say which post or which account, and not both.")
        raise Invalid(reason, fields={"post_id": [reason], "user_id": [reason]})
    post = get_original(reporter, post_id) if post_id is not None else None
    about = post.author if post else User.objects.filter(pk=user_id).first()
    if about is None or not may_know_of(reporter, about):
        raise NotFound()
    if about.pk == reporter.pk:
        field = "post_id" if post else "user_id"
        reason = _("What is one’s own is not reported. Delete or change it.")
        raise Invalid(reason, fields={field: [reason]})
    return about, post


def answer_reports(case_id: int) -> int:
    """Tells those who reported what came of it, each once; how many, ANSWERED_AT_ONCE at most."""
    case = Case.objects.filter(pk=case_id, state=Case.State.CLOSED).first()
    if case is None:
        return 0
    with transaction.atomic():
        waiting = Report.objects.filter(case=case, answered_at=None).select_related("reporter").order_by("pk")
        taken = list(waiting.select_for_update(skip_locked=True, of=("self",))[:ANSWERED_AT_ONCE])
        for one in taken:
            with speaking_to(one.reporter):
                said = words.answered(one, has_acted=case.has_acted())
            notify_moderation(recipient_id=one.reporter_id, text=said)
        Report.objects.filter(pk__in=[one.pk for one in taken]).update(answered_at=timezone.now())
    return len(taken)
