"""What is shown for a day, and who has seen it."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Now
from django.utils import timezone

from posts.models.ids import NextPostId, first_id_at, time_of

User = settings.AUTH_USER_MODEL
STORY_LASTS = timedelta(hours=24)
CAPTION_LENGTH = 200
# Of one person at a time; more is never read.
MOST_STORIES = 30


def oldest_living_id(now: datetime | None = None) -> int:
    """A story lives while its id is at least this: ids tell the time, so nothing need happen for it to end."""
    return first_id_at((now or timezone.now()) - STORY_LASTS)


class StoryVisible(models.Func):
    """Whether a viewer (0: signed out) may see an owner's stories; the rule is in `posts.0006_stories`."""

    function = "story_visible"
    output_field = models.BooleanField()

    def __init__(self, viewer_id: int) -> None:
        super().__init__(Value(viewer_id, models.BigIntegerField()), F("owner_id"))


class StoryQuerySet(models.QuerySet["Story"]):
    def visible_to(self, viewer: Any) -> Self:
        """Stories the viewer may see, as things stand now. The only way out of the table.

        Not a day old, by an active owner, no block either way; one's own, those of whom one follows, and for members
        those of public accounts. What a worker still prepares, or could not, is its owner's alone.
        """
        viewer_id = viewer.pk or 0
        shown = Q(owner=viewer_id) | Q(media__status="ready")
        return self.filter(StoryVisible(viewer_id), shown, pk__gte=oldest_living_id())

    def with_marks(self, viewer: Any) -> Self:
        """Each with owner, media and `seen`, whether the viewer has seen it."""
        seen = StorySeen.objects.filter(story=OuterRef("pk"), viewer=viewer.pk or 0)
        return self.select_related("owner", "media").annotate(seen=Exists(seen))

    def ended(self) -> Self:
        return self.filter(pk__lt=oldest_living_id())


class Story(models.Model):
    """A picture or a video for a day; it hangs on the row of its media, as that of a post does."""

    id = models.BigIntegerField(primary_key=True, db_default=NextPostId(), editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    caption = models.CharField(max_length=CAPTION_LENGTH, blank=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        db_table = "story"
        # Somebody's stories that live, newest first.
        indexes = [models.Index(fields=["owner", "-id"], name="story_of")]

    def __str__(self) -> str:
        return self.caption or f"story {self.pk}"

    @property
    def created_at(self) -> datetime:
        return time_of(self.pk)

    @property
    def expires_at(self) -> datetime:
        return self.created_at + STORY_LASTS

    @property
    def reply_max_length(self) -> int:
        """Characters of a reply: `@owner ` is put before it, and the whole is a post."""
        return int(settings.POST_MAX_LENGTH) - len(self.owner.username) - 2


class StorySeen(models.Model):
    """Somebody has seen a story; not noted of its owner.

    Without a constraint to the story, which may go at the same moment; what is left is found by the time in its id.
    """

    pk = models.CompositePrimaryKey("story_id", "viewer_id")
    story = models.ForeignKey(Story, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+")
    viewer = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False, related_name="+")
    seen_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "story_seen"
        # What somebody has seen: when an account goes. The viewers of a story are the key's own order.
        indexes = [models.Index(fields=["viewer", "story"], name="story_seen_by")]
