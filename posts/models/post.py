"""A post, and how it read before it was edited."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse

from posts.models.ids import NextPostId, time_of
from posts.models.story import oldest_living_id
from posts.visibility import PostQuerySet

if TYPE_CHECKING:
    from posts.models.attached import LinkPreview, Media, Poll

User = settings.AUTH_USER_MODEL
CONTENT_WARNING_LENGTH = 200


class Visibility(models.TextChoices):
    PUBLIC = "public", "Public"
    FOLLOWERS = "followers", "Followers"
    PRIVATE = "private", "People mentioned"


class TakenDown(models.TextChoices):
    """Why a post is away that its author did not take away."""

    NO = "", "Not taken down"
    HELD = "held", "Held for review"
    HIDDEN = "hidden", "Hidden by staff"
    REMOVED = "removed", "Deleted by staff"


# Each is seen by more people than the one before.
WIDENING = [Visibility.PRIVATE, Visibility.FOLLOWERS, Visibility.PUBLIC]


class Post(models.Model):
    """A post; also a comment (`in_reply_to`), a share (`share_of`) and a quote (`quote_of`)."""

    id = models.BigIntegerField(primary_key=True, db_default=NextPostId(), editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts", db_index=False)
    # What was written, as it was written; a share has none.
    content = models.TextField(blank=True, db_default="")
    # The same as safe HTML with links, made once when written.
    content_html = models.TextField(blank=True, db_default="", editable=False)
    visibility = models.CharField(
        max_length=9, choices=Visibility, default=Visibility.PUBLIC, db_default=Visibility.PUBLIC
    )
    in_reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replies", db_index=False
    )
    # The post a thread began with; whoever may see that may see its comments.
    root = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="thread", db_index=False
    )
    share_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="shares", db_index=False
    )
    quote_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes", db_index=False
    )
    # Lower case, without the hash sign.
    hashtags = ArrayField(models.CharField(max_length=100), default=list, db_default=[], blank=True)
    # Usernames as they stood when the post was written, and who they are: the rule of visibility
    # asks for the latter with every post read, so they lie on the row.
    mentions = ArrayField(models.CharField(max_length=30), default=list, db_default=[], blank=True)
    mentioned_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True, editable=False)
    # Shown in place of the post until somebody wants to see it.
    content_warning = models.CharField(max_length=CONTENT_WARNING_LENGTH, blank=True, default="", db_default="")
    # How many pictures and videos hang on it, and whether a poll does: so that nobody asks in vain.
    media_count = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    has_poll = models.BooleanField(default=False, db_default=False, editable=False)
    # What the first link in it leads to, once a worker has looked.
    preview = models.ForeignKey(
        "posts.LinkPreview", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    # The story that this private post answers. Without a constraint: the story may go at the same moment.
    story = models.ForeignKey(
        "posts.Story",
        on_delete=models.SET_NULL,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
    )
    # Raised with every change of what its card shows for long: the text, media, a preview.
    version = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    likes_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    comments_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    shares_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Set by its author's delete: gone everywhere at once, erased for good a day later.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Its author took it away, and so may take that back for UNDO_MINUTES; what staff remove stays removed.
    deleted_by_author = models.BooleanField(default=False, db_default=False, editable=False)
    # Set together with `deleted_at` by what staff or the review decided, so every read already leaves it out;
    # `held` and `hidden` are never erased, `removed` only when nobody can appeal any more.
    taken_down = models.CharField(
        max_length=7, choices=TakenDown, default=TakenDown.NO, db_default=TakenDown.NO, blank=True, editable=False
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        db_table = "post"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(content="") | Q(share_of__isnull=False) | Q(media_count__gt=0) | Q(has_poll=True),
                name="a_post_has_something_to_show",
            ),
            models.CheckConstraint(
                condition=Q(share_of__isnull=True) | (Q(in_reply_to__isnull=True) & Q(content="")),
                name="a_share_has_no_text_and_answers_nothing",
            ),
            models.CheckConstraint(
                condition=Q(taken_down="") | Q(deleted_at__isnull=False), name="what_is_taken_down_is_away"
            ),
            models.UniqueConstraint(
                fields=["author", "share_of"],
                condition=Q(share_of__isnull=False, deleted_at__isnull=True),
                name="one_share_per_person",
            ),
        ]
        indexes = [
            # An author's timeline entries, newest first: profiles, and readers who pull.
            models.Index(
                fields=["author", "-id"], name="post_author", condition=Q(root__isnull=True, deleted_at__isnull=True)
            ),
            # The public timeline, newest first.
            models.Index(
                fields=["-id"],
                name="post_public",
                condition=Q(visibility="public", root__isnull=True, share_of__isnull=True, deleted_at__isnull=True),
            ),
            # Direct replies, oldest first.
            models.Index(fields=["in_reply_to", "id"], name="post_reply", condition=Q(in_reply_to__isnull=False)),
            # A whole thread.
            models.Index(fields=["root", "id"], name="post_thread", condition=Q(root__isnull=False)),
            # A newer share of the same original.
            models.Index(fields=["share_of", "author", "id"], name="post_share", condition=Q(share_of__isnull=False)),
            # What quotes a post, newest first.
            models.Index(fields=["quote_of", "-id"], name="post_quote", condition=Q(quote_of__isnull=False)),
            # Comments of one author, for profiles and when an account goes.
            models.Index(fields=["author", "-id"], name="post_author_comment", condition=Q(root__isnull=False)),
            GinIndex(fields=["hashtags"], name="post_hashtags", condition=~Q(hashtags=[])),
            # An author's media, newest first.
            models.Index(
                fields=["author", "-id"],
                name="post_author_media",
                condition=Q(media_count__gt=0, deleted_at__isnull=True),
            ),
            # What answers a story, when that ends.
            models.Index(fields=["story"], name="post_story", condition=Q(story__isnull=False)),
            # What is to be erased, apart from what was taken down and stays.
            models.Index(fields=["taken_down", "deleted_at"], name="post_gone", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.content[:60] or f"share of {self.share_of_id}"

    def get_absolute_url(self) -> str:
        return reverse("thread", args=[self.author.username, self.pk])

    @property
    def created_at(self) -> datetime:
        return time_of(self.pk)

    @property
    def is_comment(self) -> bool:
        return self.root_id is not None

    @property
    def living_story_id(self) -> int | None:
        """The story that it answers, while that lives."""
        return self.story_id if self.story_id and self.story_id >= oldest_living_id() else None

    @property
    def is_public(self) -> bool:
        return self.visibility == Visibility.PUBLIC and not self.author.is_closed

    @property
    def is_shareable(self) -> bool:
        """Whether it may be shared, and shares of it are shown and counted."""
        return self.is_public and not self.is_comment

    @property
    def shown_shares_count(self) -> int:
        """The column leaves out shares between people who block each other; while nobody may share it, it is 0."""
        return self.shares_count if self.is_shareable else 0

    # What is attached, put here for a card by `posts.hydrate.complete`.
    shown_media: "Sequence[Media]" = ()
    shown_poll: "Poll | None" = None
    shown_preview: "LinkPreview | None" = None
    # The quoted post, where the viewer may see it.
    quoted: "Post | None" = None
    # What a comment answers, where it is shown away from its thread and the viewer may see that.
    answered: "Post | None" = None


class RevisionQuerySet(models.QuerySet["Revision"]):
    def shown_to(self, viewer: Any, post: Post) -> "RevisionQuerySet":
        """How a post that the viewer may see read before, newest first.

        What was written for fewer than may see the post today is shown to its author only.
        """
        revisions = self.filter(post=post).order_by("-pk")
        if viewer.pk == post.author_id:
            return revisions
        return revisions.filter(visibility__in=WIDENING[WIDENING.index(Visibility(post.visibility)) :])


class Revision(models.Model):
    """How a post read until it was edited."""

    id = models.BigIntegerField(primary_key=True, db_default=NextPostId(), editable=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="revisions", db_index=False)
    content = models.TextField(blank=True)
    content_html = models.TextField(blank=True)
    content_warning = models.CharField(max_length=CONTENT_WARNING_LENGTH, blank=True)
    # Who could see it then: a post made wider does not show what was written for fewer.
    visibility = models.CharField(max_length=9, choices=Visibility)
    # The media as they hung on it: [{media_id, alt}].
    media = models.JSONField(default=list)
    # Since when it read like this: the post's making or the edit before.
    written_at = models.DateTimeField()

    objects = RevisionQuerySet.as_manager()

    class Meta:
        db_table = "post_revision"
        # A post's history.
        indexes = [models.Index(fields=["post", "id"], name="revision_of")]

    def __str__(self) -> str:
        return self.content[:60]
