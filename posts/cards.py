"""A post as data: the one definition of what the API and the websocket say of it."""

from collections.abc import Container
from typing import Any

from accounts.cards import small_card
from accounts.models import User
from feedsite.rendering import stamp
from posts.models import Post


def text_id(pk: int | None) -> str | None:
    return None if pk is None else str(pk)


def post_card(
    post: Post,
    *,
    entry_id: int | None = None,
    sharer: User | None = None,
    reason: str | None = None,
    hidden: Container[int | None] = (),
) -> dict[str, Any]:
    """The Post of the contract. The post comes from `for_cards`; `hidden` are ids not to be named."""
    card: dict[str, Any] = {
        "post_id": str(post.pk),
        "user": small_card(post.author),
        "content": post.content,
        "content_html": post.content_html,
        "media": [],
        "media_urls": [],
        "visibility": "followers" if post.author.is_private and post.visibility == "public" else post.visibility,
        "hashtags": post.hashtags,
        "mentions": post.mentions,
        "in_reply_to": None if post.in_reply_to_id in hidden else text_id(post.in_reply_to_id),
        "quote_of": None if post.quote_of_id in hidden else text_id(post.quote_of_id),
        "shared_by": small_card(sharer) if sharer else None,
        "created_at": stamp(post.created_at),
        "edited_at": stamp(post.edited_at),
        "likes_count": post.likes_count,
        "comments_count": post.comments_count,
        "shares_count": post.shares_count,
        "has_liked": post.has_liked,  # type: ignore[attr-defined]
        "has_shared": post.has_shared,  # type: ignore[attr-defined]
        "has_bookmarked": False,
    }
    if entry_id is not None:
        card["entry_id"] = str(entry_id)
    if reason is not None:
        card["reason"] = reason
    return card


def post_cards(viewer: Any, posts: list[Post]) -> list[dict[str, Any]]:
    """Cards of posts from `for_cards`; one query more where some answer or quote another."""
    named = {pk for post in posts for pk in (post.in_reply_to_id, post.quote_of_id) if pk}
    seen = set(Post.objects.visible_to(viewer).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    return [post_card(post, hidden=named - seen) for post in posts]
