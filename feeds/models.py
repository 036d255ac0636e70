"""What you see: the materialised part of home timelines; trends have files of their own."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F
from django.db.models.functions import Left

from feeds.experiments.models import Arm, Departure, Experiment, Exposure, Look, Slot
from feeds.impressions.models import Forgetting, Impression
from feeds.policy import INACTIVE
from feeds.ranking.models import Nudge, RankedScroll, RankerModel, ReaderRanking
from feeds.trends.models import CountedHour, HiddenTrend, PostHour, Rising, TagHour

__all__ = [
    "Arm",
    "CountedHour",
    "Departure",
    "Experiment",
    "Exposure",
    "FeedDay",
    "FeedEntry",
    "Forgetting",
    "HiddenTrend",
    "Impression",
    "Look",
    "Nudge",
    "PostHour",
    "RankedScroll",
    "RankerModel",
    "ReadDay",
    "ReaderRanking",
    "ReaderState",
    "Rising",
    "Slot",
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
    """How many pages of home a reader had from PostgreSQL on one day; kept a week, for the meter and experiments.

    0 of who was here and had all of them from a copy in Redis.
    """

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


class PostWords(models.Model):
    """What a post is found by, one narrow row beside it; kept by triggers (`feeds/migrations/0011_search.py`).

    The words of its text with their places, and `@<author id>`, `#<tag>`, `+media`; where it is private
    `+sealed` and the `><id>` of its readers. Shares have none.
    """

    post_id = models.BigIntegerField(primary_key=True)
    words = SearchVectorField()

    class Meta:
        db_table = "post_search"
        # Posts with all of these words. A list of pending rows would be read by every search.
        indexes = [GinIndex(fields=["words"], fastupdate=False, name="post_search_words")]


class SearchFill(models.Model):
    """A row while posts from before there was a search wait for theirs: those below this id."""

    below = models.BigIntegerField(primary_key=True)

    class Meta:
        db_table = "search_fill"


class Hashtag(models.Model):
    """How many public posts of public accounts have a hashtag, but for the changes that wait in HashtagNote."""

    id = models.BigAutoField(primary_key=True)
    tag = models.TextField(unique=True)
    # Without accents: the spelling by which it is looked for.
    folded = models.TextField()
    # May be below 0 for a moment, where a post's end was counted before its making.
    posts_count = models.IntegerField(default=0, db_default=0)
    # About log2 of them, so that the indexes seldom move.
    fame = models.GeneratedField(
        expression=models.Func(F("posts_count"), function="fame"),
        output_field=models.SmallIntegerField(),
        db_persist=True,
    )

    class Meta:
        db_table = "hashtag"
        indexes = [
            # Tags that begin like what somebody is typing, in their own order.
            models.Index(OpClass(F("folded"), name="text_pattern_ops"), name="hashtag_start"),
            # The most used that begin with these letters.
            models.Index(Left("folded", 1), F("fame").desc(), name="hashtag_letter_fame"),
            models.Index(Left("folded", 3), F("fame").desc(), name="hashtag_letters_fame"),
        ]

    def __str__(self) -> str:
        return f"#{self.tag}"


class HashtagNote(models.Model):
    """Posts with a hashtag have come (so many) or gone (below 0) and are not in its count yet."""

    id = models.BigAutoField(primary_key=True)
    tag = models.TextField()
    change = models.IntegerField()

    class Meta:
        db_table = "hashtag_note"
