"""Following, asking to, blocking and muting: one transaction each, exact at the very next read.

Whatever touches a request and a follow takes the request first, so that no two wait for each other.
"""

from typing import Any

from django.db import connection, transaction
from django.db.models import F

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite.errors import Invalid, NotFound
from social.models import Block, Follow, FollowRequest, Mute
from social.queries import relations


def lock_pair(one: int, other: int) -> None:
    """Only one change between two people at a time, so a follow and a block never cross."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"pair:{min(one, other)}:{max(one, other)}"]
        )


def count_relations(changes: dict[int, dict[str, int]]) -> None:
    """Adds to counters of the users named, in the order of their ids so that no two can deadlock."""
    for user_id in sorted(changes):
        change = {name: F(name) + by for name, by in changes[user_id].items()}
        User.objects.filter(pk=user_id).update(**change)


@transaction.atomic
def follow(*, follower: User, author: User) -> bool:
    """Makes `follower` read `author`, or ask to where the account is private; True when that is new.

    Raises Invalid for oneself and NotFound when either blocks the other.
    """
    if follower.pk == author.pk:
        raise Invalid("You cannot follow yourself.")
    lock_pair(follower.pk, author.pk)
    # The author as things stand behind the lock: private a moment ago is not private now.
    is_private = User.objects.active().filter(pk=author.pk).values_list("is_private", flat=True).first()
    if is_private is None or is_blocked_either_way(follower.pk, author.pk):
        raise NotFound()
    standing = relations(follower, [author.pk])[author.pk]
    if standing.following:
        return False
    if is_private:
        return insert_if_absent("follow_request", "followee_id, follower_id", author.pk, follower.pk)
    if standing.requested:  # the account was private when that was asked
        end_request(follower.pk, author.pk)
    return make_follow(follower.pk, author.pk)


def make_follow(follower_id: int, author_id: int) -> bool:
    """The follow itself, for whoever has checked that it may be; True when it is new."""
    made = insert_if_absent("follow", "follower_id, followee_id", follower_id, author_id)
    if made:
        count_relations(
            {follower_id: {"following_count": 1, "relations_version": 1}, author_id: {"followers_count": 1}}
        )
        feeds_tasks.settle_edge.delay_on_commit(follower_id, author_id)
    return made


@transaction.atomic
def unfollow(*, follower: User, author: User) -> bool:
    """Ends a follow, or takes back the request to; True when there was either."""
    lock_pair(follower.pk, author.pk)
    was_asked = end_request(follower.pk, author.pk)
    return end_follow(follower.pk, author.pk) or was_asked


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


def end_request(follower_id: int, author_id: int) -> bool:
    ended, _ = FollowRequest.objects.filter(followee=author_id, follower=follower_id).delete()
    return bool(ended)


def end_follow(follower_id: int, author_id: int) -> bool:
    ended, _ = Follow.objects.filter(follower=follower_id, followee=author_id).delete()
    if ended:
        count_relations(
            {follower_id: {"following_count": -1, "relations_version": 1}, author_id: {"followers_count": -1}}
        )
        feeds_tasks.tidy_feed.delay_on_commit(follower_id, author_id)
    return bool(ended)


@transaction.atomic
def block(*, blocker: User, blocked: User) -> bool:
    """Neither sees the other from now on; follows and requests end both ways. True when that is new."""
    if blocker.pk == blocked.pk:
        raise Invalid("You cannot block yourself.")
    lock_pair(blocker.pk, blocked.pk)
    made = insert_if_absent("block", "blocker_id, blocked_id", blocker.pk, blocked.pk)
    if made:
        for one, other in sorted([(blocker.pk, blocked.pk), (blocked.pk, blocker.pk)]):
            end_request(one, other)
            end_follow(one, other)
        count_relations({pk: {"relations_version": 1} for pk in (blocker.pk, blocked.pk)})
    return made


@transaction.atomic
def unblock(*, blocker: User, blocked: User) -> bool:
    lock_pair(blocker.pk, blocked.pk)
    ended, _ = Block.objects.filter(blocker=blocker, blocked=blocked).delete()
    if ended:
        count_relations({pk: {"relations_version": 1} for pk in (blocker.pk, blocked.pk)})
    return bool(ended)


@transaction.atomic
def mute(*, muter: User, muted: User, expires_at: Any = None) -> bool:
    """Leaves `muted` out of `muter`'s timeline until `expires_at`, or until it is taken back."""
    if muter.pk == muted.pk:
        raise Invalid("You cannot mute yourself.")
    lock_pair(muter.pk, muted.pk)
    _, made = Mute.objects.update_or_create(
        muter=muter, muted=muted, defaults={"expires_at": expires_at}, create_defaults={"expires_at": expires_at}
    )
    count_relations({muter.pk: {"relations_version": 1}})
    return made


@transaction.atomic
def unmute(*, muter: User, muted: User) -> bool:
    lock_pair(muter.pk, muted.pk)
    ended, _ = Mute.objects.filter(muter=muter, muted=muted).delete()
    if ended:
        count_relations({muter.pk: {"relations_version": 1}})
    return bool(ended)


def is_blocked_either_way(one: int, other: int) -> bool:
    return Block.objects.filter(blocker__in=[one, other], blocked__in=[one, other]).exists()


def insert_if_absent(table: str, columns: str, one: int, other: int) -> bool:
    """Whether the edge is new. Table and columns are names in this file, never input."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({columns}) VALUES (%s, %s) ON CONFLICT DO NOTHING",  # noqa: S608
            [one, other],
        )
        return cursor.rowcount == 1
