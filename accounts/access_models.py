"""What lets people and programs in: what tokens are called, and invitations."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class TokenUse(models.Model):
    """What a Bearer token is called, and roughly when it was last used."""

    token = models.OneToOneField(
        settings.OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="use"
    )
    # As its owner calls it; what an app was granted has the app's name.
    name = models.CharField(max_length=50, blank=True, db_default="")
    # To within an hour.
    used_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name or f"token {self.pk}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> "InvitationQuerySet":
        """Those that still let somebody in: neither taken back nor expired nor used up."""
        is_allowed = Q(made_by__isnull=True) | Q(made_by__is_active=True)
        return self.filter(is_allowed, revoked_at=None, expires_at__gt=Now(), uses_count__lt=F("most_uses"))


class Invitation(models.Model):
    """A link by which people may sign up while that takes an invitation."""

    # Stands in the link. Kept as it is, so that whoever made it can copy it again: it opens no account that exists.
    code = models.CharField(max_length=32, unique=True)
    # Null once its maker is erased.
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # Whom it is for, in its maker's words.
    note = models.CharField(max_length=100, blank=True, default="")
    most_uses = models.PositiveSmallIntegerField()
    uses_count = models.PositiveSmallIntegerField(default=0, db_default=0)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[InvitationQuerySet] = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(uses_count__lte=F("most_uses")), name="invitation_is_not_overused"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class Invited(models.Model):
    """Who came by which invitation."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="invited"
    )
    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="guests")
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.user_id} by {self.invitation_id}"
