"""Questions about posts. Each list is skeleton ids, rules and order in one queryset."""

from dataclasses import dataclass
from typing import Any

from django.db.models import F

from accounts.models import User
from feedsite.errors import NotFound
from posts.hydrate import complete, visible_posts
from posts.models import Like, Media, Post, Story, as_id
from posts.visibility import PostQuerySet
from social.queries import blocks_viewer


def get_visible(viewer: Any, post_id: int) -> Post:
    """The post, if the viewer may see it; raises NotFound, the same for hidden and unknown ids."""
    post = Post.objects.visible_to(viewer).for_cards(viewer).filter(pk=post_id).first()
    if post is None:
        raise NotFound()
    return post


def get_complete(viewer: Any, post_id: int) -> Post:
    """The same with all that hangs on it, for its card."""
    post = get_visible(viewer, post_id)
    complete(viewer, [post])
    return post


def get_original(viewer: Any, post_id: int) -> Post:
    """The post, or what it shares, if the viewer may see it; raises NotFound."""
    post = get_visible(viewer, post_id)
    return get_visible(viewer, post.share_of_id) if post.share_of_id else post


def find_share(sharer: User, original: Post) -> Post | None:
    """The sharer's own share of the post, whoever may see it."""
    return Post.objects.filter(share_of=original, author=sharer, deleted_at=None).first()


def public_timeline(viewer: Any) -> PostQuerySet:
    """Everybody's public posts, newest first."""
    posts = Post.objects.visible_to(viewer).timeline_entries()
    return posts.filter(visibility="public", share_of=None).for_cards(viewer).order_by("-pk")


def tagged(viewer: Any, tag: str) -> PostQuerySet:
    """Public posts with a hashtag (lower case, without the sign), newest first."""
    return public_timeline(viewer).filter(hashtags__contains=[tag])


def comments_on(viewer: Any, post: Post) -> PostQuerySet:
    """The direct replies, oldest first."""
    return Post.objects.visible_to(viewer).filter(in_reply_to=post).for_cards(viewer).order_by("pk")


def likers(viewer: Any, post: Post, *, below: int | None, limit: int) -> list[User]:
    """Who liked the post, newest accounts first, at most `limit` with ids under `below`."""
    likes = Like.objects.filter(~blocks_viewer(viewer, "user"), post=post, user__is_active=True).select_related("user")
    if below is not None:
        likes = likes.filter(user_id__lt=below)
    return [like.user for like in likes.order_by("-user_id")[:limit]]


def sharers(viewer: Any, post: Post, *, below: int | None, limit: int) -> list[User]:
    """Whose shares of the post the viewer may see, in the same order."""
    shares = Post.objects.visible_to(viewer).filter(share_of=post).select_related("author")
    if below is not None:
        shares = shares.filter(author_id__lt=below)
    return [share.author for share in shares.order_by("-author_id")[:limit]]


def quotes_of(viewer: Any, post: Post) -> PostQuerySet:
    """What quotes the post, newest first."""
    return Post.objects.visible_to(viewer).filter(quote_of=post).for_cards(viewer).order_by("-pk")


def bookmarked(viewer: User, *, below: int | None) -> PostQuerySet:
    """What the viewer has kept and may still see, newest kept first; `bookmark_id` is its place."""
    posts = Post.objects.visible_to(viewer).filter(bookmarks__user=viewer).annotate(bookmark_id=F("bookmarks__id"))
    if below is not None:
        posts = posts.filter(bookmarks__id__lt=below)
    return posts.for_cards(viewer).order_by("-bookmarks__id")


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
    """A post at its place in a list: `sharer` and the share's id where a share put it there.

    `why` is the address that explains the place, in lists that have one.
    """

    entry_id: int
    post: Post
    sharer: User | None = None
    why: str = ""


def placed(viewer: Any, posts: list[Post]) -> list[Placed]:
    """Posts of a list, shares replaced by what they share; a query more for each kind of thing there is."""
    shared = [post.share_of_id for post in posts if post.share_of_id]
    originals = visible_posts(viewer, shared) if shared else {}
    complete(viewer, [*(post for post in posts if not post.share_of_id), *originals.values()])
    return [
        Placed(post.pk, originals[post.share_of_id], post.author) if post.share_of_id else Placed(post.pk, post)
        for post in posts
        if not post.share_of_id or post.share_of_id in originals
    ]


def get_shown_media(viewer: Any, media_id: int) -> Media:
    """Ready media of a post or a story that the viewer may see, or an own upload that waits; raises NotFound."""
    media = Media.objects.filter(pk=media_id, status=Media.Status.READY).first()
    if media is None or not may_see_media(viewer, media):
        raise NotFound()
    return media


def may_see_media(viewer: Any, media: Media) -> bool:
    if media.post_id is not None:
        return Post.objects.visible_to(viewer).filter(pk=media.post_id).exists()
    if media.story_id is not None:
        return Story.objects.visible_to(viewer).filter(pk=media.story_id).exists()
    return media.owner_id == viewer.pk


def waiting_uploads(owner: Any, media_ids: list[Any]) -> list[Media]:
    """Of these, the owner's uploads that hang on no post and no story, in this order."""
    ids = [pk for pk in map(as_id, media_ids) if pk is not None]
    waiting = Media.objects.waiting().filter(owner=owner, pk__in=ids).select_related("owner")
    found = {media.pk: media for media in waiting}
    return [found[pk] for pk in dict.fromkeys(ids) if pk in found]
