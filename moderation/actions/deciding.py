"""Decisions: each does something, says why, and is a line of the audit trail. Each can be undone, by another one.

Of a post, of a limit and of a suspension the newest decision is the one that holds: it settles those before it,
and it is the one that can be undone. All about one person happen one after the other, so of two who decide the
same at the same moment the second meets a Conflict.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy

from accounts import actions as accounts
from accounts.models import User
from feedsite.errors import Conflict, Invalid, NotFound
from moderation import excerpts, permissions, tasks
from moderation.actions.cases import checked_text, close, find_open_case, held_case, hold_person, open_case
from moderation.actions.telling import tell
from moderation.models import (
    MESSAGE_LENGTH,
    OF_LIMITS,
    OF_POSTS,
    OF_SUSPENSIONS,
    REASON_LENGTH,
    UNDOES,
    Act,
    Appeal,
    Case,
    Category,
    Decision,
)
from posts import actions as posts
from posts.models import Post, TakenDown

DOWN = {Act.HOLD: TakenDown.HELD, Act.HIDE: TakenDown.HIDDEN, Act.DELETE: TakenDown.REMOVED}
# Why a post must be away, or may not be, for it to be taken down like that.
MAY_BECOME = {
    Act.HOLD: {TakenDown.NO},
    Act.HIDE: {TakenDown.NO, TakenDown.HELD},
    Act.DELETE: {TakenDown.NO, TakenDown.HELD, TakenDown.HIDDEN},
    Act.APPROVE: {TakenDown.HELD},
    Act.RESTORE: {TakenDown.HELD, TakenDown.HIDDEN, TakenDown.REMOVED},
}
OF_ACCOUNTS = {
    Act.LIMIT: accounts.limit,
    Act.UNLIMIT: accounts.unlimit,
    Act.SUSPEND: accounts.suspend,
    Act.UNSUSPEND: accounts.restore,
}
# What needs no reason: nothing is taken from anybody.
KIND = {Act.APPROVE, Act.DISMISS}
# Also said to whoever appeals; the rest of the refusals are for staff, whose side is not translated.
TAKEN_BACK = gettext_lazy("This was taken back already.")
SETTLED = gettext_lazy("Something newer was decided about the same, and that holds.")


@transaction.atomic
def decide(
    *,
    actor: User | None,
    act: Act,
    about: User,
    post: Post | None = None,
    category: str = "",
    reason: str,
    message: str = "",
    case: Case | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Decision:
    """Does it, writes it down, tells the person, and settles the case; a hold opens one instead.

    `reason` is for the staff, `message` for the person; `actor` None is the review, `facts` what it found.
    Without `case` it is the open one of the post or the account, where there is one. Raises Forbidden, Invalid naming
    what to change, and Conflict where it is so already, the case is closed, or another of the staff is at it.
    """
    permissions.check(actor, act, about)
    words = checked_words(act, category, reason, message)
    subject = subject_of(act, about, post, case)
    hold_person(about.pk)
    held = case_for(actor, act, about, subject, case)
    undoes = find_undone(act, about, subject)
    do(act, about, subject)
    decision = write_down(
        Decision(case=held, act=act, actor=actor, about=about, post=subject, undoes=undoes, **words), facts or {}
    )
    if held:
        settle(held)
    return decision


@transaction.atomic
def undo(*, actor: User, decision_id: int, reason: str, message: str = "") -> Decision:
    """Takes a decision back; all is as it was before it. An open appeal against it is granted by that.

    Raises NotFound, Forbidden, and Conflict where it is undone or settled by a newer one.
    """
    decision = Decision.objects.select_related("about", "post__author", "case").filter(pk=decision_id).first()
    if decision is None:
        raise NotFound()
    if decision.act not in UNDOES:
        raise Invalid("This is nothing that can be undone.")
    act = UNDOES[Act(decision.act)]
    permissions.check(actor, act, decision.about)
    words = checked_words(act, decision.category, reason, message)
    hold_person(decision.about_id)
    check_standing(decision)
    post = decision.post if decision.act in OF_POSTS else None
    if post is None and decision.act in OF_POSTS:
        raise Conflict("This post was erased.")
    do(act, decision.about, post)
    return write_down(
        Decision(case=decision.case, act=act, actor=actor, about=decision.about, post=post, undoes=decision, **words),
        {},
    )


def write_down(decision: Decision, facts: Mapping[str, Any]) -> Decision:
    """The line of the audit trail, with the names and words of this moment; an open appeal is granted by an undo."""
    decision.facts = excerpts.facts(decision.actor, decision.about, decision.post) | dict(facts)
    decision.save(force_insert=True)
    if decision.undoes is not None:
        Appeal.objects.grant(decision.undoes, decision.actor, decision.message)
    tell(decision)
    return decision


def case_for(actor: User | None, act: Act, about: User, post: Post | None, case: Case | None) -> Case | None:
    """The case that is decided, locked; a hold opens one where there is none."""
    found = case or find_open_case(about, post)
    if found is None:
        return open_case(about, post, 1) if act == Act.HOLD else None
    return held_case(actor, found)


def settle(case: Case) -> None:
    """Closes the case and tells those who reported, unless its post is held and still waits for a decision."""
    if not Post.objects.filter(pk=case.post_id, taken_down=TakenDown.HELD).exists():
        close(case)
        tasks.answer_reports.delay_on_commit(case.pk)


def checked_words(act: Act, category: str, reason: str, message: str) -> dict[str, str]:
    if category and category not in Category.values:
        wrong = f"Choose one of {', '.join(Category.values)}."
        raise Invalid(wrong, fields={"category": [wrong]})
    return {
        "category": category,
        "reason": checked_text("reason", reason, most=REASON_LENGTH, may_be_empty=act in KIND),
        "message": checked_text("message", message, most=MESSAGE_LENGTH, may_be_empty=True),
    }


def subject_of(act: Act, about: User, post: Post | None, case: Case | None) -> Post | None:
    """The post it is about; raises Invalid where one is missing, or is somebody else's."""
    subject = post or (case.post if case else None)
    if subject is None and act in OF_POSTS:
        raise Invalid("Say which post this is about.")
    if subject is not None and subject.author_id != about.pk:
        raise Invalid("This post is somebody else’s.")
    if act in (Act.UNWARN, Act.DISMISS) and (case is None or act == Act.UNWARN):
        raise Invalid("Say which case or decision this is about.")
    return subject


def do(act: Act, about: User, post: Post | None) -> None:
    """What the act changes; raises Conflict where it is so already. A warning and a dismissal only say something."""
    if act in OF_POSTS and post is not None:
        move(act, post)
    elif act == Act.DISMISS and post is not None:
        check_not_held(post)
    elif act in OF_ACCOUNTS:
        if act == Act.UNSUSPEND and about.erase_at is not None:
            raise Conflict("Its owner has deleted this account.")
        if not OF_ACCOUNTS[act](about):
            raise Conflict("This account is so already.")


def move(act: Act, post: Post) -> None:
    post.refresh_from_db(fields=["taken_down"])
    if TakenDown(post.taken_down) not in MAY_BECOME[act]:
        raise Conflict("Somebody has decided about this post meanwhile.")
    if act in DOWN:
        posts.take_down(post, DOWN[act])
    else:
        posts.put_up(post)


def check_not_held(post: Post) -> None:
    post.refresh_from_db(fields=["taken_down"])
    if post.taken_down == TakenDown.HELD:
        raise Conflict("This post is held. Approve it, or hide it.")


def find_undone(act: Act, about: User, post: Post | None) -> Decision | None:
    """The decision that an undoing act takes back; none where something was done without one."""
    if act not in UNDOES.values():
        return None
    return newest(act, about.pk, post.pk if post else None).filter(act__in=UNDOES, undone=None).first()


def newest(act: Act | str, about_id: int, post_id: int | None) -> Any:
    """The newest decision about the same thing, as a queryset of one."""
    track = next((acts for acts in (OF_LIMITS, OF_SUSPENSIONS) if act in acts), OF_POSTS)
    same = Decision.objects.filter(about=about_id, act__in=track)
    same = same.filter(post=post_id) if track is OF_POSTS else same
    return Decision.objects.filter(pk__in=same.order_by("-pk").values("pk")[:1])


def check_standing(decision: Decision) -> None:
    if Decision.objects.filter(undoes=decision).exists():
        raise Conflict(TAKEN_BACK)
    if decision.act != Act.WARN and newest(decision.act, decision.about_id, decision.post_id).get() != decision:
        raise Conflict(SETTLED)
