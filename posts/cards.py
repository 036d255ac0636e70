"""A post as data: the one definition of what the API and the websocket say of it.

`feeds.cards` puts the same three parts together from cached pieces.
"""

from collections.abc import Container
from typing import Any

from accounts.cards import small_card
from accounts.models import User
from feedsite.rendering import stamp
from posts.files import address
from posts.models import LinkPreview, Media, Poll, Post
from posts.queries import Placed, placed


def text_id(pk: int | None) -> str | None:
    return None if pk is None else str(pk)


def fixed_fields(post: Post) -> dict[str, Any]:
    """What a card shows until the post is changed, without its author. The post comes from `complete`."""
    media = [media_card(one) for one in post.shown_media]
    return {
        "post_id": str(post.pk),
        "content": post.content,
        "content_html": post.content_html,
        "content_warning": post.content_warning,
        "media": media,
        "media_urls": [one["url"] for one in media if one["url"]],
        "link_preview": preview_card(post.shown_preview) if post.shown_preview else None,
        "hashtags": post.hashtags,
        "mentions": post.mentions,
        "story_id": text_id(post.living_story_id),
        "created_at": stamp(post.created_at),
        "edited_at": stamp(post.edited_at),
    }


def media_card(media: Media) -> dict[str, Any]:
    """The Media of the contract; its addresses only once there is something at them."""
    is_ready = media.status == Media.Status.READY
    return {
        "media_id": str(media.pk),
        "type": media.kind,
        "url": address(media, "full") if is_ready else None,
        "preview_url": address(media, "preview") if is_ready else None,
        "alt": media.alt,
        "width": media.width,
        "height": media.height,
        "blurhash": media.blurhash,
        "duration": media.duration,
        "status": media.status,
    }


def story_card(story: Any) -> dict[str, Any]:
    """The story of the contract, and `seen` by the viewer; it comes from `with_marks`."""
    return {
        "story_id": str(story.pk),
        "user": small_card(story.owner),
        "media": media_card(story.media),
        "caption": story.caption,
        "created_at": stamp(story.created_at),
        "expires_at": stamp(story.expires_at),
        "seen": story.seen,
    }


def preview_card(preview: LinkPreview) -> dict[str, Any]:
    return {
        "url": preview.url,
        "title": preview.title,
        "description": preview.description,
        "site_name": preview.site_name,
        "image_url": address(preview, "picture") if preview.picture else None,
    }


def poll_card(poll: Poll) -> dict[str, Any]:
    """A poll as the viewer sees it: `voted` are the numbers of the options chosen, null before.

    `votes_count` is null for whoever may still vote.
    """
    shown = poll.votes if poll.shows_results() else [None] * len(poll.options)
    return {
        "options": [{"title": title, "votes_count": votes} for title, votes in zip(poll.options, shown, strict=True)],
        "voters_count": poll.voters_count,
        "multiple": poll.is_multiple,
        "ends_at": stamp(poll.ends_at),
        "ended": poll.is_over(),
        "voted": poll.chosen,
    }


def live_fields(
    *,
    visibility: str,
    is_closed: bool,
    counts: tuple[int, int, int],
    marks: tuple[bool, bool, bool],
    in_reply_to: int | None = None,
    quote_of: int | None = None,
    poll: Poll | None = None,
    shared_by: Any = None,
    entry_id: int | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """What changes by itself or differs from viewer to viewer.

    `is_closed` is the author's, private or limited; `counts` are likes, comments, shares; `marks` what the viewer has
    liked, shared and kept; `in_reply_to` and `quote_of` only where the viewer may see those.
    """
    shown = "followers" if is_closed and visibility == "public" else visibility
    # Shares stand, and count, while the post is public.
    is_public = shown == "public"
    fields = {
        "visibility": shown,
        "in_reply_to": text_id(in_reply_to),
        "quote_of": text_id(quote_of),
        "poll": poll_card(poll) if poll else None,
        "shared_by": shared_by,
        "likes_count": counts[0],
        "comments_count": counts[1],
        "shares_count": counts[2] if is_public else 0,
        "has_liked": marks[0],
        "has_shared": marks[1] and is_public,
        "has_bookmarked": marks[2],
    }
    if entry_id is not None:
        fields["entry_id"] = str(entry_id)
    if reason is not None:
        fields["reason"] = reason
    return fields


def post_card(
    post: Any,
    *,
    entry_id: int | None = None,
    sharer: User | None = None,
    reason: str | None = None,
    hidden: Container[int | None] = (),
) -> dict[str, Any]:
    """The Post of the contract; `hidden` are ids not to be named. The post comes from `for_cards` and `complete`."""
    live = live_fields(
        visibility=post.visibility,
        is_closed=post.author.is_closed,
        counts=(post.likes_count, post.comments_count, post.shares_count),
        marks=(post.has_liked, post.has_shared, post.has_bookmarked),
        in_reply_to=None if post.in_reply_to_id in hidden else post.in_reply_to_id,
        quote_of=None if post.quote_of_id in hidden else post.quote_of_id,
        poll=post.shown_poll,
        shared_by=small_card(sharer) if sharer else None,
        entry_id=entry_id,
        reason=reason,
    )
    return {"user": small_card(post.author), **fixed_fields(post), **live}


def post_cards(viewer: Any, posts: list[Post]) -> list[dict[str, Any]]:
    """Cards of posts from `for_cards`, of shares what they share; a query more for each kind of thing on them."""
    return placed_cards(viewer, placed(viewer, posts))


def placed_cards(viewer: Any, items: list[Placed]) -> list[dict[str, Any]]:
    """Cards of posts that are complete; one query where some are comments."""
    answered = {item.post.in_reply_to_id for item in items if item.post.in_reply_to_id}
    shown = Post.objects.visible_to(viewer).filter(pk__in=answered).values_list("pk", flat=True) if answered else ()
    named = answered | {item.post.quote_of_id for item in items if item.post.quote_of_id}
    known = {*shown, *(item.post.quoted.pk for item in items if item.post.quoted)}
    return [post_card(item.post, sharer=item.sharer, hidden=named - known) for item in items]
