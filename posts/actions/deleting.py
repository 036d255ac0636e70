"""Taking posts away."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite.errors import Forbidden, NotFound
from posts.actions.counting import count_comment, count_share, hold_share, hold_thread
from posts.actions.outbox import announce_after_commit, lock_author, owe_again
from posts.actions.owing import owe_of_post, owe_of_share
from posts.models import Post, TakenDown
from posts.queries import get_visible


def delete(*, actor: User, post_id: int) -> None:
    """Takes one's own post away everywhere; raises Forbidden for a visible post of somebody else."""
    post = get_visible(actor, post_id)
    if post.author_id != actor.pk:
        raise Forbidden(_("Only its author can delete a post."))
    remove(post, by_author=True)


def remove(post: Post, *, by_author: bool = False) -> bool:
    """Takes a post away everywhere, whoever asks; True when it was still there. Its author may undo it."""
    with transaction.atomic():
        if post.share_of_id:
            hold_share(post)
        if post.root_id:
            hold_thread(post.root_id)
        gone = {"deleted_at": timezone.now(), "deleted_by_author": by_author}
        if not Post.objects.filter(pk=post.pk, deleted_at=None).update(**gone):
            return False
        feeds_tasks.tell_card_after_commit(post.pk)
        if post.share_of_id:
            count_share(post, -1)
            owe_of_share(post)
        if post.root_id is None:
            feeds_tasks.retract.delay_on_commit(post.pk)
            User.objects.filter(pk=post.author_id).update(posts_count=F("posts_count") - 1)
        elif post.in_reply_to_id:
            count_comment(post.in_reply_to_id, -1)
    return True


@transaction.atomic
def restore(*, actor: User, post_id: int) -> Post:
    """Takes one's own delete back within UNDO_MINUTES; the post is where it was, as if nothing had happened.

    Raises NotFound once it is too late or for what was not one's own delete, Forbidden for a visible post
    of somebody else.
    """
    lock_author(actor.pk)
    own = Post.objects.filter(pk=post_id, author=actor)
    for root_id in own.exclude(root=None).values_list("root", flat=True):
        hold_thread(root_id)
    post = own.select_for_update(no_key=True, of=("self",)).first()
    if post is None:
        get_visible(actor, post_id)
        raise Forbidden(_("Only its author can bring a post back."))
    if post.deleted_at is not None:
        check_restorable(post)
        Post.objects.filter(pk=post.pk).update(deleted_at=None, deleted_by_author=False)
        put_back(post, actor)
    return get_visible(actor, post_id)


def check_restorable(post: Post) -> None:
    too_late = timezone.now() - timedelta(minutes=settings.UNDO_MINUTES)
    is_own = post.deleted_by_author and post.taken_down == TakenDown.NO
    if not is_own or post.deleted_at is None or post.deleted_at < too_late:
        raise NotFound(_("This cannot be brought back any more."))
    if post.share_of_id:
        raise Forbidden(_("A share is not brought back. Share the post again."))


def put_back(post: Post, author: User) -> None:
    """Undoes what `remove` did besides: counters, and the rows in feeds by way of the outbox."""
    feeds_tasks.tell_card_after_commit(post.pk)
    owe_of_post(post)  # it may have been away when they were to be told
    if post.root_id is None:
        owe_again(post)
        User.objects.filter(pk=post.author_id).update(posts_count=F("posts_count") + 1)
        announce_after_commit(post, author)
    elif post.in_reply_to_id:
        count_comment(post.in_reply_to_id, 1)


@transaction.atomic
def erase(post_ids: Sequence[int]) -> None:
    """Erases posts for good, and with them their comments and shares; the sharers then have a post less."""
    shares = Post.objects.filter(share_of__in=post_ids, deleted_at=None).exclude(pk__in=post_ids)
    numbers = list(shares.values_list("author").annotate(Count("pk")).order_by("author"))
    Post.objects.filter(pk__in=post_ids).delete()
    for sharer_id, number in numbers:  # posts before people, as everywhere: so no two wait for each other
        User.objects.filter(pk=sharer_id).update(posts_count=F("posts_count") - number)
