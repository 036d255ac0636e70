"""Questions about posts. Each list is skeleton ids, rules and order in one queryset."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from feedsite.errors import NotFound
from posts.models import Like, Post
from posts.visibility import PostQuerySet
from social.queries import blocks_viewer


def get_visible(viewer: Any, post_id: int) -> Post:
    """The post, if the viewer may see it; raises NotFound, the same for hidden and unknown ids."""
    post = Post.objects.visible_to(viewer).for_cards(viewer).filter(pk=post_id).first()
    if post is None:
        raise NotFound()
    return post


def public_timeline(viewer: Any) -> PostQuerySet:
    """Everybody's public posts, newest first."""
    posts = Post.objects.visible_to(viewer).timeline_entries()
    return posts.filter(visibility="public", share_of=None).for_cards(viewer).order_by("-pk")


def tagged(viewer: Any, tag: str) -> PostQuerySet:
    """Public posts with a hashtag (lower case, without the sign), newest first."""
    return public_timeline(viewer).filter(hashtags__contains=[tag])


def of_author(viewer: Any, author: User) -> PostQuerySet:
    """An author's posts and shares that the viewer may see, newest first."""
    return Post.objects.visible_to(viewer).timeline_entries().filter(author=author).for_cards(viewer).order_by("-pk")


def comments_on(viewer: Any, post: Post) -> PostQuerySet:
    """The direct replies, oldest first."""
    return Post.objects.visible_to(viewer).filter(in_reply_to=post).for_cards(viewer).order_by("pk")


def likers(viewer: Any, post: Post, *, below: int | None, limit: int) -> list[User]:
    """Who liked the post, newest accounts first, at most `limit` with ids under `below`."""
    likes = Like.objects.filter(~blocks_viewer(viewer, "user"), post=post, user__is_active=True).select_related("user")
    if below is not None:
        likes = likes.filter(user_id__lt=below)
    return [like.user for like in likes.order_by("-user_id")[:limit]]


def knows_id(post_id: int) -> bool:
    """Whether a post of that id was ever made here; says nothing of who may see it."""
    return Post.objects.filter(pk=post_id).exists()


def find_visible(viewer: Any, post_id: int | None) -> Post | None:
    """The post with its author, or None when there is none that the viewer may see."""
    if post_id is None:
        return None
    return Post.objects.visible_to(viewer).select_related("author").filter(pk=post_id).first()


@dataclass(frozen=True)
class Placed:
    """A post at its place in a list: `sharer` and the share's id where a share put it there."""

    entry_id: int
    post: Post
    sharer: User | None = None


def placed(viewer: Any, posts: list[Post]) -> list[Placed]:
    """Posts of a list, shares replaced by what they share; one query more where there are shares."""
    shared = [post.share_of_id for post in posts if post.share_of_id]
    originals = Post.objects.visible_to(viewer).for_cards(viewer).in_bulk(shared) if shared else {}
    return [
        Placed(post.pk, originals[post.share_of_id], post.author) if post.share_of_id else Placed(post.pk, post)
        for post in posts
        if not post.share_of_id or post.share_of_id in originals
    ]
