"""Follows, requests, blocks and mutes as the staff pages list them.

Their tables have keys of two columns, which Django's admin does not take; these are the same rows
through views with one text key, `1-2`. They are only listed and filtered by the two columns, which
have indexes: the key itself is computed and must never be searched for.
"""

from django.conf import settings
from django.db import models

User = settings.AUTH_USER_MODEL


class Row(models.Model):
    key = models.TextField(primary_key=True, editable=False)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True


class FollowRow(Row):
    follower = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    followee = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    pull = models.BooleanField()

    class Meta:
        managed = False
        db_table = "follow_row"
        unique_together = [("follower", "followee")]
        verbose_name = "follow"

    def __str__(self) -> str:
        return self.key


class FollowRequestRow(Row):
    follower = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    followee = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        managed = False
        db_table = "follow_request_row"
        unique_together = [("follower", "followee")]
        verbose_name = "follow request"

    def __str__(self) -> str:
        return self.key


class BlockRow(Row):
    blocker = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    blocked = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)

    class Meta:
        managed = False
        db_table = "block_row"
        unique_together = [("blocker", "blocked")]
        verbose_name = "block"

    def __str__(self) -> str:
        return self.key


class MuteRow(Row):
    muter = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    muted = models.ForeignKey(User, on_delete=models.DO_NOTHING, related_name="+", db_constraint=False)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "mute_row"
        unique_together = [("muter", "muted")]
        verbose_name = "mute"

    def __str__(self) -> str:
        return self.key
