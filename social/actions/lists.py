"""Lists of people one follows.

Whatever changes who is on a list takes the pair's lock before the list's row, as a follow that ends does, so that
nobody stays on a list who is no longer followed.
"""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import limits
from feedsite.errors import Forbidden, Invalid, NotFound
from feedsite.text import clean, is_blank
from social.actions.pairs import lock_pair
from social.models import Follow, List, ListMember

MOST_LISTS = 50
MOST_MEMBERS = 500


def checked_name(name: str) -> str:
    """The name on one line; raises Invalid with what to change."""
    name = " ".join(clean(name).split())
    if is_blank(name):
        reason = _("Give the list a name.")
        raise Invalid(reason, fields={"name": [reason]})
    most = List.NAME_LENGTH
    if len(name) > most:
        reason = _("A list's name has at most %(most)d characters; this has %(number)d.")
        reason %= {"most": most, "number": len(name)}
        raise Invalid(reason, fields={"name": [reason]})
    return name


@transaction.atomic
def make_list(*, owner: User, name: str) -> List:
    name = checked_name(name)
    # Whoever makes another waits here, so that the limit holds.
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if List.objects.filter(owner=owner).count() >= MOST_LISTS:
        reason = _("You have %(most)d lists, which is the most there can be. Delete one first.")
        raise Invalid(reason % {"most": MOST_LISTS})
    limits.take("list", owner.pk)
    return saved(List(owner=owner, name=name))


@transaction.atomic
def rename_list(*, owner: User, list_id: int, name: str) -> List:
    found = held(owner, [list_id])[0]
    found.name = checked_name(name)
    return saved(found)


def saved(one: List) -> List:
    """The list with its new name; raises Invalid when another of the owner's has it, in whatever case."""
    try:
        with transaction.atomic():
            one.save()
    except IntegrityError as error:
        if "one_list_of_a_name" not in str(error):
            raise
        reason = _("You have a list of this name. Choose another one.")
        raise Invalid(reason, fields={"name": [reason]}) from None
    return one


@transaction.atomic
def delete_list(*, owner: User, list_id: int) -> None:
    held(owner, [list_id])[0].delete()


@transaction.atomic
def add_to_list(*, owner: User, list_id: int, person: User) -> bool:
    """True when that is new. Raises Forbidden for somebody whom the owner does not follow."""
    lock_pair(owner.pk, person.pk)
    check_followed(owner, person)
    limits.take("list", owner.pk)
    return add(held(owner, [list_id])[0], person)


@transaction.atomic
def remove_from_list(*, owner: User, list_id: int, person: User) -> bool:
    """True when they were on it."""
    lock_pair(owner.pk, person.pk)
    removed, _ = ListMember.objects.filter(list=held(owner, [list_id])[0], member=person).delete()
    return bool(removed)


@transaction.atomic
def put_into_lists(*, owner: User, person: User, list_ids: Iterable[int]) -> None:
    """Puts the person on these of the owner's lists and takes them off all others."""
    wanted = set(list_ids)
    limits.take("list", owner.pk)
    lock_pair(owner.pk, person.pk)
    ListMember.objects.filter(list__owner=owner, member=person).exclude(list__in=wanted).delete()
    if wanted:
        check_followed(owner, person)
        for one in held(owner, wanted):
            add(one, person)


def check_followed(owner: User, person: User) -> None:
    if not Follow.objects.filter(follower=owner, followee=person).exists():
        raise Forbidden(_("Only those you follow can be on a list. Follow them first."))


def held(owner: User, list_ids: Iterable[int]) -> list[List]:
    """Those lists, theirs alone until the transaction ends; raises NotFound unless all are the owner's."""
    ids = set(list_ids)
    found = list(List.objects.select_for_update(no_key=True).filter(owner=owner, pk__in=ids).order_by("pk"))
    if len(found) != len(ids):
        raise NotFound()
    return found


def add(one: List, person: User) -> bool:
    """For whoever holds the list's row. True when that is new; raises Invalid when the list is full."""
    members = ListMember.objects.filter(list=one)
    if members.filter(member=person).exists():
        return False
    if members.count() >= MOST_MEMBERS:
        reason = _("“%(name)s” holds %(most)d people, which is the most a list can. Take somebody off first.")
        raise Invalid(reason % {"name": one.name, "most": MOST_MEMBERS})
    ListMember.objects.create(list=one, member=person)
    return True
