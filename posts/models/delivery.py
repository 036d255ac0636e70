"""What a post still owes its author's followers, and the author's lock row."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from posts.models.post import Post

User = settings.AUTH_USER_MODEL


class Pin(models.TextChoices):
    PUSH = "push", "Always push"
    PULL = "pull", "Always pull"


# A cut-off no reader reaches.
NEVER = 127


class AuthorState(models.Model):
    """The author's lock row. Whoever publishes updates it first, so an author's ids commit in order."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # An upper bound of the ids of the author's timeline entries; not indexed, so updates stay HOT.
    last_post_id = models.BigIntegerField(default=0, db_default=0)
    # Entries written, each worth half as much after POSTING_HALF_LIFE_DAYS; as it stood when the
    # last one was written, whose id tells the moment.
    posting = models.FloatField(default=0, db_default=0)
    # Advice of `feeds.policy`: readers of at least this class are pushed to. NEVER until it was asked.
    cutoff = models.SmallIntegerField(default=NEVER, db_default=NEVER)
    # What staff want, whatever the policy says; empty: nothing.
    pin = models.CharField(max_length=4, choices=Pin, blank=True, default="", db_default="")
    # The cut-off has changed and the mover has not been along all edges since.
    unsettled = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "author_state"
        indexes = [models.Index(fields=["user"], name="author_unsettled", condition=Q(unsettled=True))]

    def __str__(self) -> str:
        return f"author {self.user_id}"


class Outbox(models.Model):
    """One row for each post that has not reached everybody it should; written with the post.

    It goes a moment after the post is pushed and announced. Until then readers pull it from here, so what a
    worker has not done yet is never missing.
    """

    ALL_PUSHED = 2**63 - 1

    post = models.OneToOneField(Post, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # An index for readers: which of the authors they follow have something here.
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Followers with ids up to this one have the post in their feeds.
    next_follower = models.BigIntegerField(default=0, db_default=0)
    # When hot timelines and open sockets had been told; the row stays FANOUT_LINGER_SECONDS longer, for
    # readers who looked at their hot timeline before that and look here after it.
    announced_at = models.DateTimeField(null=True, blank=True)
    # Since when: for most the post's own making, but a restored or widened post is owed anew.
    since = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        db_table = "fanout"
