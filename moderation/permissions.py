"""Who of the staff may do what: the one place that says so.

Django's permissions decide, groups give them: `make_staff` puts somebody into the group of a role. The review, which
is nobody (None), may hold a post and nothing else.
"""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

from accounts.models import User
from feedsite.errors import Forbidden
from moderation.models import Act

MODERATE = "moderation.moderate"
SUSPEND = "moderation.suspend"
ANSWER = "moderation.answer_appeals"
# Deciding about staff, answering an appeal against oneself, the rules of the site.
ADMINISTER = "moderation.administer"

NEEDS = dict.fromkeys(Act, MODERATE) | {Act.SUSPEND: SUSPEND, Act.UNSUSPEND: SUSPEND}
OF_THE_REVIEW = {Act.HOLD}

MODERATOR, ADMINISTRATOR = "moderator", "administrator"
ROLES = [MODERATOR, ADMINISTRATOR]
OF_A_MODERATOR = {
    *(MODERATE, SUSPEND, ANSWER, "accounts.view_user"),
    *(f"moderation.view_{model}" for model in ("case", "report", "note", "decision", "appeal")),
}
# Administrators have every permission of these apps, and see who has an app connected.
ADMINISTERED = ["accounts", "social", "posts", "feeds", "notifications", "moderation"]


def may(actor: User | None, act: Act, about: User | None = None) -> bool:
    """Whether they may decide this, about somebody where that is given: nobody judges oneself."""
    if actor is None:
        return act in OF_THE_REVIEW
    if about is not None and (about.pk == actor.pk or (about.is_staff and not actor.has_perm(ADMINISTER))):
        return False
    return actor.has_perm(NEEDS[act])


def check(actor: User | None, act: Act, about: User) -> None:
    if not may(actor, act, about):
        raise Forbidden()


def check_moderator(actor: User) -> None:
    if not actor.has_perm(MODERATE):
        raise Forbidden()


def may_answer(actor: User, decided_by: int | None) -> bool:
    """Whether they may answer an appeal against what that one decided: the same person only as an administrator."""
    return actor.has_perm(ANSWER) and (actor.pk != decided_by or actor.has_perm(ADMINISTER))


def group_of(role: str) -> Group:
    """The group of a role with the permissions it has today."""
    group, _made = Group.objects.get_or_create(name=role)
    wanted = Q(content_type__app_label__in=ADMINISTERED) | named("oauth2_provider.view_accesstoken")
    if role == MODERATOR:
        wanted = Q()
        for name in OF_A_MODERATOR:
            wanted |= named(name)
    group.permissions.set(Permission.objects.filter(wanted))
    return group


def named(permission: str) -> Q:
    app, codename = permission.split(".")
    return Q(content_type__app_label=app, codename=codename)
