"""Who may see a post. `Post.objects.visible_to(viewer)` is the only way out of the table."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Value

if TYPE_CHECKING:
    from posts.models import Post  # noqa: F401


class Visible(models.Func):
    """Whether a viewer (0: signed out) may see the row; the rule is in the migration `posts.0002_visible`."""

    function = "post_visible"
    output_field = models.BooleanField()

    def __init__(self, viewer_id: int) -> None:
        columns = ("author_id", "visibility", "mentioned_ids", "root_id", "share_of_id")
        super().__init__(Value(viewer_id, models.BigIntegerField()), *map(F, columns))


class PostQuerySet(models.QuerySet["Post"]):
    def visible_to(self, viewer: Any) -> Self:
        """Posts the viewer (a User or AnonymousUser) may see, as things stand now.

        Not deleted, by an active author, within the audience, no block either way; a comment and a
        share only where the same holds for the post it hangs on.
        """
        return self.filter(Visible(viewer.pk or 0), deleted_at=None)

    def timeline_entries(self) -> Self:
        """Posts, quotes and shares: what can stand in a timeline. Comments cannot."""
        return self.filter(root=None)

    def with_marks(self, viewer: Any) -> Self:
        """Each post with `has_liked`, `has_shared` and `has_bookmarked` of the viewer."""
        if not viewer.is_authenticated:
            return self.annotate(has_liked=Value(False), has_shared=Value(False), has_bookmarked=Value(False))
        likes: Any = self.model.likes.rel.related_model
        bookmarks: Any = self.model.bookmarks.rel.related_model
        shares = self.model.objects.filter(share_of=OuterRef("pk"), author=viewer.pk, deleted_at=None)
        return self.annotate(
            has_liked=Exists(likes.objects.filter(post=OuterRef("pk"), user=viewer.pk)),
            has_shared=Exists(shares),
            has_bookmarked=Exists(bookmarks.objects.filter(post=OuterRef("pk"), user=viewer.pk)),
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
