"""Counters of posts, changed with the rows they count."""

from feeds import tasks as feeds_tasks
from posts.models import Post
from social.actions.pairs import is_blocked_either_way, lock_pair


def hold_share(share: Post) -> None:
    """Takes the lock of sharer and author: their blocks and their shares of each other change one at a time."""
    author_id = Post.objects.filter(pk=share.share_of_id).values_list("author_id", flat=True).get()
    lock_pair(share.author_id, author_id)


def hold_thread(root_id: int | None) -> str | None:
    """Takes the row a thread began with, and answers who may see it; None where there is none.

    An edit of that post has it before it changes its comments: who changes a comment and then what it answers
    would else meet that edit halfway, and a new comment would say the audience of a moment ago.
    """
    held = Post.objects.select_for_update(no_key=True).filter(pk=root_id)
    return held.values_list("visibility", flat=True).first()


def count_share(share: Post, change: int) -> None:
    """Adds to the original's count, for whoever holds the pair's lock.

    While one blocks the other their shares are out of the count: the block has taken them out, and its end
    brings back those that are still there (`count_shares_between`, in the database).
    """
    original = Post.objects.filter(pk=share.share_of_id)
    if not is_blocked_either_way(share.author_id, original.values_list("author_id", flat=True).get()):
        original.count_in("shares_count", change)
        feeds_tasks.tell_counts_after_commit(share.share_of_id or 0)


def count_comment(parent_id: int, change: int) -> None:
    Post.objects.filter(pk=parent_id).count_in("comments_count", change)
    feeds_tasks.tell_counts_after_commit(parent_id)
