"""Fan-out as textbooks have it: a row each with everything, made one by one through the ORM, trimmed at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, models

from bench.people import execute
from posts.models import Post


class NaiveEntry(models.Model):
    """The usual shape: a surrogate key, constrained foreign keys with an index each, unique, and a time to sort by."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects: Any = models.Manager()

    class Meta:
        app_label = "bench"
        db_table = "bench_naive_feed"
        constraints = [models.UniqueConstraint(fields=["user", "post"], name="bench_naive_once")]
        indexes = [models.Index(fields=["user", "-created_at"], name="bench_naive_newest")]


@contextmanager
def table(followers: list[int], posts: list[int]) -> Iterator[None]:
    """The table, each follower's feed full with these posts; gone afterwards."""
    with connection.schema_editor() as editor:
        editor.create_model(NaiveEntry)
    execute(
        "INSERT INTO bench_naive_feed (user_id, post_id, created_at)"
        " SELECT u, p, now() - (row_number() OVER ()) * interval '1 ms'"
        " FROM unnest(%s::bigint[]) p, unnest(%s::bigint[]) u",
        [posts, followers],
    )
    execute("VACUUM ANALYZE bench_naive_feed")
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(NaiveEntry)


def deliver(post_id: int, followers: list[int], *, size: int) -> None:
    """A row for each follower, then each follower's feed is counted and cut to `size`."""
    entries = [NaiveEntry(user_id=follower, post_id=post_id) for follower in followers]
    NaiveEntry.objects.bulk_create(entries, batch_size=1000, ignore_conflicts=True)
    for follower in followers:
        feed = NaiveEntry.objects.filter(user_id=follower)
        if feed.count() > size:
            old = list(feed.order_by("-created_at").values_list("pk", flat=True)[size:])
            NaiveEntry.objects.filter(pk__in=old).delete()
