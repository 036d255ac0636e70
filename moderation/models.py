"""What keeps it decent: what people report, what staff decide, and what they may say to that."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from posts.models import Post

User = settings.AUTH_USER_MODEL

COMMENT_LENGTH = 1000
REASON_LENGTH = 500
MESSAGE_LENGTH = 2000
# Of a post or a name as it stood when it was reported or decided on.
EXCERPT_LENGTH = 500
# How long after a decision one may appeal against it.
APPEAL_DAYS = 30
RULES_LENGTH = 20_000


class Category(models.TextChoices):
    """What somebody finds wrong; also what a decision is for."""

    SPAM = "spam", _("Spam or advertising")
    HARASSMENT = "harassment", _("Harassment or bullying")
    HATE = "hate", _("Hate against a group of people")
    VIOLENCE = "violence", _("Violence or threats")
    SEXUAL = "sexual", _("Sexual content")
    SELF_HARM = "self_harm", _("Suicide or self-harm")
    PRIVACY = "privacy", _("Somebody’s private information")
    IMPERSONATION = "impersonation", _("Pretends to be somebody else")
    FALSE = "false", _("False information that does harm")
    ILLEGAL = "illegal", _("Against the law")
    RULES = "rules", _("Against a rule of this site")
    OTHER = "other", _("Something else")


class Case(models.Model):
    """What staff have to look at: everything that is open about one post, or about one account as such.

    There is at most one open case of a post or an account: reports and a review that held it join it.
    """

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    # Whose conduct it is about: the post's author, or the account.
    about = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    # Null: the account itself. Erased with the post; what was decided keeps its words.
    post = models.ForeignKey(Post, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    is_about_post = models.BooleanField(default=False)
    state = models.CharField(max_length=6, choices=State, default=State.OPEN, db_default=State.OPEN)
    # How urgent: the number of those who reported it, and the score of the review that held it.
    weight = models.FloatField(default=0.0, db_default=0.0)
    reports_count = models.PositiveIntegerField(default=0, db_default=0)
    # Who is at work on it, since when; a claim ends after CLAIM_MINUTES.
    claimed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    claimed_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(db_default=Now(), editable=False)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "moderation_case"
        constraints = [
            # Of posts that were erased there may be several.
            models.UniqueConstraint(
                fields=["about", "post"],
                condition=Q(state="open") & (Q(post__isnull=False) | Q(is_about_post=False)),
                nulls_distinct=False,
                name="one_open_case",
            ),
        ]
        indexes = [
            # The queue: open cases, the most urgent first.
            models.Index(fields=["-weight", "opened_at"], name="case_queue", condition=Q(state="open")),
            # A person's history.
            models.Index(fields=["about", "-opened_at"], name="case_about"),
            # The case of a post.
            models.Index(fields=["post"], name="case_post", condition=Q(post__isnull=False)),
        ]
        permissions = [
            ("moderate", "Can decide about posts and accounts"),
            ("suspend", "Can suspend accounts"),
            ("answer_appeals", "Can answer appeals"),
            ("administer", "Can decide about staff and change the rules of the site"),
        ]

    def __str__(self) -> str:
        return f"case {self.pk}"

    def has_acted(self) -> bool:
        """Whether something was done about it, as those who reported it are told."""
        return Decision.objects.filter(case=self, act__in=APPEALABLE).exists()


class Report(models.Model):
    """Somebody says that a post or an account breaks the rules; one a person, post or account, and open case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="reports", db_index=False)
    reporter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    category = models.CharField(max_length=13, choices=Category)
    comment = models.TextField(blank=True, default="", db_default="", max_length=COMMENT_LENGTH)
    # The words as the reporter saw them: an edit does not take the evidence away.
    excerpt = models.TextField(blank=True, default="", db_default="")
    # The reporter has been told what came of it.
    answered_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "report"
        constraints = [models.UniqueConstraint(fields=["case", "reporter"], name="one_report_a_case")]
        indexes = [
            # What one has reported, newest first.
            models.Index(fields=["reporter", "-id"], name="report_by"),
            # Who is still to be told what came of a case.
            models.Index(fields=["case"], name="report_unanswered", condition=Q(answered_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.category} by {self.reporter_id}"


class Note(models.Model):
    """What one of the staff writes for the others about a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    text = models.TextField(max_length=MESSAGE_LENGTH)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "case_note"

    def __str__(self) -> str:
        return self.text[:60]


class Act(models.TextChoices):
    """What staff, or the review, can do. Each of the first block is taken back by its undo."""

    HOLD = "hold", "Hold for review"
    HIDE = "hide", "Hide the post"
    DELETE = "delete", "Delete the post"
    WARN = "warn", "Warn the account"
    LIMIT = "limit", "Limit the account to its followers"
    SUSPEND = "suspend", "Suspend the account"
    # Undoing, and leaving it.
    APPROVE = "approve", "Approve what was held"
    RESTORE = "restore", "Restore the post"
    UNWARN = "unwarn", "Take the warning back"
    UNLIMIT = "unlimit", "Lift the limit"
    UNSUSPEND = "unsuspend", "Lift the suspension"
    DISMISS = "dismiss", "Nothing is wrong"


UNDOES = {
    Act.HOLD: Act.APPROVE,
    Act.HIDE: Act.RESTORE,
    Act.DELETE: Act.RESTORE,
    Act.WARN: Act.UNWARN,
    Act.LIMIT: Act.UNLIMIT,
    Act.SUSPEND: Act.UNSUSPEND,
}
# Of each of these the newest decision holds, of the first for each post.
OF_POSTS = {Act.HOLD, Act.HIDE, Act.DELETE, Act.APPROVE, Act.RESTORE}
OF_LIMITS = {Act.LIMIT, Act.UNLIMIT}
OF_SUSPENSIONS = {Act.SUSPEND, Act.UNSUSPEND}
# What is done to somebody: against this they may appeal. A hold is no decision yet.
APPEALABLE = [Act.HIDE, Act.DELETE, Act.WARN, Act.LIMIT, Act.SUSPEND]


class Decision(models.Model):
    """One line of the audit trail: who did what to whom, and why. Never changed, never deleted: the database refuses.

    `undone_by` is therefore the other way round: an undo names what it undoes.
    """

    case = models.ForeignKey(
        Case, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="decisions"
    )
    act = models.CharField(max_length=9, choices=Act)
    # Null: the review did it. Without constraints: what was decided outlives accounts and posts.
    actor = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+", db_index=False
    )
    about = models.ForeignKey(User, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", db_index=False)
    post = models.ForeignKey(
        Post, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="+", db_index=False
    )
    undoes = models.OneToOneField(
        "self", on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="undone"
    )
    category = models.CharField(max_length=13, choices=Category, blank=True, default="", db_default="")
    # For the staff.
    reason = models.TextField(blank=True, default="", db_default="", max_length=REASON_LENGTH)
    # What the person was told.
    message = models.TextField(blank=True, default="", db_default="", max_length=MESSAGE_LENGTH)
    # The names and words as they stood: {actor, about, excerpt, score, rules…}.
    facts = models.JSONField(default=dict, db_default={})
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "decision"
        indexes = [
            # What was decided about a person or a post, newest first.
            models.Index(fields=["about", "-id"], name="decision_about"),
            models.Index(fields=["post", "-id"], name="decision_post", condition=Q(post__isnull=False)),
            # What one of the staff did.
            models.Index(fields=["actor", "-id"], name="decision_by"),
            # What was done when: the dashboard.
            models.Index(fields=["-created_at"], name="decision_time"),
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.pk}"


class AppealQuerySet(models.QuerySet["Appeal"]):
    def grant(self, decision: Decision, actor: Any, answer: str) -> None:
        """Grants the open appeal against a decision that was undone, where there is one."""
        granted = {"state": Appeal.State.GRANTED, "answer": answer, "answered_by": actor}
        self.filter(decision=decision, state=Appeal.State.OPEN).update(answered_at=timezone.now(), **granted)


class Appeal(models.Model):
    """What a person says against a decision about them; once for each."""

    class State(models.TextChoices):
        OPEN = "open", _("Being looked at")
        GRANTED = "granted", _("Granted")
        REFUSED = "refused", _("Refused")

    decision = models.OneToOneField(Decision, on_delete=models.DO_NOTHING, db_constraint=False, related_name="appeal")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(max_length=MESSAGE_LENGTH)
    state = models.CharField(max_length=7, choices=State, default=State.OPEN, db_default=State.OPEN)
    answer = models.TextField(blank=True, default="", db_default="", max_length=MESSAGE_LENGTH)
    answered_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    answered_at = models.DateTimeField(null=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        db_table = "appeal"
        # The open ones, oldest first.
        indexes = [models.Index(fields=["created_at"], name="appeal_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.text[:60]


class Letter(models.Model):
    """Owed to somebody who is suspended: an e-mail about a decision, for they see no notifications; gone when sent."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey(Decision, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    text = models.TextField()
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "moderation_letter"
        # What is due.
        indexes = [models.Index(fields=["due_at"], name="letter_due")]

    def __str__(self) -> str:
        return f"letter to {self.recipient_id}"


class SiteRules(models.Model):
    """The rules of the site as its administrators have written them; where there is no row, those it comes with."""

    # A rule is a block of lines: its name, then what it means; an empty line stands between two.
    text = models.TextField(
        max_length=RULES_LENGTH,
        help_text="Each rule begins with its name on a line of its own, "
        "and what it means follows; an empty line stands between two rules.",
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "site_rules"
        verbose_name = verbose_name_plural = "rules of the site"

    def __str__(self) -> str:
        return "The rules of the site"
