"""Checks the contract's section 5 against the tables, in memory bounded by one timeline."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts.models import User
from feeds import lists, oracle, timeline
from posts.models import Outbox
from social.models import List

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


def served(read: Callable[[timeline.Scroll, int], list[timeline.Row]]) -> Iterator[timeline.Row]:
    """A timeline as the site serves it, page by page as by its cursors, to TIMELINE_SIZE."""
    scroll, left = timeline.Scroll(), settings.TIMELINE_SIZE
    while left > 0:
        rows = read(scroll, PAGE + 1)
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
        faults = [*check_home(reader), *check_lists(reader)] if reader else []
        if not faults:
            return []
    return faults


def check_home(reader: User) -> Iterator[Fault]:
    before = oracle.timeline(reader.pk, settings.TIMELINE_SIZE)
    rows = list(served(lambda scroll, limit: timeline.skeleton(reader, scroll, limit=limit, is_check=True)))
    yield from compare(reader, before, places(rows))
    yield from compare_quotes(reader, rows)


def check_lists(reader: User) -> Iterator[Fault]:
    """The reader's lists: the same promises, of those on the list."""
    for list_id in List.objects.filter(owner=reader).values_list("pk", flat=True):
        before = oracle.list_timeline(reader.pk, list_id, settings.TIMELINE_SIZE)
        yield from compare(reader, before, places(served_list(reader, list_id)), f"list {list_id}")


def served_list(reader: User, list_id: int) -> Iterator[timeline.Row]:
    return served(lambda scroll, limit: lists.rows(reader.pk, list_id, scroll, limit=limit))


def places(rows: Iterable[timeline.Row]) -> list[oracle.Place]:
    return [oracle.Place(row.entry_id, row.shown_id) for row in rows]


def compare(
    reader: User, expected: list[oracle.Place], got: list[oracle.Place], where: str = "timeline"
) -> Iterator[Fault]:
    name = reader.username
    for place in set(expected) - set(got):
        yield Fault(1, name, place.shown_id, f"entry {place.entry_id} is missing from the {where}")
    for place in set(got) - set(expected):
        yield Fault(2, name, place.shown_id, f"entry {place.entry_id} should not be in the {where}")
    ids = [place.entry_id for place in got]
    for earlier, later in zip(ids, ids[1:], strict=False):
        if later >= earlier:
            yield Fault(3, name, later, f"comes twice or out of order while paging the {where}")


def compare_quotes(reader: User, rows: list[timeline.Row]) -> Iterator[Fault]:
    expected = oracle.quotes(reader.pk, [row.shown_id for row in rows])
    for row in rows:
        if row.quote_of != expected.get(row.shown_id):
            quoted = expected.get(row.shown_id, "nothing that is for them")
            yield Fault(2, reader.username, row.shown_id, f"tells that it quotes {row.quote_of}, and it is {quoted}")


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
             LEFT JOIN (SELECT s.share_of_id, count(*) AS n FROM post s JOIN post o ON o.id = s.share_of_id
                         WHERE s.deleted_at IS NULL AND NOT blocked_either_way(s.author_id, o.author_id)
                         GROUP BY 1) c ON c.share_of_id = p.id
            WHERE p.shares_count <> coalesce(c.n, 0)""",
    ),
    (
        "voters_count",
        """SELECT u.username, p.id, poll.voters_count, coalesce(c.n, 0)
             FROM poll JOIN post p ON p.id = poll.post_id JOIN accounts_user u ON u.id = p.author_id
             LEFT JOIN (SELECT poll_id, count(*) AS n FROM poll_vote GROUP BY 1) c ON c.poll_id = poll.post_id
            WHERE poll.voters_count <> coalesce(c.n, 0)""",
    ),
    (
        "votes",
        """SELECT u.username, p.id, poll.votes, c.votes
             FROM poll JOIN post p ON p.id = poll.post_id JOIN accounts_user u ON u.id = p.author_id
            CROSS JOIN LATERAL (
              SELECT array_agg(coalesce(v.n, 0)::int ORDER BY o.number) AS votes
                FROM generate_series(0, cardinality(poll.options) - 1) o(number)
                LEFT JOIN (SELECT choice, count(*) AS n FROM poll_vote, unnest(choices) choice
                            WHERE poll_id = poll.post_id GROUP BY 1) v ON v.choice = o.number) c
            WHERE poll.votes <> c.votes""",
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
    before = timezone.now() - timedelta(seconds=OWED_TOO_LONG_SECONDS)
    for owed in Outbox.objects.filter(since__lt=before).select_related("author").order_by("pk")[:1000]:
        yield Fault(5, owed.author.username, owed.pk, "is still in the outbox: is the fan-out worker running?")


def check_readers(reader_ids: Iterable[int]) -> Iterator[Fault]:
    for reader_id in reader_ids:
        yield from check_reader(reader_id)
