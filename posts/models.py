"""What you make."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse

from posts.visibility import PostQuerySet

User = settings.AUTH_USER_MODEL
EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


class NextPostId(models.Func):
    """The database's own maker of post ids: 41 bits of milliseconds since 2024, 12 of a sequence."""

    function = "next_post_id"
    template = "%(function)s()"
    arity = 0
    output_field = models.BigIntegerField()


def time_of(post_id: int) -> datetime:
    """When a post of that id was made, in UTC."""
    return EPOCH + timedelta(milliseconds=post_id >> 12)


def first_id_at(moment: datetime) -> int:
    """The smallest id a post made at that moment can have."""
    return max((moment - EPOCH) // timedelta(milliseconds=1), 0) << 12


class Visibility(models.TextChoices):
    PUBLIC = "public", "Public"
    FOLLOWERS = "followers", "Followers"
    PRIVATE = "private", "People mentioned"


class Post(models.Model):
    """A post; also a comment (`in_reply_to`), a share (`share_of`) and a quote (`quote_of`)."""

    id = models.BigIntegerField(primary_key=True, db_default=NextPostId(), editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="posts", db_index=False)
    # What was written, as it was written; a share has none.
    content = models.TextField(blank=True, db_default="")
    # The same as safe HTML with links, made once when written.
    content_html = models.TextField(blank=True, db_default="", editable=False)
    visibility = models.CharField(
        max_length=9, choices=Visibility, default=Visibility.PUBLIC, db_default=Visibility.PUBLIC
    )
    in_reply_to = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="replies", db_index=False
    )
    # The post a thread began with; whoever may see that may see its comments.
    root = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="thread", db_index=False
    )
    share_of = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="shares", db_index=False
    )
    quote_of = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="quotes")
    # Lower case, without the hash sign.
    hashtags = ArrayField(models.CharField(max_length=100), default=list, db_default=[], blank=True)
    # Usernames as they stood when the post was written, and who they are: the rule of visibility
    # asks for the latter with every post read, so they lie on the row.
    mentions = ArrayField(models.CharField(max_length=30), default=list, db_default=[], blank=True)
    mentioned_ids = ArrayField(models.BigIntegerField(), default=list, db_default=[], blank=True, editable=False)
    likes_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    comments_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    shares_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Set by its author's delete: gone everywhere at once, erased for good a day later.
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PostQuerySet.as_manager()

    class Meta:
        db_table = "post"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(content="") | Q(share_of__isnull=False), name="a_post_has_content_unless_it_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(share_of__isnull=True) | (Q(in_reply_to__isnull=True) & Q(content="")),
                name="a_share_has_no_text_and_answers_nothing",
            ),
            models.UniqueConstraint(
                fields=["author", "share_of"],
                condition=Q(share_of__isnull=False, deleted_at__isnull=True),
                name="one_share_per_person",
            ),
        ]
        indexes = [
            # An author's timeline entries, newest first: profiles, and readers who pull.
            models.Index(
                fields=["author", "-id"], name="post_author", condition=Q(root__isnull=True, deleted_at__isnull=True)
            ),
            # The public timeline, newest first.
            models.Index(
                fields=["-id"],
                name="post_public",
                condition=Q(visibility="public", root__isnull=True, share_of__isnull=True, deleted_at__isnull=True),
            ),
            # Direct replies, oldest first.
            models.Index(fields=["in_reply_to", "id"], name="post_reply", condition=Q(in_reply_to__isnull=False)),
            # A whole thread.
            models.Index(fields=["root", "id"], name="post_thread", condition=Q(root__isnull=False)),
            # A newer share of the same original.
            models.Index(fields=["share_of", "author", "id"], name="post_share", condition=Q(share_of__isnull=False)),
            # Comments of one author, for profiles and when an account goes.
            models.Index(fields=["author", "-id"], name="post_author_comment", condition=Q(root__isnull=False)),
            GinIndex(fields=["hashtags"], name="post_hashtags", condition=~Q(hashtags=[])),
            # What is to be erased.
            models.Index(fields=["deleted_at"], name="post_deleted", condition=Q(deleted_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.content[:60] or f"share of {self.share_of_id}"

    def get_absolute_url(self) -> str:
        return reverse("thread", args=[self.author.username, self.pk])

    @property
    def created_at(self) -> datetime:
        return time_of(self.pk)

    @property
    def is_comment(self) -> bool:
        return self.root_id is not None


class Like(models.Model):
    pk = models.CompositePrimaryKey("post_id", "user_id")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="likes", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "post_like"


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

    class Meta:
        db_table = "fanout"


def as_id(text: Any) -> int | None:
    """The post or user id written in a path, or None when it cannot be one."""
    text = str(text)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 16 else None
