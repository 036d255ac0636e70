"""What is waiting at this moment: posts for their delivery, edges for their move."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from feeds.lab.words import time_words
from feeds.models import ReaderState
from feeds.plots import Plot, Series
from posts.models import AuthorState, Outbox, first_id_at, time_of

# Upper bounds of the bars of age, and what they are called.
AGES = ((1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"))


@dataclass(frozen=True)
class Backlog:
    """Posts not pushed to everybody yet, also by age; authors and readers whose edges will be looked at."""

    waiting: int
    oldest_seconds: float | None
    by_age: list[int]
    unsettled_authors: int
    unsettled_readers: int

    @property
    def oldest_words(self) -> str:
        return "" if self.oldest_seconds is None else time_words(self.oldest_seconds)


def backlog(now: datetime) -> Backlog:
    """3 queries, over rows that are few unless something is wrong."""
    younger = {
        f"within_{most}": Count("pk", filter=Q(pk__gte=first_id_at(now - timedelta(seconds=most)))) for most, _ in AGES
    }
    unpushed = Outbox.objects.filter(next_follower__lt=Outbox.ALL_PUSHED)
    found = unpushed.aggregate(waiting=Count("pk"), oldest=Min("pk"), **younger)
    upto = [0, *(found[name] for name in younger), found["waiting"]]
    return Backlog(
        waiting=found["waiting"],
        oldest_seconds=found["oldest"] and max((now - time_of(found["oldest"])).total_seconds(), 0.0),
        by_age=[more - fewer for fewer, more in zip(upto, upto[1:], strict=False)],
        unsettled_authors=AuthorState.objects.filter(unsettled=True).count(),
        unsettled_readers=ReaderState.objects.filter(unsettled=True).count(),
    )


def plot(found: Backlog) -> Plot:
    return Plot(
        name="backlog",
        title="Waiting now, by age",
        about="Posts that have not been pushed to everybody yet. Readers have them all the same, from the outbox.",
        across="Age, at most",
        unit="posts",
        labels=[*(label for _, label in AGES), "more"],
        series=[Series("Posts", found.by_age, "pull")],
        nothing="No post is waiting.",
    )
