"""A post as data: the one definition of what the API and the websocket say of it.

`feeds.cards` puts the same three parts together from cached pieces.
"""

from collections.abc import Container
from typing import Any

from accounts.cards import small_card
from accounts.models import User
from feedsite.rendering import stamp
from posts.models import Post


def text_id(pk: int | None) -> str | None:
    return None if pk is None else str(pk)


def fixed_fields(post: Post, *, hidden: Container[int | None] = ()) -> dict[str, Any]:
    """What a card shows until the post is edited, without its author; `hidden` are ids not to be named."""
    return {
        "post_id": str(post.pk),
        "content": post.content,
        "content_html": post.content_html,
        "media": [],
        "media_urls": [],
        "hashtags": post.hashtags,
        "mentions": post.mentions,
        "in_reply_to": None if post.in_reply_to_id in hidden else text_id(post.in_reply_to_id),
        "quote_of": None if post.quote_of_id in hidden else text_id(post.quote_of_id),
        "created_at": stamp(post.created_at),
        "edited_at": stamp(post.edited_at),
    }


def live_fields(
    *,
    visibility: str,
    is_private: bool,
    counts: tuple[int, int, int],
    marks: tuple[bool, bool],
    shared_by: Any = None,
    entry_id: int | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """What changes by itself or differs from viewer to viewer.

    `is_private` is the author's; `counts` are likes, comments, shares; `marks` what the viewer has liked and shared.
    """
    fields = {
        "visibility": "followers" if is_private and visibility == "public" else visibility,
        "shared_by": shared_by,
        "likes_count": counts[0],
        "comments_count": counts[1],
        "shares_count": counts[2],
        "has_liked": marks[0],
        "has_shared": marks[1],
        "has_bookmarked": False,
    }
    if entry_id is not None:
        fields["entry_id"] = str(entry_id)
    if reason is not None:
        fields["reason"] = reason
    return fields


def post_card(
    post: Post,
    *,
    entry_id: int | None = None,
    sharer: User | None = None,
    reason: str | None = None,
    hidden: Container[int | None] = (),
) -> dict[str, Any]:
    """The Post of the contract. The post comes from `for_cards`."""
    live = live_fields(
        visibility=post.visibility,
        is_private=post.author.is_private,
        counts=(post.likes_count, post.comments_count, post.shares_count),
        marks=(post.has_liked, post.has_shared),  # type: ignore[attr-defined]
        shared_by=small_card(sharer) if sharer else None,
        entry_id=entry_id,
        reason=reason,
    )
    return {"user": small_card(post.author), **fixed_fields(post, hidden=hidden), **live}


def post_cards(viewer: Any, posts: list[Post]) -> list[dict[str, Any]]:
    """Cards of posts from `for_cards`; one query more where some answer or quote another."""
    named = {pk for post in posts for pk in (post.in_reply_to_id, post.quote_of_id) if pk}
    seen = set(Post.objects.visible_to(viewer).filter(pk__in=named).values_list("pk", flat=True)) if named else set()
    return [post_card(post, hidden=named - seen) for post in posts]
