"""The post that stands first on one's profile."""

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Forbidden
from posts.models import PinnedPost, Post, Visibility
from posts.queries import get_original


def pin(*, actor: User, post_id: int) -> Post:
    """Puts one's own post first on one's profile, in place of another; idempotent.

    Raises NotFound, or Forbidden for what is somebody else's, a comment, or for the people mentioned only.
    """
    post = get_original(actor, post_id)
    check_pinnable(post, actor)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pinned_post (author_id, post_id) VALUES (%s, %s)"
            " ON CONFLICT (author_id) DO UPDATE SET post_id = excluded.post_id",
            [actor.pk, post.pk],
        )
    return post


def check_pinnable(post: Post, actor: User) -> None:
    if post.author_id != actor.pk:
        raise Forbidden(_("Only your own posts can be pinned to your profile."))
    if post.is_comment:
        raise Forbidden(_("Comments cannot be pinned. Pin a post of your own."))
    if post.visibility == Visibility.PRIVATE:
        raise Forbidden(_("This post is for the people mentioned only. Pin one that your followers may read."))


def unpin(*, actor: User, post_id: int) -> Post:
    """Takes the pin off one's own post; nothing happens where there is none."""
    post = get_original(actor, post_id)
    PinnedPost.objects.filter(author=actor, post=post).delete()
    return post
