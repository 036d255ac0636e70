"""What you see: the materialised part of home timelines."""

from django.conf import settings
from django.db import models


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

    class Meta:
        db_table = "reader_state"
