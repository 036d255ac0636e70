"""What staff, or the review, take away and put back. To everybody it is as if its author had deleted the post.

Two may hold a post away, its author and the staff: it is back when neither does.
"""

from django.db import transaction

from feedsite.errors import Invalid
from posts.actions.counting import hold_thread
from posts.actions.deleting import put_back, remove
from posts.actions.outbox import lock_author
from posts.models import Post, TakenDown


@transaction.atomic
def take_down(post: Post, how: TakenDown) -> bool:
    """Takes a post away everywhere, or changes why it is away; True when that is new. Raises Invalid for a share."""
    if post.share_of_id:
        raise Invalid("A share has no words of its own. Decide about the post that it shares.")
    held = hold(post)
    if held is None or held.taken_down == how:
        return False
    remove(held)
    Post.objects.filter(pk=post.pk).update(taken_down=how)
    post.refresh_from_db(fields=["taken_down", "deleted_at", "deleted_by_author"])
    return True


@transaction.atomic
def put_up(post: Post) -> bool:
    """Takes that back; the post is where it was, unless its author has deleted it. True when it was taken down."""
    lock_author(post.author_id)
    held = hold(post)
    if held is None or held.taken_down == TakenDown.NO:
        return False
    back = {} if held.deleted_by_author else {"deleted_at": None}
    Post.objects.filter(pk=post.pk).update(taken_down=TakenDown.NO, **back)
    if back:
        put_back(held, held.author)
    post.refresh_from_db(fields=["taken_down", "deleted_at", "deleted_by_author"])
    return True


def hold(post: Post) -> Post | None:
    """The post as it stands, and as it stays until the transaction ends; None when it is erased."""
    if post.root_id:
        hold_thread(post.root_id)
    held = Post.objects.select_for_update(no_key=True, of=("self",))
    return held.select_related("author", "in_reply_to", "quote_of").filter(pk=post.pk).first()
