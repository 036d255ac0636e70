"""What people say of a post with one press."""

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from posts.models.ids import NextPostId
from posts.models.post import Post

User = settings.AUTH_USER_MODEL


class Like(models.Model):
    pk = models.CompositePrimaryKey("post_id", "user_id")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="likes", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "post_like"
        indexes = [
            # What somebody likes, newest posts first: profiles, and when an account goes. It has the time, too: what
            # they have liked lately is read from the index alone (`ranked_facts`).
            models.Index(fields=["user", "-post"], include=["created_at"], name="like_by"),
            # The likes of an hour, for trends. They lie in the table about as they came, so the first and the last of
            # each 16 blocks say where to look; a like pays one or two microseconds for it.
            BrinIndex(fields=["created_at"], name="like_time", pages_per_range=16, autosummarize=True),
        ]


class Bookmark(models.Model):
    """A post somebody keeps for later; nobody else is told."""

    # Its order in the list, and when it was made.
    id = models.BigIntegerField(primary_key=True, db_default=NextPostId(), editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="bookmarks")

    class Meta:
        db_table = "bookmark"
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="one_bookmark_a_post")]
        # A person's bookmarks, newest first.
        indexes = [models.Index(fields=["user", "-id"], name="bookmark_of")]

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.post_id}"


class PinnedPost(models.Model):
    """The post that somebody wants to be read first on their profile.

    A table of its own: cards and timelines never ask. The row outlives a delete that may be undone; who reads goes
    through `visible_to`, so it shows nothing meanwhile.
    """

    author = models.OneToOneField(User, on_delete=models.CASCADE, primary_key=True, related_name="+")
    # The index is for erasing posts.
    post = models.OneToOneField(Post, on_delete=models.CASCADE, related_name="pin")

    class Meta:
        db_table = "pinned_post"

    def __str__(self) -> str:
        return f"{self.author_id} pins {self.post_id}"
