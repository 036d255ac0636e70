"""Experiments with the order of home, and what is known of those who take part."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.models import Ranking
from feeds.experiments.buckets import SLOTS

User = settings.AUTH_USER_MODEL
LEAST_ARMS, MOST_ARMS = 2, 4
MOST_SWAPS = 0.5
MOST_DAYS = 90
name_validator = RegexValidator(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z", "Use lower-case letters, digits and single hyphens.")


def make_salt() -> str:
    return get_random_string(16)


class State(models.TextChoices):
    DRAFT = "draft", "Draft"
    RUNNING = "running", "Running"
    STOPPED = "stopped", "Stopped"


class Experiment(models.Model):
    """Some readers read home in different ways, by lot, to see which is better. They are told and may leave."""

    # In addresses, the API and the log of impressions; never changed once it runs.
    name = models.SlugField(
        max_length=50,
        unique=True,
        validators=[name_validator],
        help_text="In addresses and in the API, for instance <em>fresher-home</em>.",
    )
    title = models.CharField(max_length=80, help_text="What readers are told it is called, in a few words.")
    about = models.TextField(
        max_length=500,
        help_text="What readers are told: what is tried out, and why. In plain words; they read it before they stay.",
    )
    # Makes the lots of this experiment independent of those of any other.
    salt = models.CharField(max_length=32, default=make_salt, editable=False)
    # Readers by their own setting; empty: everybody.
    readers = models.CharField(
        "readers who read",
        max_length=13,
        choices=[("", "In whichever order"), *Ranking.choices],
        blank=True,
        default="",
        db_default="",
        help_text="Only readers with this setting take part; the others notice nothing.",
    )
    # Hundredths of all accounts, set aside for this experiment while it runs.
    percent = models.PositiveSmallIntegerField(
        "per cent taking part",
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(SLOTS)],
        help_text="How many of all readers take part. No reader is in two experiments at once.",
    )
    # {"mutes": 50, …}: by how many per cent an arm may be worse than the control before it is stopped.
    guardrails = models.JSONField(default=dict, db_default={}, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.DRAFT, db_default=State.DRAFT, editable=False)
    # What staff wish for; it counts from the moment at which they start it.
    starts_at = models.DateTimeField(
        "starts", null=True, blank=True, help_text="UTC. Empty, or past: at once when it is started."
    )
    # When the lots fall first, which may be still to come while it runs.
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    # It is over then by itself.
    ends_at = models.DateTimeField(
        "ends", help_text=f"UTC. It ends by itself then; at most {MOST_DAYS} days after its start."
    )
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)
    # What staff said, or which guardrail; kept for good.
    stopped_because = models.CharField("why it stopped", max_length=300, blank=True, default="", editable=False)

    class Meta:
        db_table = "experiment"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(percent__range=(1, SLOTS)), name="an_experiment_is_with_some"),
            models.CheckConstraint(
                condition=Q(state=State.DRAFT) | Q(started_at__isnull=False), name="what_is_not_a_draft_has_started"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.STOPPED) | (Q(stopped_at__isnull=False) & ~Q(stopped_because="")),
                name="what_is_stopped_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_draft(self) -> bool:
        return self.state == State.DRAFT

    @property
    def is_running(self) -> bool:
        return self.state == State.RUNNING

    @property
    def stage(self) -> str:
        """Its state in a word, which for one that runs may be that it has not begun."""
        is_waiting = self.is_running and self.started_at is not None and self.started_at > timezone.now()
        return "Waiting for its start" if is_waiting else str(self.get_state_display())

    @property
    def counted_until(self) -> datetime | None:
        """What is done later is no outcome of it; None for a draft."""
        return min(self.ends_at, self.stopped_at) if self.stopped_at else self.ends_at if self.started_at else None


class Arm(models.Model):
    """One of the ways that are compared. The first is the control, to which the others are held."""

    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="arms", db_index=False)
    name = models.SlugField(
        max_length=20, validators=[name_validator], help_text="The first arm is the one the others are compared to."
    )
    about = models.CharField(
        max_length=200, help_text="What readers in this arm are told: what it changes for them, in plain words."
    )
    # Hundredths of those who take part; those of all arms are 100 together.
    share = models.PositiveSmallIntegerField(
        "per cent", default=50, validators=[MinValueValidator(1), MaxValueValidator(99)]
    )
    # What is laid over the reader's setting; empty leaves that as it is.
    ranking = models.CharField(
        "order",
        max_length=13,
        choices=[("", "As the reader has set"), *Ranking.choices],
        blank=True,
        default="",
        db_default="",
    )
    # {"recency": 0.4, …} as `feeds.ranking.values.Weights`; empty: as the reader has set.
    weights = models.JSONField(default=dict, db_default={}, blank=True)
    diversity = models.BooleanField("spread authors", null=True, blank=True)
    swaps = models.FloatField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0.0), MaxValueValidator(MOST_SWAPS)],
        help_text="The share of neighbours that change places by lot, 0 to 0.5.",
    )

    class Meta:
        db_table = "experiment_arm"
        ordering = ["id"]
        constraints = [
            # Also finds the arms of an experiment.
            models.UniqueConstraint(fields=["experiment", "name"], name="one_arm_of_a_name"),
            models.CheckConstraint(condition=Q(share__range=(1, 99)), name="an_arm_has_a_share"),
            models.CheckConstraint(
                condition=Q(swaps__isnull=True) | Q(swaps__range=(0, MOST_SWAPS)), name="swaps_are_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Slot(models.Model):
    """A hundredth of all readers, taken by the experiment that runs with them. So no reader is in two."""

    slot = models.PositiveSmallIntegerField(primary_key=True)
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="slots")

    class Meta:
        db_table = "experiment_slot"
        constraints = [models.CheckConstraint(condition=Q(slot__lt=SLOTS), name="slots_are_hundredths")]

    def __str__(self) -> str:
        return f"{self.slot} of {self.experiment_id}"


class Exposure(models.Model):
    """A reader has met an experiment: written once, before the first page that it decides, and never changed."""

    pk = models.CompositePrimaryKey("experiment_id", "reader_id")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The index is for the reader's own page, and for erasing an account.
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    arm = models.ForeignKey(Arm, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The reader's own order at that moment, for which the arm was drawn.
    setting = models.CharField(max_length=13)
    first_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "experiment_exposure"

    def __str__(self) -> str:
        return f"{self.reader_id} in arm {self.arm_id}"


class Departure(models.Model):
    """A reader wants no part in an experiment any more."""

    pk = models.CompositePrimaryKey("experiment_id", "reader_id")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The index is for erasing an account.
    reader = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    left_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "experiment_departure"

    def __str__(self) -> str:
        return f"{self.reader_id} left {self.experiment_id}"


class Look(models.Model):
    """What an experiment had done when it was last looked at on a day, UTC; made anew every hour.

    `at` is the moment until which it was counted, the experiment's end at the latest.
    """

    pk = models.CompositePrimaryKey("experiment_id", "day")
    experiment = models.ForeignKey(Experiment, on_delete=models.CASCADE, related_name="looks", db_index=False)
    day = models.DateField()
    at = models.DateTimeField()
    # {arm: {"readers": n, "likes": [sum, sum of squares], …}} over everybody exposed until then.
    figures = models.JSONField()

    class Meta:
        db_table = "experiment_look"

    def __str__(self) -> str:
        return f"{self.experiment_id} on {self.day}"

    def of(self, arm: str) -> Any:
        return self.figures.get(arm, {})
