"""What you see: the materialised part of home timelines; trends have files of their own."""

from django.conf import settings
from django.db import models

from feeds.policy import INACTIVE
from feeds.trends.models import CountedHour, HiddenTrend, PostHour, Rising, TagHour

__all__ = [
    "CountedHour",
    "FeedDay",
    "FeedEntry",
    "HiddenTrend",
    "PostHour",
    "ReadDay",
    "ReaderState",
    "Rising",
    "TagHour",
]


class FeedEntry(models.Model):
    """A post pushed to a reader. Only a hint: whether it is shown is decided when it is read.

    Two numbers and their primary key, no foreign keys: this is the table that grows with every
    post times every follower, and each further index or constraint halves the speed of fan-out.
    """

    pk = models.CompositePrimaryKey("user_id", "post_id")
    user_id = models.BigIntegerField()
    post_id = models.BigIntegerField()

    class Meta:
        db_table = "feed"


class ReaderState(models.Model):
    """The reader's lock row: taken by whatever moves, trims or tidies the reader's feed."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # Entries up to this id have been trimmed; whoever scrolls below it is served by pulling.
    floor = models.BigIntegerField(default=0, db_default=0)
    # Pages read, each worth half as much after READING_HALF_LIFE_DAYS; as of `read_at`.
    reading = models.FloatField(default=0, db_default=0)
    read_at = models.DateTimeField(null=True, blank=True)
    # Advice of `feeds.policy`: about log2 of the reads a day, INACTIVE for who has not come for a week.
    reader_class = models.SmallIntegerField(default=INACTIVE, db_default=INACTIVE, db_column="class")
    # The class has changed and the mover has not been along all edges since.
    unsettled = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "reader_state"
        indexes = [models.Index(fields=["user"], name="reader_unsettled", condition=models.Q(unsettled=True))]


class ReadDay(models.Model):
    """How many pages of home a reader had from PostgreSQL on one day; kept a week, for the meter."""

    pk = models.CompositePrimaryKey("day", "user_id")
    day = models.DateField()
    user_id = models.BigIntegerField()
    reads = models.PositiveIntegerField()

    class Meta:
        db_table = "feed_read_day"


class FeedDay(models.Model):
    """The meter of one day, UTC: what delivery cost, and what other ways would have cost."""

    day = models.DateField(primary_key=True)
    # The last batch of counts from Redis that is in here; none is counted twice.
    batch = models.BigIntegerField(default=0, db_default=0)
    # Counted units: entries written, authors asked at reads, edges moved.
    pushed = models.BigIntegerField(default=0, db_default=0)
    pulled = models.BigIntegerField(default=0, db_default=0)
    moved = models.BigIntegerField(default=0, db_default=0)
    posts = models.BigIntegerField(default=0, db_default=0)
    # Pages answered by PostgreSQL, and by the copy in Redis.
    reads = models.BigIntegerField(default=0, db_default=0)
    hot_reads = models.BigIntegerField(default=0, db_default=0)
    # {"push:<size bucket>": [posts, milliseconds], "fresh:<bucket>": posts}: times of fan-out and freshness.
    times = models.JSONField(default=dict, db_default={})
    # {"<threshold>": [pushed, pulled]}: what pushing authors up to that many followers would have cost,
    # and {"adaptive": …}. Empty until the day is over and was looked at.
    thresholds = models.JSONField(default=dict, db_default={})
    # The strategy that day ended with, and the fixed threshold that stands in for adaptive from then on.
    strategy = models.CharField(max_length=8, blank=True, default="", db_default="")
    fallback = models.BigIntegerField(null=True, blank=True)

    class Meta:
        db_table = "feed_day"
