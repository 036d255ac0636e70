"""Following, and what ends it.

Whatever touches a request and a follow takes the request first, so that no two wait for each other.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite import limits
from feedsite.errors import Forbidden, Invalid, NotFound
from social.actions.pairs import count_relations, insert_if_absent, is_blocked_either_way, lock_pair
from social.actions.telling import owe
from social.models import Follow, FollowRequest, ListMember, NoticeType
from social.queries import relations


@transaction.atomic
def follow(*, follower: User, author: User) -> bool:
    """Makes `follower` read `author`, or ask to where the account is private; True when that is new.

    Raises Invalid for oneself, NotFound when either blocks the other, TooMany.
    """
    if follower.pk == author.pk:
        raise Invalid(_("You cannot follow yourself."))
    lock_pair(follower.pk, author.pk)
    # The author as things stand behind the lock: private a moment ago is not private now.
    is_private = User.objects.active().filter(pk=author.pk).values_list("is_private", flat=True).first()
    if is_private is None or is_blocked_either_way(follower.pk, author.pk):
        raise NotFound()
    standing = relations(follower, [author.pk])[author.pk]
    if standing.following:
        return False
    limits.take("follow", follower.pk)
    if is_private:
        made = insert_if_absent("follow_request", "followee_id, follower_id", author.pk, follower.pk)
        if made:
            owe(NoticeType.FOLLOW_REQUEST, recipient_id=author.pk, actor_id=follower.pk)
        return made
    if standing.requested:  # the account was private when that was asked
        end_request(follower.pk, author.pk)
    made = make_follow(follower.pk, author.pk)
    if made:  # whom one lets in oneself one knows of
        owe(NoticeType.FOLLOW, recipient_id=author.pk, actor_id=follower.pk)
    return made


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
def remove_follower(*, owner: User, follower: User) -> bool:
    """Ends the follow as if `follower` had: of a private account they read nothing until they ask again and are let in.

    They are not told. True when they followed.
    """
    if owner.pk == follower.pk:
        raise Invalid(_("You cannot remove yourself."))
    lock_pair(owner.pk, follower.pk)
    return end_follow(follower.pk, owner.pk)


@transaction.atomic
def hide_shares(*, follower: User, author: User) -> bool:
    """Leaves what `author` shares out of the follower's timelines; True when that is new.

    Raises Forbidden where there is no follow to say it of.
    """
    lock_pair(follower.pk, author.pk)
    follow = Follow.objects.filter(follower=follower, followee=author)
    if follow.filter(hides_shares=False).update(hides_shares=True):
        return True
    if not follow.exists():
        raise Forbidden(_("Only of those you follow shares can be hidden. Follow them first."))
    return False


@transaction.atomic
def show_shares(*, follower: User, author: User) -> bool:
    """Takes that back; True when they were hidden."""
    lock_pair(follower.pk, author.pk)
    hiding = Follow.objects.filter(follower=follower, followee=author, hides_shares=True)
    return bool(hiding.update(hides_shares=False))


def end_request(follower_id: int, author_id: int) -> bool:
    ended, _ = FollowRequest.objects.filter(followee=author_id, follower=follower_id).delete()
    if ended:
        owe(NoticeType.FOLLOW_REQUEST, recipient_id=author_id, actor_id=follower_id)
    return bool(ended)


def end_follow(follower_id: int, author_id: int) -> bool:
    """Ends the follow and all that stood on it; whoever calls has the pair's lock. True when there was one."""
    ended, _ = Follow.objects.filter(follower=follower_id, followee=author_id).delete()
    if ended:
        ListMember.objects.filter(list__owner=follower_id, member=author_id).delete()
        count_relations(
            {follower_id: {"following_count": -1, "relations_version": 1}, author_id: {"followers_count": -1}}
        )
        owe(NoticeType.FOLLOW, recipient_id=author_id, actor_id=follower_id)
        feeds_tasks.tidy_feed.delay_on_commit(follower_id, author_id)
    return bool(ended)
