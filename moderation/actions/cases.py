"""Cases: opened by whoever finds something wrong, taken by one of the staff at a time, closed by a decision."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import text
from feedsite.errors import Conflict, Forbidden, Invalid, NotFound
from moderation import permissions
from moderation.models import MESSAGE_LENGTH, Case, Note
from posts.models import Post

CLAIM_MINUTES = 30


def hold_person(user_id: int) -> None:
    """Whoever reports or decides something about one person does so alone until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"moderation:{user_id}"])


@transaction.atomic
def open_case(about: User, post: Post | None, weight: float) -> Case:
    """The open case of the post or the account, locked; made where there is none. `weight` is added to its own."""
    hold_person(about.pk)
    case = find_open_case(about, post)
    if case is None:
        return Case.objects.create(about=about, post=post, is_about_post=post is not None, weight=weight)
    Case.objects.filter(pk=case.pk).update(weight=F("weight") + weight)
    case.refresh_from_db(fields=["weight"])
    return case


def find_open_case(about: User, post: Post | None) -> Case | None:
    """For whoever holds the person."""
    of_subject = Case.objects.filter(about=about, post=post, is_about_post=post is not None)
    return of_subject.filter(state=Case.State.OPEN).select_for_update().first()


def held_case(actor: User | None, case: Case) -> Case:
    """The case as it stands, locked; raises Conflict where it is closed or another of the staff is at it."""
    # Without a join: after waiting for the lock PostgreSQL looks at the case anew, but not at what was joined to it.
    held = Case.objects.select_for_update().filter(pk=case.pk).first()
    if held is None:
        raise NotFound()
    if held.state == Case.State.CLOSED:
        raise Conflict("This case is closed: somebody has decided it meanwhile.")
    if actor is not None:
        check_free(held, actor)
    return held


def check_free(case: Case, actor: User) -> None:
    other = claimed_by(case)
    if other is not None and other.pk != actor.pk:
        raise Conflict(f"@{other.username} is at work on this case.")


def claimed_by(case: Case, now: datetime | None = None) -> User | None:
    """Who is at work on it; a claim ends by itself after CLAIM_MINUTES."""
    since = (now or timezone.now()) - timedelta(minutes=CLAIM_MINUTES)
    return case.claimed_by if case.claimed_at is not None and case.claimed_at > since else None


def close(case: Case) -> None:
    case.state, case.closed_at = Case.State.CLOSED, timezone.now()
    case.save(update_fields=["state", "closed_at"])


@transaction.atomic
def claim(*, actor: User, case_id: int) -> Case:
    """Takes a case for CLAIM_MINUTES, or goes on with it; raises Conflict where it is closed or another has it."""
    permissions.check_moderator(actor)
    case = held_case(actor, Case(pk=case_id))
    case.claimed_by, case.claimed_at = actor, timezone.now()
    case.save(update_fields=["claimed_by", "claimed_at"])
    return case


@transaction.atomic
def release(*, actor: User, case_id: int) -> Case:
    """Gives a case back to the others; raises Forbidden for somebody else's, except to administrators."""
    permissions.check_moderator(actor)
    case = held_case(None, Case(pk=case_id))
    other = claimed_by(case)
    if other is not None and other.pk != actor.pk and not actor.has_perm(permissions.ADMINISTER):
        raise Forbidden(f"@{other.username} is at work on this case.")
    case.claimed_by = case.claimed_at = None
    case.save(update_fields=["claimed_by", "claimed_at"])
    return case


def note(*, actor: User, case_id: int, text: str) -> Note:
    """Writes something for the other staff beside a case, closed or open."""
    permissions.check_moderator(actor)
    case = Case.objects.filter(pk=case_id).first()
    if case is None:
        raise NotFound()
    return Note.objects.create(case=case, author=actor, text=checked_text("text", text, most=MESSAGE_LENGTH))


def checked_text(field: str, given: str, *, most: int, may_be_empty: bool = False) -> str:
    """The cleaned words; raises Invalid when there are none or too many."""
    cleaned = text.clean(str(given)).strip()
    if text.is_blank(cleaned):
        cleaned = ""
    if not cleaned and not may_be_empty:
        reason = _("Write something first.")
        raise Invalid(reason, fields={field: [reason]})
    if len(cleaned) > most:
        reason = _("This has %(number)d characters; %(most)d is the most.") % {"number": len(cleaned), "most": most}
        raise Invalid(reason, fields={field: [reason]})
    return cleaned
