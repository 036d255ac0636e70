"""Questions about lists. A list is known to its owner only."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import User
from feedsite.errors import NotFound
from social.models import Follow, List, ListMember

MOST_FOUND = 20


def get_list(owner: Any, list_id: int) -> List:
    """The list with `members_count`; raises NotFound unless it is the owner's."""
    found = with_counts(List.objects.filter(owner=owner, pk=list_id)).first()
    if found is None:
        raise NotFound()
    return found


def lists_of(owner: Any) -> QuerySet[List]:
    """One's own lists, newest first, with `members_count`."""
    return with_counts(List.objects.filter(owner=owner)).order_by("-pk")


def with_counts(lists: QuerySet[List]) -> QuerySet[List]:
    return lists.annotate(members_count=Count("members"))


def lists_for(owner: Any, person: User) -> QuerySet[List]:
    """One's own lists by name, each with `has_person`: whether the person is on it."""
    on_it = ListMember.objects.filter(list=OuterRef("pk"), member=person)
    return List.objects.filter(owner=owner).annotate(has_person=Exists(on_it)).order_by("name")


def members(one: List, *, below: int | None, limit: int) -> list[User]:
    """Those on the list, newest accounts first, at most `limit` with ids under `below`."""
    rows = ListMember.objects.filter(list=one, member__is_active=True).select_related("member")
    if below is not None:
        rows = rows.filter(member__lt=below)
    return [row.member for row in rows.order_by("-member")[:limit]]


def find_followees(owner: Any, one: List, words: str) -> Sequence[User]:
    """Followees whose names fit the words, MOST_FOUND at most, each with `is_member`.

    One query; it looks along those whom one follows until it has found enough.
    """
    words = words.removeprefix("@")
    fits = Q(username__startswith=words.lower()) | Q(display_name__icontains=words)
    followed = Follow.objects.filter(follower=owner).values("followee")
    on_it = ListMember.objects.filter(list=one, member=OuterRef("pk"))
    people = User.objects.active().filter(fits, pk__in=followed).annotate(is_member=Exists(on_it))
    return list(people.order_by("username")[:MOST_FOUND])
