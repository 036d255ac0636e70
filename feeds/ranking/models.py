"""What readers chose of ranking, and the models that were learned."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

User = settings.AUTH_USER_MODEL


class ReaderRanking(models.Model):
    """Weights a reader moved, and what they want no part in. No row: everything as it comes.

    Which ranking they read by, and whether it is kept what they look at, stands on the account (`User.ranking`,
    `User.untracked`): both are asked for with every page.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # {"recency": 0.4, …} as `feeds.ranking.values.Weights`; empty: the seed formula.
    weights = models.JSONField(default=dict, db_default={})
    diversity = models.BooleanField(default=False, db_default=False)
    # No experiment, now or later.
    no_experiments = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "reader_ranking"

    def __str__(self) -> str:
        return f"the ranking of {self.user_id}"


class Nudge(models.Model):
    """`reader` wants more (1) or less (-1) of `author` in ranked feeds."""

    pk = models.CompositePrimaryKey("reader_id", "author_id")
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The index is for erasing an account.
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    amount = models.SmallIntegerField()
    changed_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        db_table = "nudge"
        constraints = [
            models.CheckConstraint(condition=Q(amount__in=[-1, 1]), name="a_nudge_is_more_or_less"),
            models.CheckConstraint(condition=~Q(reader=F("author")), name="no_nudge_of_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.reader_id} wants {'more' if self.amount > 0 else 'less'} of {self.author_id}"


class RankedScroll(models.Model):
    """The order in which one reader is shown candidates, as it was when the first page was asked for.

    Without a foreign key: it is written with a page that is read, and gone two hours after its last one. The table is
    not logged (`0020_facts_in_brief`): after a crash it is empty.
    """

    id = models.BigIntegerField(primary_key=True)
    reader_id = models.BigIntegerField()
    used_at = models.DateTimeField()
    # Best first, at most `candidates.MOST`.
    entries = ArrayField(models.BigIntegerField())
    # The names of the terms with those that are the same for all; for each entry the others (`frozen.packed`).
    head = models.TextField()
    terms = models.BinaryField()

    class Meta:
        db_table = "ranked_scroll"
        # Those of one reader, of whom only the last few are kept.
        indexes = [models.Index(fields=["reader_id"], name="ranked_scroll_of")]

    def __str__(self) -> str:
        return f"a scroll of {self.reader_id}"


class RankerModelQuerySet(models.QuerySet["RankerModel"]):
    def current(self) -> "RankerModel | None":
        return self.filter(is_current=True).first()


class RankerModel(models.Model):
    """A learned model with the report of its training; at most one is served. Made by `manage.py train_ranker`.

    A row and no file: every web process of every machine finds it, and a backup holds it.
    """

    class Source(models.TextChoices):
        IMPRESSIONS = "impressions"
        HIGGS = "higgs"

    id = models.BigAutoField(primary_key=True)
    trained_at = models.DateTimeField()
    source = models.CharField(max_length=11, choices=Source)
    # What is served, as `feeds.ranking.linear.as_json`.
    weights = models.JSONField()
    # What it was trained on and how it did, as `feeds.ranking.training.judging.train` makes it.
    report = models.JSONField()
    is_current = models.BooleanField(default=False, db_default=False)
    # When it first was good enough to be served; none: it never was.
    promoted_at = models.DateTimeField(null=True, blank=True)
    # What it took the place of then; none: the formula. The way back leads there, past all that was taken back since.
    replaced = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    objects = RankerModelQuerySet.as_manager()

    class Meta:
        db_table = "ranker_model"
        verbose_name = "ranking model"
        constraints = [
            # It is also the index by which each process finds the current one.
            models.UniqueConstraint(
                fields=["is_current"], condition=Q(is_current=True), name="one_ranker_model_serves"
            ),
            models.CheckConstraint(
                condition=Q(is_current=False) | Q(promoted_at__isnull=False), name="a_serving_ranker_model_was_promoted"
            ),
        ]

    def __str__(self) -> str:
        return f"model {self.pk}, trained {self.trained_at:%d %b %Y %H:%M}"
