"""Invitations: links by which people sign up where that takes one, and by whom they came."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from accounts.access_models import Invitation, Invited
from accounts.models import User
from feedsite import limits
from feedsite.errors import Conflict, Forbidden, Invalid

MOST_USES, MOST_DAYS = 100, 90
# Of one person at a time, still good.
MOST_OPEN = 20
MOST_SHOWN = 100


def may_invite(user: User) -> bool:
    """Staff always may; members where the settings let them, and nobody needs to while all may sign up."""
    return user.is_staff or (settings.REGISTRATION == "invite" and settings.MEMBERS_INVITE)


def made_by(user: User) -> QuerySet[Invitation]:
    """The person's invitations, newest first, with whom each brought as `guests`."""
    made = Invitation.objects.filter(made_by=user).order_by("-pk")
    return made.prefetch_related("guests__user")[:MOST_SHOWN]


def find(code: str) -> Invitation | None:
    """The invitation behind a link, when it still lets somebody in."""
    return Invitation.objects.usable().filter(code=code).first() if is_code(code) else None


def is_code(code: str) -> bool:
    """Whether it can be one at all."""
    return code.isascii() and code.isalnum()


@transaction.atomic
def invite(*, inviter: User, most_uses: int, days: int, note: str = "") -> Invitation:
    """A new link; raises Forbidden, TooMany, Invalid naming the field, or Conflict with MOST_OPEN still good."""
    if not may_invite(inviter):
        raise Forbidden(_("You may not invite people here."))
    check_number("most_uses", most_uses, MOST_USES)
    check_number("days", days, MOST_DAYS)
    User.objects.select_for_update(no_key=True).get(pk=inviter.pk)  # one after the other, so that none slips through
    if Invitation.objects.usable().filter(made_by=inviter).count() >= MOST_OPEN:
        raise Conflict(_("You have %(most)d open invitations. Take one back first.") % {"most": MOST_OPEN})
    limits.take("invite", inviter.pk)
    return Invitation.objects.create(
        code=get_random_string(22),
        made_by=inviter,
        note=" ".join(note.split())[:100],
        most_uses=most_uses,
        expires_at=timezone.now() + timedelta(days=days),
    )


def check_number(field: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        reason = _("Choose a number from 1 to %(most)d.") % {"most": most}
        raise Invalid(reason, fields={field: [reason]})


def revoke(invitation: Invitation) -> None:
    """The link lets nobody in any more; whom it brought stay."""
    Invitation.objects.filter(pk=invitation.pk, revoked_at=None).update(revoked_at=timezone.now())


def check_open(code: str) -> None:
    """Raises Forbidden when nobody may sign up, or not by this code; for doors that ask before anything else."""
    if settings.REGISTRATION == "closed":
        raise Forbidden(_("This site takes no new accounts at the moment."), code="registration_closed")
    if settings.REGISTRATION == "invite" and find(code) is None:
        raise needs_invitation()


def use(code: str, guest: User) -> None:
    """Counts one use, in the transaction that makes the guest's account; raises Forbidden when there is none left.

    While everybody may sign up a link that is no longer good does no harm, and a good one tells who invited whom.
    """
    # Locked before it is counted: an UPDATE with a join would not look again after it has waited for another's.
    usable = Invitation.objects.usable().select_for_update(of=("self",))
    taken = usable.filter(code=code).first() if is_code(code) else None
    if taken:
        Invitation.objects.filter(pk=taken.pk).update(uses_count=F("uses_count") + 1)
        Invited.objects.create(user=guest, invitation=taken)
    elif settings.REGISTRATION == "invite":
        raise needs_invitation()


def needs_invitation() -> Forbidden:
    return Forbidden(_("Signing up takes an invitation, and this one is not good any more."), code="invitation_needed")
