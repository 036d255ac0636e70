"""Why a post stands where it stands in somebody's home: its way there, and the terms that were summed."""

from datetime import datetime
from typing import Any, NamedTuple

from feeds import timeline
from feeds.models import FeedEntry
from feeds.ranking import candidates, formula
from feeds.ranking.terms import Sum, sum_of
from feeds.ranking.values import CHRONOLOGICAL, Choice, Scored
from feeds.ranking.why_not import facts_of, judge
from feedsite.errors import NotFound
from posts.models import Post
from posts.queries import find_visible
from social.models import Follow


class Route(NamedTuple):
    """By which edge it came (`own`, `following`, `shared_by`), since when that is there, and who moved it."""

    reason: str
    since: datetime | None
    # Written into the feed when it was posted; else fetched when the feed is read.
    is_pushed: bool
    # Whether the rules still let it in.
    is_in_feed: bool


class Standing(NamedTuple):
    """A place in a ranked order (from 1) among so many, the score that made it, and whether it was made anew."""

    place: int
    among: int
    sum: Sum
    is_anew: bool


def item_of(reader: Any, entry_id: int) -> timeline.Item:
    """The entry with all that is shown of it; raises NotFound unless the reader may see it."""
    entry = find_visible(reader, entry_id)
    if entry is None:
        raise NotFound()
    items = timeline.hydrate(reader, [timeline.Entry(entry_id, entry.share_of_id or entry_id)])
    if not items:
        raise NotFound()
    return items[0]


def route_of(reader: Any, item: timeline.Item) -> Route:
    """Three queries: the rules, the edge by which it came, and whether it was pushed."""
    giver: Post | Any = item.sharer or item.post.author
    facts = facts_of(reader, item.post.pk)
    follow = Follow.objects.filter(follower=reader, followee=giver).values_list("created_at", flat=True)
    pushed = FeedEntry.objects.filter(user_id=reader.pk, post_id=item.entry.entry_id)
    since = follow.first() if giver.pk != reader.pk else None
    return Route(item.reason, since, pushed.exists(), judge(facts).in_feed)


def standing_anew(reader: Any, choice: Choice, shown_id: int) -> Standing | None:
    """Where the choice would put a post at this moment; None by time, and below what is ranked."""
    if choice.ranking == CHRONOLOGICAL:
        return None
    found = candidates.of_reader(reader.pk)
    return standing_in(formula.ranked(found, choice.weights, diversity=choice.diversity), shown_id, is_anew=True)


def standing_in(order: list[Scored], shown_id: int, *, is_anew: bool) -> Standing | None:
    """By what is shown: a newer share may have taken the place of the entry that was asked about."""
    for place, one in enumerate(order, 1):
        if one.candidate.shown_id == shown_id:
            return Standing(place, len(order), sum_of(one, full_of(one)), is_anew)
    return None


def full_of(one: Scored) -> float:
    """The largest term: its bar is the whole length."""
    return max((abs(part) for part in one.parts.values()), default=1.0) or 1.0
