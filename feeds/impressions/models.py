"""One row for each post that was on a reader's screen for a second; and who is to be forgotten."""

from typing import get_type_hints

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from feeds.ranking.values import Candidate

# Of a candidate these have columns of their own; the rest are the features, in the order of its fields. A field that
# comes to a candidate later stands at its end: rows of before lack it.
IDS = ("entry_id", "shown_id", "author_id", "sharer_id")
FEATURES = {name: kind for name, kind in get_type_hints(Candidate).items() if name not in IDS}


class Impression(models.Model):
    """An entry that a reader saw on one page; however often the page tells of it, it is here once.

    The table is cut into days by `served_at`, so a day is made and dropped as a whole (`feeds.impressions.days`).
    `served_at` says which page it was; it comes from the page's token, so a repeat has the same key. No foreign keys:
    a trigger erases the rows of an account that goes, and posts may go before their impressions.
    """

    pk = models.CompositePrimaryKey("reader_id", "entry_id", "served_at")
    reader_id = models.BigIntegerField()
    # The entry, what it showed, by whom, and who shared it.
    entry_id = models.BigIntegerField()
    shown_id = models.BigIntegerField()
    author_id = models.BigIntegerField()
    sharer_id = models.BigIntegerField(null=True)
    # When the page was made, and when the post had been on screen for a second.
    served_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    # Its place in the scroll, from 0.
    position = models.IntegerField()
    # By what the page was ordered: the ranking, the arm that decided or "", and the model's name or "".
    ranking = models.CharField(max_length=13)
    experiment = models.CharField(max_length=100)
    arm = models.CharField(max_length=100)
    model = models.CharField(max_length=100)
    # How likely it was to stand in this place; below 1 only where the lot decides between neighbours.
    propensity = models.FloatField()
    # What was known of it when it was seen: the values of FEATURES, true as 1.
    features = ArrayField(models.FloatField())
    # When, within a day of seeing it, the reader liked it, commented on it, shared or quoted it, and when they
    # muted, blocked or asked for less of its author or sharer.
    liked_at = models.DateTimeField(null=True)
    commented_at = models.DateTimeField(null=True)
    shared_at = models.DateTimeField(null=True)
    hidden_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "impression"

    def __str__(self) -> str:
        return f"{self.reader_id} saw {self.entry_id}"

    @property
    def candidate(self) -> Candidate:
        """What was ranked, as it was known when it was seen; raises TypeError where a later field is missing."""
        known = [kind(value) for kind, value in zip(FEATURES.values(), self.features, strict=False)]
        return Candidate(self.entry_id, self.shown_id, self.author_id, self.sharer_id, *known)


class Forgetting(models.Model):
    """A reader has opted out: what is kept of their pages from before that moment goes, and none of it comes back.

    It stays when that is done, for as long as a token of before may still be sent: they may opt in again meanwhile.
    """

    reader = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    before = models.DateTimeField()
    # Something of before may still be there.
    is_owed = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "impression_forgetting"
        # Who is forgotten next.
        indexes = [models.Index(fields=["before"], name="forgetting_owed", condition=models.Q(is_owed=True))]

    def __str__(self) -> str:
        return f"{self.reader_id} before {self.before}"


def features_of(candidate: Candidate) -> list[float]:
    return [float(getattr(candidate, name)) for name in FEATURES]
