"""E-mails about what a person has not read: at once, or once a day.

Claimed, then sent: in one transaction what is owed is taken off, by the rules of that moment; after the commit it
goes out. So nothing is sent twice. If it fails, it is put back and tried again later; if the worker dies
between the two, the e-mail is lost, and the page still has everything.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.addresses import is_confirmed
from accounts.models import User
from feedsite.languages import speaking_to
from notifications import queries, unsubscribing
from notifications.locks import hold_notices
from notifications.messages import excerpt, path, sentence
from notifications.models import Mail, Mailbox, Notification
from notifications.preferences import wishes
from notifications.queries import Shown

logger = logging.getLogger(__name__)
DUE_AT_ONCE = 200
# An e-mail has this many of them; the others are a number and a link.
MOST_IN_ONE = 20
MOST_COUNTED = 200
# Each failure doubles the wait; after so many in a row what is owed is given up.
RETRY_AFTER = timedelta(minutes=2)
MOST_FAILURES = 8


@dataclass(frozen=True)
class Letter:
    """What is sent to somebody, and which notifications it takes off."""

    user: User
    kind: str
    ids: list[int]
    shown: list[Shown]


def due(now: datetime) -> list[int]:
    """To whom an e-mail is due, DUE_AT_ONCE at most."""
    boxes = Mailbox.objects.filter(Q(now_at__lte=now) | Q(digest_at__lte=now))
    return list(boxes.values_list("user_id", flat=True)[:DUE_AT_ONCE])


def send_due(user_id: int, now: datetime, *, time_is_up: type[Exception]) -> None:
    """Sends what is due; what is left when `time_is_up` is raised is put back, and it is raised on."""
    letters = claim(user_id, now)
    for number, letter in enumerate(letters):
        try:
            with speaking_to(letter.user):
                build(letter).send()
        except time_is_up:
            for left in letters[number:]:
                put_back(left, now)
            raise
        except Exception:
            # Of whatever kind (a template, a name no header can hold): it is claimed, so nobody else would send it
            # or the one after it. One that never works is given up after MOST_FAILURES.
            logger.exception("An e-mail to %s was not sent", letter.user)
            put_back(letter, now)
        else:
            Mailbox.objects.filter(user=letter.user).update(failures=0)


@transaction.atomic
def claim(user_id: int, now: datetime) -> list[Letter]:
    """The letters that are due, with what the person has not read and may see; they are owed no longer."""
    hold_notices(user_id)
    box = Mailbox.objects.select_for_update(of=("self",)).select_related("user")
    found = box.filter(user=user_id).first()
    if found is None:
        return []
    kinds = []
    if found.now_at is not None and found.now_at <= now:
        kinds.append(Mail.NOW)
        found.now_at, found.sent_at = None, now
    if found.digest_at is not None and found.digest_at <= now:
        kinds.append(Mail.DIGEST)
        found.digest_at = None
    found.save(update_fields=["now_at", "digest_at", "sent_at"])
    return [letter for kind in kinds if (letter := take(found.user, kind))]


def take(user: User, kind: str) -> Letter | None:
    owed = Notification.objects.of(user).filter(mail=kind)
    ids = list(owed.unread().order_by("-place").values_list("pk", flat=True)[:MOST_COUNTED])
    owed.update(mail=Mail.OFF)
    if not ids or not user.is_active or not is_confirmed(user):
        return None
    wished = wishes(user)  # perhaps since then not by e-mail any more
    rows = [row for row in queries.rows_of(user, ids) if wished[row.type].email != Mail.OFF]
    shown = queries.hydrate(user, rows)
    return Letter(user, kind, ids, shown) if shown else None


@transaction.atomic
def put_back(letter: Letter, now: datetime) -> None:
    hold_notices(letter.user.pk)
    box = Mailbox.objects.select_for_update().get(user=letter.user)
    box.failures += 1
    if box.failures < MOST_FAILURES:
        again = now + RETRY_AFTER * 2**box.failures
        if letter.kind == Mail.NOW:
            box.now_at = again
        else:
            box.digest_at = again
        Notification.objects.filter(pk__in=letter.ids).update(mail=letter.kind)
    else:
        box.failures = 0
    box.save(update_fields=["now_at", "digest_at", "failures"])


def build(letter: Letter) -> EmailMultiAlternatives:
    """The letter as text and HTML, with the headers by which mail programs offer to end them (RFC 8058)."""
    stop_url = unsubscribing.url(letter.user)
    context: dict[str, Any] = {
        "user": letter.user,
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "is_digest": letter.kind == Mail.DIGEST,
        "items": [item(shown) for shown in letter.shown[:MOST_IN_ONE]],
        "more": max(len(letter.shown) - MOST_IN_ONE, 0),
        "list_url": settings.SITE_URL + reverse("notifications"),
        "settings_url": settings.SITE_URL + reverse("settings_notifications"),
        "stop_url": stop_url,
        "subject": subject(letter.kind, letter.shown),
    }
    mail = EmailMultiAlternatives(
        context["subject"],
        render_to_string("notifications/email/notifications.txt", context),
        to=[letter.user.email or ""],
        headers={"List-Unsubscribe": f"<{stop_url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )
    mail.attach_alternative(render_to_string("notifications/email/notifications.html", context), "text/html")
    return mail


def item(shown: Shown) -> dict[str, str]:
    return {"sentence": sentence(shown), "excerpt": excerpt(shown), "url": settings.SITE_URL + path(shown)}


def subject(kind: str, shown: Sequence[Shown]) -> str:
    """On one line: names may hold anything but that."""
    if kind == Mail.DIGEST:
        said = ngettext("%(number)d thing you have not seen", "%(number)d things you have not seen", len(shown))
        return f"{settings.SITE_NAME}: {said % {'number': len(shown)}}"
    first = sentence(shown[0])
    if len(shown) > 1:
        first = _("%(first)s, and more") % {"first": first}
    return " ".join(first.split())
