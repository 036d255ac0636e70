"""What hangs on a post: pictures and videos, which a story has too, a poll, a look at where its link leads."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from posts.models.ids import NextPostId, first_id_at
from posts.models.post import Post

User = settings.AUTH_USER_MODEL
ALT_LENGTH = 1500
LOOKED_AT_AGAIN_AFTER = timedelta(days=7)
# Uploads wait so long for a post or a story.
KEPT = timedelta(days=1)


class MediaQuerySet(models.QuerySet["Media"]):
    def waiting(self) -> "MediaQuerySet":
        """Uploads that hang on no post and no story yet."""
        return self.filter(post=None, story=None)

    def abandoned(self, now: datetime) -> "MediaQuerySet":
        """Uploads that hang on nothing a day after they came."""
        return self.waiting().filter(draft=None, pk__lt=first_id_at(now - KEPT))

    def unfinished(self) -> "MediaQuerySet":
        return self.filter(status=Media.Status.PROCESSING)


class Media(models.Model):
    """A picture or a video; waiting until it hangs on a post, a story or a draft, for a day."""

    class Kind(models.TextChoices):
        IMAGE = "image"
        VIDEO = "video"

    class Status(models.TextChoices):
        READY = "ready"
        PROCESSING = "processing"
        FAILED = "failed"

    id = models.BigIntegerField(primary_key=True, db_default=NextPostId(), editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, null=True, related_name="media", db_index=False)
    draft = models.ForeignKey("posts.Draft", on_delete=models.SET_NULL, null=True, related_name="media")
    # Its index is the way from a story to its media.
    story = models.OneToOneField("posts.Story", on_delete=models.CASCADE, null=True, related_name="media")
    # Its place among the post's, from 0.
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=5, choices=Kind)
    status = models.CharField(max_length=10, choices=Status, default=Status.READY)
    # For those who cannot see it.
    alt = models.CharField(max_length=ALT_LENGTH, blank=True)
    # Random, the start of the names of all its files in the store: nobody guesses it.
    folder = models.CharField(max_length=32)
    # {name of a size: [file, width, height, bytes]}; `full` and `preview`, for pictures also sizes between.
    files = models.JSONField(default=dict)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    # Some 30 characters from which a blurred picture is drawn until the file is there.
    blurhash = models.CharField(max_length=64, blank=True)
    # Seconds of a video.
    duration = models.FloatField(null=True)
    # SHA-256 of what was uploaded.
    digest = models.BinaryField(max_length=32)
    # Why it failed, for its owner.
    problem = models.CharField(max_length=200, blank=True)
    # How often a worker has begun with it, and when one was last at it: a killed one's work is begun again.
    tries = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)
    # Of a hundred, how much a worker has done.
    progress = models.PositiveSmallIntegerField(default=0)

    objects = MediaQuerySet.as_manager()

    class Meta:
        db_table = "media"
        constraints = [
            models.CheckConstraint(condition=Q(post=None) | Q(story=None), name="media_of_a_post_or_of_a_story")
        ]
        indexes = [
            # The media of a post in order.
            models.Index(fields=["post", "position"], name="media_of_post", condition=Q(post__isnull=False)),
            # What waits, by owner; and, old enough, is to be removed. Media of stories are few, and go within a day.
            models.Index(fields=["owner", "id"], name="media_waiting", condition=Q(post__isnull=True)),
            # What a worker has not finished.
            models.Index(fields=["id"], name="media_unfinished", condition=Q(status="processing")),
        ]

    def __str__(self) -> str:
        return self.alt or f"{self.kind} {self.pk}"


class Poll(models.Model):
    """Options to choose from until `ends_at`; who chose what is nobody's business."""

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="poll")
    options = ArrayField(models.CharField(max_length=80))
    # Votes for each option, and how many people have voted.
    votes = ArrayField(models.PositiveIntegerField())
    voters_count = models.PositiveIntegerField(default=0)
    is_multiple = models.BooleanField(default=False)
    ends_at = models.DateTimeField()

    # What the viewer has chosen, put here by `posts.hydrate.complete`; None: has not voted.
    chosen: list[int] | None = None
    # Whether the viewer asked.
    is_own = False

    class Meta:
        db_table = "poll"

    def __str__(self) -> str:
        return " / ".join(self.options)

    def is_over(self, now: datetime | None = None) -> bool:
        return self.ends_at <= (now or timezone.now())

    def shows_results(self) -> bool:
        """Whoever may still vote chooses without knowing what others chose."""
        return self.is_own or self.chosen is not None or self.is_over()

    def results(self) -> list["Result"]:
        voters = max(self.voters_count, 1)
        return [
            Result(number, title, votes, round(100 * votes / voters), number in (self.chosen or ()))
            for number, (title, votes) in enumerate(zip(self.options, self.votes, strict=True))
        ]


class Result(NamedTuple):
    """An option of a poll; of a hundred who voted, `percent` chose it."""

    number: int
    title: str
    votes: int
    percent: int
    is_chosen: bool


class Vote(models.Model):
    pk = models.CompositePrimaryKey("poll_id", "user_id")
    poll = models.ForeignKey(Poll, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Numbers of options, from 0, rising.
    choices: Any = ArrayField(models.PositiveSmallIntegerField())
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "poll_vote"


class LinkPreview(models.Model):
    """What a page says of itself; one row for each address, however many posts link to it."""

    url = models.TextField()
    # SHA-256 of the address: an index over whole addresses would be large.
    url_digest = models.BinaryField(max_length=32, unique=True)
    title = models.CharField(max_length=300, blank=True)
    description = models.CharField(max_length=600, blank=True)
    site_name = models.CharField(max_length=100, blank=True)
    # Name of our own copy of its picture in the store; empty: none.
    picture = models.CharField(max_length=100, blank=True)
    picture_width = models.PositiveIntegerField(default=0)
    picture_height = models.PositiveIntegerField(default=0)
    # Null: nobody has looked yet. An address that gave nothing has no title.
    fetched_at = models.DateTimeField(null=True)
    # How often a worker has begun to look, and when last: one at a time, and a killed one is begun again.
    tries = models.PositiveSmallIntegerField(default=0)
    begun_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "link_preview"
        # What nobody has looked at yet.
        indexes = [models.Index(fields=["id"], name="preview_owed", condition=Q(fetched_at__isnull=True))]

    def __str__(self) -> str:
        return self.title or self.url

    def is_due(self) -> bool:
        """Whether somebody should look at the address (again)."""
        return self.fetched_at is None or self.fetched_at < timezone.now() - LOOKED_AT_AGAIN_AFTER
