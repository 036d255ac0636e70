"""Checks the contract's section 5 against the tables, in memory bounded by one timeline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from feeds import oracle, timeline
from posts.models import Outbox, first_id_at

PAGE = 100
READERS_AT_ONCE = 1000
TRIES = 3
OWED_TOO_LONG_SECONDS = 60


@dataclass(frozen=True)
class Fault:
    invariant: int
    user: str
    post: int | str
    words: str

    def __str__(self) -> str:
        return f"invariant {self.invariant}: user {self.user} post {self.post}: {self.words}"


def in_batches(users: Any, size: int) -> Iterator[list[int]]:
    """The ids of a queryset of users in order, `size` at a time; no more than that in memory."""
    after = 0
    while batch := list(users.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:size]):
        yield batch
        after = batch[-1]


def readers(sample: int | None) -> tuple[int, Iterator[int]]:
    """(how many, their ids): all active readers, or `sample` of them at random."""
    users = User.objects.active()
    if sample is None:
        return users.count(), chain.from_iterable(in_batches(users, READERS_AT_ONCE))
    chosen = list(users.order_by("?").values_list("pk", flat=True)[:sample])
    return len(chosen), iter(chosen)


def served(reader: User) -> Iterator[timeline.Row]:
    """The timeline as the site serves it, page by page as by its cursors, to TIMELINE_SIZE."""
    scroll, left = timeline.Scroll(), settings.TIMELINE_SIZE
    while left > 0:
        rows = timeline.skeleton(reader, scroll, limit=PAGE + 1, is_check=True)
        yield from rows[: min(PAGE, left)]
        if len(rows) <= PAGE:
            return
        left -= PAGE
        scroll = scroll.after(rows[:PAGE])


def check_reader(reader_id: int) -> list[Fault]:
    """Faults of invariants 1 to 3 for one reader. A difference is looked at again, for people go on posting."""
    faults: list[Fault] = []
    for _ in range(TRIES):
        reader = User.objects.filter(pk=reader_id).first()
        if reader is None:
            return []
        before = oracle.timeline(reader_id, settings.TIMELINE_SIZE)
        got = [oracle.Place(entry.entry_id, entry.shown_id) for entry in served(reader)]
        faults = list(compare(reader, before, got))
        if not faults:
            return []
    return faults


def compare(reader: User, expected: list[oracle.Place], got: list[oracle.Place]) -> Iterator[Fault]:
    name = reader.username
    for place in set(expected) - set(got):
        yield Fault(1, name, place.shown_id, f"entry {place.entry_id} is missing from the timeline")
    for place in set(got) - set(expected):
        yield Fault(2, name, place.shown_id, f"entry {place.entry_id} should not be in the timeline")
    ids = [place.entry_id for place in got]
    for earlier, later in zip(ids, ids[1:], strict=False):
        if later >= earlier:
            yield Fault(3, name, later, "comes twice or out of order while paging")


# (words, query): each row is a fault as user, post, what is stored, what is counted.
COUNTERS = [
    (
        "followers_count",
        """SELECT u.username, '-', u.followers_count, coalesce(c.n, 0) FROM accounts_user u
           LEFT JOIN (SELECT followee_id AS id, count(*) AS n FROM follow GROUP BY 1) c USING (id)
           WHERE u.followers_count <> coalesce(c.n, 0)""",
    ),
    (
        "following_count",
        """SELECT u.username, '-', u.following_count, coalesce(c.n, 0) FROM accounts_user u
           LEFT JOIN (SELECT follower_id AS id, count(*) AS n FROM follow GROUP BY 1) c USING (id)
           WHERE u.following_count <> coalesce(c.n, 0)""",
    ),
    (
        "posts_count",
        """SELECT u.username, '-', u.posts_count, coalesce(c.n, 0) FROM accounts_user u
           LEFT JOIN (SELECT author_id AS id, count(*) AS n FROM post
                       WHERE deleted_at IS NULL AND root_id IS NULL GROUP BY 1) c USING (id)
           WHERE u.posts_count <> coalesce(c.n, 0)""",
    ),
    (
        "likes_count",
        """SELECT u.username, p.id, p.likes_count, coalesce(c.n, 0)
             FROM post p JOIN accounts_user u ON u.id = p.author_id
             LEFT JOIN (SELECT post_id, count(*) AS n FROM post_like GROUP BY 1) c ON c.post_id = p.id
            WHERE p.likes_count <> coalesce(c.n, 0)""",
    ),
    (
        "comments_count",
        """SELECT u.username, p.id, p.comments_count, coalesce(c.n, 0)
             FROM post p JOIN accounts_user u ON u.id = p.author_id
             LEFT JOIN (SELECT in_reply_to_id, count(*) AS n FROM post
                         WHERE deleted_at IS NULL AND in_reply_to_id IS NOT NULL GROUP BY 1) c
                    ON c.in_reply_to_id = p.id
            WHERE p.comments_count <> coalesce(c.n, 0)""",
    ),
    (
        "shares_count",
        """SELECT u.username, p.id, p.shares_count, coalesce(c.n, 0)
             FROM post p JOIN accounts_user u ON u.id = p.author_id
             LEFT JOIN (SELECT share_of_id, count(*) AS n FROM post
                         WHERE deleted_at IS NULL AND share_of_id IS NOT NULL GROUP BY 1) c ON c.share_of_id = p.id
            WHERE p.shares_count <> coalesce(c.n, 0)""",
    ),
]


def check_counters() -> Iterator[Fault]:
    """Faults of invariant 4, at most 1,000 a counter."""
    for counter, query in COUNTERS:
        with connection.cursor() as cursor:
            cursor.execute(f"{query} LIMIT 1000")
            for user, post, stored, counted in cursor.fetchall():
                yield Fault(4, user, post, f"{counter} is {stored}, its rows are {counted}")


def check_outbox() -> Iterator[Fault]:
    """Faults of invariant 5: posts that should have reached everybody long ago. They are still pulled."""
    before = first_id_at(timezone.now()) - (OWED_TOO_LONG_SECONDS * 1000 << 12)
    for owed in Outbox.objects.filter(pk__lt=before).select_related("author").order_by("pk")[:1000]:
        yield Fault(5, owed.author.username, owed.pk, "is still in the outbox: is the fan-out worker running?")


def check_readers(reader_ids: Iterable[int]) -> Iterator[Fault]:
    for reader_id in reader_ids:
        yield from check_reader(reader_id)
