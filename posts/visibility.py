"""Who may see a post. `Post.objects.visible_to(viewer)` is the only way out of the table."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value

from social.models import Block, Follow

if TYPE_CHECKING:
    from posts.models import Post  # noqa: F401


def blocked_either_way(viewer_id: int, author: str) -> Q:
    return Q(Exists(Block.objects.filter(blocker=viewer_id, blocked=OuterRef(author)))) | Q(
        Exists(Block.objects.filter(blocker=OuterRef(author), blocked=viewer_id))
    )


def within_audience(viewer: Any, prefix: str = "") -> Q:
    """The visibility rule for the post (or, with a prefix, for the post it hangs on)."""
    public = Q(**{f"{prefix}visibility": "public", f"{prefix}author__is_private": False})
    if not viewer.is_authenticated:
        return public
    author = f"{prefix}author"
    follows = Q(Exists(Follow.objects.filter(follower=viewer.pk, followee=OuterRef(author))))
    return (
        public
        | Q(**{author: viewer.pk})
        | Q(**{f"{prefix}mentioned_ids__contains": [viewer.pk]})
        | (~Q(**{f"{prefix}visibility": "private"}) & follows)
    )


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, viewer: Any) -> Self:
        """Posts the viewer (a User or AnonymousUser) may see, as things stand now.

        Not deleted, by an active author, within the audience, no block either way; a comment and a
        share only where the same holds for the post it hangs on.
        """
        posts = self.filter(deleted_at=None, author__is_active=True)
        posts = posts.filter(Q(root=None) | Q(root__deleted_at=None, root__author__is_active=True))
        posts = posts.filter(Q(share_of=None) | Q(share_of__deleted_at=None, share_of__author__is_active=True))
        posts = posts.filter(
            Q(root=None) & within_audience(viewer) | Q(root__isnull=False) & within_audience(viewer, "root__")
        )
        posts = posts.filter(Q(share_of=None) | within_audience(viewer, "share_of__"))
        if not viewer.is_authenticated:
            return posts
        for author in ("author", "root__author", "share_of__author"):
            posts = posts.exclude(blocked_either_way(viewer.pk, author))
        return posts

    def timeline_entries(self) -> Self:
        """Posts, quotes and shares: what can stand in a timeline. Comments cannot."""
        return self.filter(root=None)

    def with_marks(self, viewer: Any) -> Self:
        """Each post with `has_liked` and `has_shared` of the viewer."""
        if not viewer.is_authenticated:
            return self.annotate(has_liked=Value(False), has_shared=Value(False))
        likes = self.model.likes.rel.related_model.objects
        shares = self.model.objects.filter(share_of=OuterRef("pk"), author=viewer.pk, deleted_at=None)
        return self.annotate(
            has_liked=Exists(likes.filter(post=OuterRef("pk"), user=viewer.pk)), has_shared=Exists(shares)
        )

    def for_cards(self, viewer: Any) -> Self:
        """What a card shows, in one query: the post, its author and the viewer's marks."""
        return self.with_marks(viewer).select_related("author")

    def below(self, post_id: int | None) -> Self:
        return self if post_id is None else self.filter(pk__lt=post_id)

    def oldest_first_after(self, post_id: int | None) -> Self:
        posts = self if post_id is None else self.filter(pk__gt=post_id)
        return posts.order_by("pk")

    def count_in(self, field: str, change: int) -> int:
        """Adds `change` to a counter of these rows, in the transaction that changes what is counted."""
        return self.update(**{field: F(field) + change})
