"""What one says of a post with one press."""

from django.db import connection, transaction

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite import limits
from posts.actions.owing import owe_of_like
from posts.models import Bookmark, Like, Post
from posts.queries import get_original


def like(*, actor: User, post_id: int) -> Post:
    """Likes a visible post once; answers the post with its fresh count. Raises NotFound, TooMany."""
    post = get_original(actor, post_id)
    limits.take("like", actor.pk)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO post_like (post_id, user_id, created_at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING",
            [post.pk, actor.pk],
        )
        if cursor.rowcount:
            Post.objects.filter(pk=post.pk).count_in("likes_count", 1)
            owe_of_like(post, actor.pk)
            feeds_tasks.tell_counts_after_commit(post.pk)
    post.refresh_from_db(fields=["likes_count"])
    return post


def unlike(*, actor: User, post_id: int) -> Post:
    post = get_original(actor, post_id)
    with transaction.atomic():
        gone, _ = Like.objects.filter(post=post, user=actor).delete()
        if gone:
            Post.objects.filter(pk=post.pk).count_in("likes_count", -1)
            owe_of_like(post, actor.pk)
            feeds_tasks.tell_counts_after_commit(post.pk)
    post.refresh_from_db(fields=["likes_count"])
    return post


def bookmark(*, actor: User, post_id: int) -> Post:
    """Keeps a visible post for later, once; nobody else is told. Raises NotFound, TooMany."""
    post = get_original(actor, post_id)
    limits.take("bookmark", actor.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookmark (user_id, post_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", [actor.pk, post.pk]
        )
    return post


def unbookmark(*, actor: User, post_id: int) -> Post:
    post = get_original(actor, post_id)
    Bookmark.objects.filter(post=post, user=actor).delete()
    return post
