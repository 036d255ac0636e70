"""What you are told."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.push_models import PushKey, PushSubscription
from posts.models import NextPostId, Post, time_of
from social.models import NoticeType

User = settings.AUTH_USER_MODEL


__all__ = ["Mail", "Mailbox", "Notification", "Actor", "Preference", "PushKey", "PushSubscription", "ThreadMute"]


class Mail(models.TextChoices):
    """When a person gets an e-mail of something, if it is not read before."""

    OFF = "off", _("No e-mail")
    NOW = "now", _("At once")
    DIGEST = "digest", _("Once a day")


class NotificationQuerySet(models.QuerySet["Notification"]):
    def of(self, recipient: Any) -> "NotificationQuerySet":
        return self.filter(recipient=recipient.pk)

    def unread(self) -> "NotificationQuerySet":
        return self.filter(is_read=False)


class Notification(models.Model):
    """Something a person is told: what several people did with the same post as long as it is unread.

    Whether it is shown, and with whom, is decided at every read (`notification_rows`).
    """

    # Stays the same while others join; what clients replace it by.
    id = models.BigAutoField(primary_key=True)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(max_length=14, choices=NoticeType)
    # What was liked or shared, or says, quotes or mentions it.
    post = models.ForeignKey(Post, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    # The words of moderation.
    text = models.TextField(blank=True, default="", db_default="")
    # Its place in the list and the `notification_id` of the API: the id of the newest notice in it.
    place = models.BigIntegerField(db_default=NextPostId())
    # Everybody in it, whoever of them may be shown.
    actors_count = models.PositiveIntegerField(default=0, db_default=0)
    is_read = models.BooleanField(default=False, db_default=False)
    # The e-mail that is still owed; off: none, or it was sent.
    mail = models.CharField(max_length=6, choices=Mail, default=Mail.OFF, db_default=Mail.OFF)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        db_table = "notification"
        constraints = [
            # The one that others still join.
            models.UniqueConstraint(
                fields=["recipient", "type", "post"],
                name="one_unread_of_a_kind",
                condition=Q(is_read=False) & ~Q(type=NoticeType.MODERATION),
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # A person's list, newest first.
            models.Index(fields=["recipient", "-place"], name="notification_of"),
            # How many are unread, and marking them as read.
            models.Index(fields=["recipient", "-place"], name="notification_unread", condition=Q(is_read=False)),
            # What the next e-mail tells.
            models.Index(fields=["recipient", "-place"], name="notification_mail", condition=~Q(mail=Mail.OFF)),
            # When a post is erased.
            models.Index(fields=["post"], name="notification_post", condition=Q(post__isnull=False)),
            # Read ones that are old, to be cleared away.
            models.Index(fields=["place"], name="notification_read", condition=Q(is_read=True)),
        ]

    def __str__(self) -> str:
        return f"{self.type} for {self.recipient_id}"

    @property
    def created_at(self) -> datetime:
        return time_of(self.place)


class Actor(models.Model):
    """Somebody in a notification, once for what they did: who takes it back and does it again is told of once."""

    pk = models.CompositePrimaryKey("recipient_id", "type", "subject", "actor_id")
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(max_length=14, choices=NoticeType)
    # The post's id; 0 where it is about none.
    subject = models.BigIntegerField()
    actor = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")  # index: when an account goes
    notification = models.ForeignKey(Notification, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The id of the notice that put them here.
    place = models.BigIntegerField()
    # Since when it does not stand any more.
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "notification_actor"
        # Who is in one, the newest first.
        indexes = [
            models.Index(
                fields=["notification", "-place"], name="notification_actors", condition=Q(ended_at__isnull=True)
            ),
            # All who ever were, to be cleared away with it.
            models.Index(fields=["notification"], name="notification_actors_all"),
        ]


class Preference(models.Model):
    """How a person wants to be told of one type; no row: as `notifications.preferences.DEFAULTS` says."""

    pk = models.CompositePrimaryKey("user_id", "type")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(max_length=14, choices=NoticeType)
    # In the list and the number beside its name.
    page = models.BooleanField(default=True)
    email = models.CharField(max_length=6, choices=Mail)
    # On devices that have allowed it.
    push = models.BooleanField(default=True)

    class Meta:
        db_table = "notification_preference"


class Mailbox(models.Model):
    """When a person's next e-mails are due."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # Of what is told at once, and of what comes once a day.
    now_at = models.DateTimeField(null=True)
    digest_at = models.DateTimeField(null=True)
    # When one that tells at once was sent last.
    sent_at = models.DateTimeField(null=True)
    # How often the server for e-mail has refused in a row.
    failures = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Whose days they are, as the IANA names it.
    time_zone = models.CharField(max_length=64, default="UTC", db_default="UTC")

    class Meta:
        db_table = "mailbox"
        indexes = [
            # What is due.
            models.Index(fields=["now_at"], name="mailbox_now", condition=Q(now_at__isnull=False)),
            models.Index(fields=["digest_at"], name="mailbox_digest", condition=Q(digest_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"e-mails for {self.user_id}"


class ThreadMute(models.Model):
    """`user` hears nothing more of the thread that began with `root`."""

    pk = models.CompositePrimaryKey("user_id", "root_id")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    root = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")  # index: when a post is erased
    # Its order in the list of muted threads.
    place = models.BigIntegerField(db_default=NextPostId(), editable=False)

    class Meta:
        db_table = "thread_mute"
        # A person's muted threads, newest first.
        indexes = [models.Index(fields=["user", "-place"], name="thread_mute_of")]
