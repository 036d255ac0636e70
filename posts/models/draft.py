"""What is not posted yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Prefetch, Q

from posts.models.attached import Media
from posts.models.ids import NextPostId, time_of
from posts.models.post import CONTENT_WARNING_LENGTH, Post, Visibility

User = settings.AUTH_USER_MODEL


class DraftQuerySet(models.QuerySet["Draft"]):
    def of(self, author: Any) -> "DraftQuerySet":
        """Nobody else sees them. Newest first."""
        return self.filter(author=author.pk).order_by("-pk")

    def below(self, draft_id: int | None) -> "DraftQuerySet":
        return self if draft_id is None else self.filter(pk__lt=draft_id)

    def with_media(self) -> "DraftQuerySet":
        """Each with `hanging`, its media in order."""
        return self.prefetch_related(Prefetch("media", Media.objects.order_by("position"), to_attr="hanging"))

    def due(self, now: datetime) -> "DraftQuerySet":
        """What is to be posted by now, what waited longest first; a suspended author's waits."""
        return self.filter(due_at__lte=now, author__is_active=True).order_by("due_at", "pk")


class Draft(models.Model):
    """Something begun; with `due_at` it is posted then. Nothing in it is checked before that but sizes."""

    id = models.BigIntegerField(primary_key=True, db_default=NextPostId(), editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    content = models.TextField(blank=True)
    content_warning = models.CharField(max_length=CONTENT_WARNING_LENGTH, blank=True)
    visibility = models.CharField(max_length=9, choices=Visibility, default=Visibility.PUBLIC)
    # Kept when these posts are erased: an answer must not become a post of its own, nor a quote lose what it quotes.
    in_reply_to = models.ForeignKey(
        Post, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    quote_of = models.ForeignKey(
        Post, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    # {options, multiple, seconds} as `posts.actions.publish` takes them, or null.
    poll = models.JSONField(null=True)
    updated_at = models.DateTimeField(auto_now=True)
    # When it is to be posted; null: when its author says so.
    due_at = models.DateTimeField(null=True)
    # Why it could not be posted when it was due; it stays a draft.
    problem = models.CharField(max_length=300, blank=True)

    objects = DraftQuerySet.as_manager()

    # Put here by `with_media`.
    hanging: "Sequence[Media]"

    class Meta:
        db_table = "draft"
        indexes = [
            # An author's drafts, newest first.
            models.Index(fields=["author", "-id"], name="draft_of"),
            # What is due.
            models.Index(fields=["due_at"], name="draft_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.content[:60]

    @property
    def created_at(self) -> datetime:
        return time_of(self.pk)
