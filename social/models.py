"""Whom you know."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

User = settings.AUTH_USER_MODEL


class Edge(models.Model):
    """Base of every relation from one account to another: at most one of a kind, never to oneself."""

    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


class Follow(Edge):
    """`follower` reads what `followee` posts."""

    pk = models.CompositePrimaryKey("follower_id", "followee_id")
    follower = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    followee = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    # True: the reader fetches this author's posts when reading. False: they are written into the
    # reader's feed when posted. A new follow is exact at once because it starts as true.
    pull = models.BooleanField(default=True, db_default=True, editable=False)
    # The reader wants what the author writes, not what the author shares.
    hides_shares = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "follow"
        constraints = [models.CheckConstraint(condition=~Q(follower=F("followee")), name="no_follow_of_oneself")]
        indexes = [
            # Fan-out on write in follower order, and follower lists.
            models.Index(fields=["followee", "pull", "follower"], name="follow_in"),
            # Whom a reader pulls.
            models.Index(fields=["follower", "followee"], name="follow_pull", condition=Q(pull=True)),
            # Whose shares a reader does not want: asked for each share on a page.
            models.Index(fields=["follower", "followee"], name="follow_no_shares", condition=Q(hides_shares=True)),
        ]


class FollowRequest(Edge):
    """`follower` asks to read `followee`, whose account is private; gone once answered, withdrawn or blocked."""

    pk = models.CompositePrimaryKey("followee_id", "follower_id")
    followee = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    follower = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "follow_request"
        constraints = [models.CheckConstraint(condition=~Q(followee=F("follower")), name="no_request_to_oneself")]
        # What one asked for: the staff list, and erasing an account. Who waits is the key's own order.
        indexes = [models.Index(fields=["follower", "followee"], name="follow_request_out")]


class Block(Edge):
    """Neither sees the other's posts, and neither can follow the other."""

    pk = models.CompositePrimaryKey("blocker_id", "blocked_id")
    blocker = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    blocked = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "block"
        constraints = [models.CheckConstraint(condition=~Q(blocker=F("blocked")), name="no_block_of_oneself")]
        indexes = [models.Index(fields=["blocked", "blocker"], name="block_in")]  # who blocks the viewer


class MuteQuerySet(models.QuerySet["Mute"]):
    def standing(self) -> "MuteQuerySet":
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class Mute(Edge):
    """The muter's timeline leaves out the muted; the muted is not told."""

    pk = models.CompositePrimaryKey("muter_id", "muted_id")
    muter = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    muted = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # When the mute ends by itself; null: when it is taken back.
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = MuteQuerySet.as_manager()

    class Meta:
        db_table = "mute"
        constraints = [models.CheckConstraint(condition=~Q(muter=F("muted")), name="no_mute_of_oneself")]
        # Those that have ended, to be cleared away.
        indexes = [models.Index(fields=["expires_at"], name="mute_ends", condition=Q(expires_at__isnull=False))]


class Dismissal(Edge):
    """`viewer` does not want `person` suggested."""

    pk = models.CompositePrimaryKey("viewer_id", "person_id")
    viewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")

    class Meta:
        db_table = "dismissal"


class List(models.Model):
    """Some of those whom its owner follows, whose posts are a timeline of their own. Only the owner knows of it."""

    NAME_LENGTH = 50

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=NAME_LENGTH)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "list"
        constraints = [
            # One's own lists by their names, too.
            models.UniqueConstraint(
                F("owner"),
                Lower("name"),
                name="one_list_of_a_name",
                violation_error_message=gettext_lazy("You have a list of this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="a_list_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("list", args=[self.pk])


class ListMember(models.Model):
    """Somebody on a list; gone in the transaction that ends its owner's follow."""

    pk = models.CompositePrimaryKey("list_id", "member_id")
    list = models.ForeignKey(List, on_delete=models.CASCADE, related_name="members", db_index=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        db_table = "list_member"
        # The lists somebody is on: when a follow or an account ends.
        indexes = [models.Index(fields=["member", "list"], name="list_member_in")]


class NoticeType(models.TextChoices):
    """What somebody is told of."""

    FOLLOW = "follow"
    FOLLOW_REQUEST = "follow_request"
    LIKE = "like"
    COMMENT = "comment"
    SHARE = "share"
    QUOTE = "quote"
    MENTION = "mention"
    MODERATION = "moderation"


class NextNoticeId(models.Func):
    """The database's maker of ids that order by time, which posts have theirs from."""

    function = "next_post_id"
    template = "%(function)s()"
    arity = 0
    output_field = models.BigIntegerField()


class Notice(models.Model):
    """Owed to `recipient`: to look again whether what `actor` did still stands, and to tell of it once.

    Written in the transaction that begins or ends what it is about; `notifications.delivery` takes it away.
    """

    id = models.BigIntegerField(primary_key=True, db_default=NextNoticeId(), editable=False)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_constraint=False, db_index=False)
    # Null: the site itself.
    actor = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    type = models.CharField(max_length=14, choices=NoticeType)
    # Of posts this app knows nothing but their ids.
    post_id = models.BigIntegerField(null=True)
    # What moderation has to say.
    text = models.TextField(blank=True, default="", db_default="")

    class Meta:
        db_table = "notice"
        # All that is owed to one person, oldest first.
        indexes = [models.Index(fields=["recipient", "id"], name="notice_of")]

    def __str__(self) -> str:
        return f"{self.type} for {self.recipient_id}"
