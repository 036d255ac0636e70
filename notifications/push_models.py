"""Devices that asked to be told of things while the site is closed, and the key they know this site by."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.db import models
from django.db.models import Q
from django.utils import timezone

LONGEST_ENDPOINT = 1000
LONGEST_USER_AGENT = 300


class PushKey(models.Model):
    """The one pair of keys by which push services know this site (RFC 8292). Without the row it is made anew.

    Whoever deletes it ends every subscription: each was made for this key and hears no other.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    # The private key, sealed with the site's SECRET_KEY: a copy of the database alone sends nothing.
    sealed = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "push_key"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_push_key")]

    def __str__(self) -> str:
        return f"made {self.created_at:%Y-%m-%d}"


class PushSubscriptions(models.QuerySet):
    def of(self, user: Any) -> Self:
        """A person's devices, the newest first."""
        return self.filter(user=user).order_by("-pk")

    def due(self, user_id: int, now: datetime) -> Self:
        """What may be sent to: rests after failures are over. Whether its session still holds is `holds`."""
        rested = Q(retry_at=None) | Q(retry_at__lte=now)
        return self.filter(rested, user=user_id).select_related("user", "session", "token").order_by("pk")


class PushSubscription(models.Model):
    """One browser or app. It belongs to the session or token it was made under, and goes with it."""

    id = models.BigAutoField(primary_key=True)
    # Its index finds a person's devices.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # No index: a key is deleted once in years.
    key = models.ForeignKey(PushKey, models.CASCADE, related_name="+", db_index=False)
    # A browser is signed in by one session and has one subscription. The indexes of both find what goes with a log-out.
    session = models.OneToOneField("sessions.Session", models.CASCADE, related_name="+", null=True)
    token = models.ForeignKey(settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL, models.CASCADE, related_name="+", null=True)
    # Where its push service takes messages for it. Whoever knows it may send, so it is never shown.
    endpoint = models.CharField(max_length=LONGEST_ENDPOINT, unique=True)
    # The device's public key and secret, which only it and we know (RFC 8291).
    p256dh = models.BinaryField()
    auth = models.BinaryField()
    # What the browser calls itself, so that people can tell their devices apart.
    user_agent = models.CharField(max_length=LONGEST_USER_AGENT, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # When its push service last took a message.
    last_ok_at = models.DateTimeField(null=True, editable=False)
    # How often in a row it did not, since when, and until when it is left alone for that.
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)

    objects = PushSubscriptions.as_manager()

    class Meta:
        db_table = "push_subscription"
        constraints = [
            models.CheckConstraint(condition=Q(session=None) ^ Q(token=None), name="push_by_session_or_token"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.user_agent[:40]}"

    def holds(self) -> bool:
        """Whether who made it is still signed in there: a changed password ends sessions made under the old one."""
        if not self.user.is_active:
            return False
        if self.token is not None:
            return not self.token.is_expired()
        if self.session is None or self.session.expire_date <= timezone.now():
            return False
        return self.session.get_decoded().get(HASH_SESSION_KEY) == self.user.get_session_auth_hash()
