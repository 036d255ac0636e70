"""E-mails to those who are suspended: what was decided, and a link by which they may answer without logging in.

Claimed, then sent: the row goes in a transaction of its own, so nothing is sent twice. What fails is put back and
tried again later.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from feedsite.errors import NotFound
from feedsite.languages import speaking_to
from moderation.models import APPEALABLE, Decision, Letter

logger = logging.getLogger(__name__)
DUE_AT_ONCE = 200
# Each failure doubles the wait; after so many a letter is given up.
RETRY_AFTER = timedelta(minutes=2)
MOST_FAILURES = 8
signer = Signer(salt="moderation.appeal")


def due(now: datetime) -> list[int]:
    return list(Letter.objects.filter(due_at__lte=now).values_list("pk", flat=True)[:DUE_AT_ONCE])


def send(letter_id: int, now: datetime) -> None:
    letter = claim(letter_id, now)
    if letter is None or not letter.recipient.email:
        return
    try:
        with speaking_to(letter.recipient):
            build(letter).send()
    except Exception:
        # Of whatever kind: it is claimed, so nobody else would send it.
        logger.exception("A letter to %s was not sent", letter.recipient)
        put_back(letter, now)


@transaction.atomic
def claim(letter_id: int, now: datetime) -> Letter | None:
    """The letter, which is owed no longer; None where another has it, or it is not due."""
    waiting = Letter.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=letter_id, due_at__lte=now)
    letter = waiting.select_related("recipient", "decision").first()
    if letter is not None:
        Letter.objects.filter(pk=letter.pk).delete()
    return letter


def put_back(letter: Letter, now: datetime) -> None:
    failures = letter.failures + 1
    if failures < MOST_FAILURES:
        again = {"failures": failures, "due_at": now + RETRY_AFTER * 2**failures}
        Letter.objects.create(recipient=letter.recipient, decision=letter.decision, text=letter.text, **again)


def build(letter: Letter) -> EmailMessage:
    context = {
        "user": letter.recipient,
        "site_name": settings.SITE_NAME,
        "text": letter.text,
        "rules_url": settings.SITE_URL + reverse("rules"),
        "appeal_url": appeal_url(letter.decision) if letter.decision.act in APPEALABLE else "",
    }
    subject = _("About your account on %(site)s") % {"site": settings.SITE_NAME}
    return EmailMessage(
        subject, render_to_string("moderation/email/letter.txt", context), to=[letter.recipient.email or ""]
    )


def appeal_url(decision: Decision) -> str:
    return settings.SITE_URL + reverse("appeal_by_link", args=[signer.sign(str(decision.pk))])


def find_decision(token: str) -> Decision:
    """The decision that a link in a letter is about; raises NotFound for one that was not made here."""
    try:
        decision = Decision.objects.select_related("about", "appeal").filter(pk=int(signer.unsign(token))).first()
    except (BadSignature, ValueError):
        decision = None
    if decision is None or decision.act not in APPEALABLE:
        raise NotFound()
    return decision
