"""Appeals: what somebody says against a decision about them, once, and what the staff answer."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import limits
from feedsite.errors import Conflict, Forbidden, NotFound
from moderation import permissions
from moderation.actions.cases import checked_text, hold_person
from moderation.actions.deciding import check_standing, undo
from moderation.actions.telling import tell_answer
from moderation.models import APPEAL_DAYS, APPEALABLE, MESSAGE_LENGTH, Appeal, Decision


@transaction.atomic
def appeal(*, author: User, decision_id: int, text: str) -> Appeal:
    """Asks the staff to look again; also who is suspended may.

    Raises NotFound for what is no decision against the author, Invalid, and Conflict where it is too late, was undone
    or settled by a newer decision, or was appealed against before.
    """
    decision = Decision.objects.filter(pk=decision_id, about=author, act__in=APPEALABLE).first()
    if decision is None:
        raise NotFound()
    said = checked_text("text", text, most=MESSAGE_LENGTH)
    limits.take("appeal", author.pk)
    if decision.created_at < timezone.now() - timedelta(days=APPEAL_DAYS):
        raise Conflict(_("One may appeal for %(days)d days. This was decided before that.") % {"days": APPEAL_DAYS})
    hold_person(author.pk)
    check_standing(decision)
    try:
        with transaction.atomic():
            return Appeal.objects.create(decision=decision, author=author, text=said)
    except IntegrityError:
        raise Conflict(_("You have appealed against this already.")) from None


@transaction.atomic
def answer(*, actor: User, appeal_id: int, grant: bool, answer: str) -> Appeal:
    """Answers an appeal: granted, the decision is undone. Raises Conflict where another has answered it."""
    found = Appeal.objects.select_related("decision__about", "author").filter(pk=appeal_id).first()
    if found is None:
        raise NotFound()
    if not permissions.may_answer(actor, found.decision.actor_id):
        raise Forbidden("Somebody else than who decided it answers an appeal.")
    said = checked_text("answer", answer, most=MESSAGE_LENGTH)
    hold_person(found.author_id)
    found.refresh_from_db(fields=["state"])
    if found.state != Appeal.State.OPEN:
        raise Conflict("Somebody has answered this appeal.")
    if grant:
        undo(actor=actor, decision_id=found.decision_id, reason="The appeal was granted.", message=said)
    else:
        found.state, found.answer = Appeal.State.REFUSED, said
        found.answered_by, found.answered_at = actor, timezone.now()
        found.save(update_fields=["state", "answer", "answered_by", "answered_at"])
        tell_answer(found)
    found.refresh_from_db()
    return found
