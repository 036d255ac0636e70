"""Hourly buckets, what was found in them, and what staff do not want to see there.

An hour is a whole number: hours since the start of 2024, UTC (`feeds.trends.rising`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from feeds.trends.rising import start_of
from feeds.trends.sparkline import Sparkline, sparkline
from posts.models import Post

# A list that nobody has made anew for so long says nothing of now.
GOOD_FOR = timedelta(hours=1)


class CountedHour(models.Model):
    """An hour whose buckets stand. What is missing here is owed."""

    hour = models.IntegerField(primary_key=True)
    # What is deleted or made private later is found when the hour is counted again; the longest ago comes first.
    counted_at = models.DateTimeField()

    class Meta:
        db_table = "trend_hour"


class TagHour(models.Model):
    """How much a hashtag was used in an hour, in public."""

    pk = models.CompositePrimaryKey("hour", "tag")
    hour = models.IntegerField()
    # Lower case, without the hash sign.
    tag = models.CharField(max_length=100)
    # Accounts that used it, each once, and their posts.
    accounts = models.PositiveIntegerField()
    posts = models.PositiveIntegerField()

    class Meta:
        db_table = "tag_hour"
        # A hashtag's own week: its page, and what is usual for it.
        indexes = [models.Index(fields=["tag", "hour"], name="tag_hour_tag", include=["accounts", "posts"])]


class PostHour(models.Model):
    """Who liked, answered, shared or quoted a public post in an hour; each account once, by the weightiest."""

    pk = models.CompositePrimaryKey("hour", "post_id")
    hour = models.IntegerField()
    post_id = models.BigIntegerField()
    accounts = models.PositiveIntegerField()
    # The sum of their weights.
    score = models.PositiveIntegerField()

    class Meta:
        db_table = "posts_by_engagement"
        # The best posts of an hour.
        indexes = [models.Index(fields=["hour", "-score", "post_id"], name="posts_by_engagement_best")]


class RisingQuerySet(models.QuerySet["Rising"]):
    def hidden(self) -> "RisingQuerySet":
        """What staff keep out of the lists."""
        return self.filter(hides_this())

    def shown(self) -> "RisingQuerySet":
        """What stands in the lists, best first."""
        return self.filter(~hides_this(), listed_at__gt=timezone.now() - GOOD_FOR).order_by("kind", "place")


def hides_this() -> Exists:
    same = Q(tag=OuterRef("tag")) & ~Q(tag="") | Q(post=OuterRef("post"))
    return Exists(HiddenTrend.objects.filter(same))


class Rising(models.Model):
    """A trend as it was last found: a hashtag or a post. Whether somebody may see the post is asked when it is read."""

    class Kind(models.TextChoices):
        TAG = "tag", "Hashtag"
        POST = "post", "Post"

    kind = models.CharField(max_length=4, choices=Kind)
    # From 1, the strongest first.
    place = models.PositiveSmallIntegerField()
    tag = models.CharField(max_length=100, blank=True, default="")
    # Without a constraint: whoever makes the list anew each minute holds no post, and one that is gone is not shown.
    post = models.ForeignKey(
        Post, on_delete=models.DO_NOTHING, null=True, related_name="rising", db_constraint=False, db_index=False
    )
    score = models.FloatField()
    # The hour in which it rose most, and how many accounts did that.
    hour = models.IntegerField()
    accounts = models.PositiveIntegerField()
    # A hashtag's accounts in each hour of the window, oldest first.
    history: Any = ArrayField(models.PositiveIntegerField(), default=list)
    listed_at = models.DateTimeField()

    objects = RisingQuerySet.as_manager()

    class Meta:
        db_table = "rising"
        verbose_name, verbose_name_plural = "trend", "trends"
        constraints = [
            models.UniqueConstraint(fields=["kind", "place"], name="one_trend_a_place"),
            models.CheckConstraint(
                condition=Q(kind="tag", post=None) & ~Q(tag="") | Q(kind="post", post__isnull=False, tag=""),
                name="a_trend_is_a_hashtag_or_a_post",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.tag}" if self.tag else f"post {self.post_id}"

    def get_absolute_url(self) -> str:
        return reverse("tag", args=[self.tag])

    @property
    def drawing(self) -> Sparkline:
        return sparkline(self.history)

    @property
    def rose_at(self) -> datetime:
        return start_of(self.hour)


class HiddenTrend(models.Model):
    """A hashtag or a post that staff keep out of the trends. It is found and read elsewhere as ever."""

    # Lower case, without the hash sign; empty where it is a post.
    tag = models.CharField(
        "hashtag", max_length=100, blank=True, default="", help_text="Of a hashtag or a post, give one."
    )
    post = models.OneToOneField(
        Post, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name="post id"
    )
    # For the others on the staff.
    reason = models.CharField(max_length=200, help_text="For the others on the staff; nobody else reads it.")
    hidden_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    hidden_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "hidden_trend"
        verbose_name, verbose_name_plural = "hidden trend", "hidden trends"
        constraints = [
            models.UniqueConstraint(
                fields=["tag"],
                condition=~Q(tag=""),
                name="a_hashtag_is_hidden_once",
                violation_error_message=_("This hashtag is hidden already."),
            ),
            models.CheckConstraint(
                condition=Q(post=None) & ~Q(tag="") | Q(post__isnull=False, tag=""),
                name="a_hidden_trend_is_a_hashtag_or_a_post",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.tag}" if self.tag else f"post {self.post_id}"
