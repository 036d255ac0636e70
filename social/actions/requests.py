"""Answering those who ask to follow a private account."""

from django.db import transaction

from accounts.models import User
from feedsite.errors import NotFound
from social.actions.following import end_request, make_follow
from social.actions.pairs import lock_pair
from social.models import FollowRequest


@transaction.atomic
def accept_follow(*, owner: User, follower: User) -> None:
    """Makes a follow of the request; raises NotFound when it was withdrawn or its sender is suspended."""
    lock_pair(owner.pk, follower.pk)
    if not end_request(follower.pk, owner.pk) or not User.objects.active().filter(pk=follower.pk).exists():
        raise NotFound()
    make_follow(follower.pk, owner.pk)


@transaction.atomic
def reject_follow(*, owner: User, follower: User) -> None:
    """Ends the request, and its sender is not told; raises NotFound when there is none."""
    lock_pair(owner.pk, follower.pk)
    if not end_request(follower.pk, owner.pk):
        raise NotFound()


def accept_waiting(owner_id: int, *, after: int, most: int) -> int | None:
    """Lets in those who asked while the account was private, at most `most` with ids above `after`.

    The id to go on after, or None at the end. A transaction each, so nobody waits for a crowd.
    """
    waiting = FollowRequest.objects.filter(followee=owner_id, follower__gt=after).order_by("follower")
    ids = list(waiting.values_list("follower", flat=True)[:most])
    for follower_id in ids:
        accept_if_public(owner_id, follower_id)
    return ids[-1] if len(ids) == most else None


@transaction.atomic
def accept_if_public(owner_id: int, follower_id: int) -> None:
    """Leaves a request to an account that is private again, and between people one of whom is suspended."""
    lock_pair(owner_id, follower_id)
    active = dict(User.objects.active().filter(pk__in=[owner_id, follower_id]).values_list("pk", "is_private"))
    if len(active) == 2 and not active[owner_id] and end_request(follower_id, owner_id):
        make_follow(follower_id, owner_id)
