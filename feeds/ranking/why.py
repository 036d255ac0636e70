"""Why a post stands where it stands in somebody's home: its way there, and the terms that were summed."""

from datetime import datetime
from typing import Any, NamedTuple

from feeds import timeline
from feeds.ranking import candidates, frozen, learned, shown
from feeds.ranking.explaining import PUSH, sources
from feeds.ranking.linear import ACTIONS
from feeds.ranking.page import in_order
from feeds.ranking.swaps import is_moved_by
from feeds.ranking.terms import Feature, Sum, features_of, sum_of
from feeds.ranking.values import CHRONOLOGICAL, ENGAGEMENT, ML, Candidate, Choice
from feeds.ranking.why_not import facts_of, judge
from feedsite.errors import NotFound
from posts.models import Post
from posts.queries import find_visible
from social.models import Follow

MOST_FEATURES = 4


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

    ranking: str
    place: int
    among: int
    sum: Sum
    features: list[Feature]
    is_anew: bool
    # Whether a lot let it change places with its neighbour.
    is_moved: bool = False


def item_of(reader: Any, entry_id: int) -> timeline.Item:
    """The entry; raises NotFound unless the reader may see it and what it shows."""
    entry = find_visible(reader, entry_id)
    if entry is None:
        raise NotFound()
    found = shown.items(reader, [timeline.Entry(entry_id, entry.share_of_id or entry_id)])
    if not found:
        raise NotFound()
    return found[entry_id]


def route_of(reader: Any, item: timeline.Item) -> Route:
    """Three queries: the rules, the edge by which it came, and whether it was pushed."""
    giver: Post | Any = item.sharer or item.post.author
    facts = facts_of(reader, item.post.pk)
    follow = Follow.objects.filter(follower=reader, followee=giver).values_list("created_at", flat=True)
    entry_id = item.entry.entry_id
    since = follow.first() if giver.pk != reader.pk else None
    return Route(item.reason, since, sources(reader.pk, [entry_id])[entry_id] == PUSH, judge(facts).in_feed)


def standing_of(reader: Any, item: timeline.Item, choice: Choice, scroll_id: int | None) -> Standing | None:
    """In the scroll that the reader looks at; where that is gone, as the choice would have it at this moment.

    None by time, and below what is ranked.
    """
    kept = frozen.find(reader.pk, scroll_id, item.entry.entry_id) if scroll_id else None
    return standing_kept(reader, item, kept) if kept else standing_anew(reader, choice, item.post.pk)


def standing_kept(reader: Any, item: timeline.Item, kept: frozen.Kept) -> Standing | None:
    if kept.explained is None or kept.place is None:
        return None
    candidate = next(iter(candidates.of_entries(reader.pk, [item.entry.entry_id])), None)
    # A model knows some of the actions, which may be any of them.
    ranking = ML if kept.head.keys() & ACTIONS else ENGAGEMENT
    total, is_moved = sum_of(kept.explained.parts, candidate), is_moved_by(kept.explained.propensity)
    return Standing(ranking, kept.place, kept.among, total, strongest(candidate, ranking), False, is_moved)


def standing_anew(reader: Any, choice: Choice, shown_id: int) -> Standing | None:
    """By what is shown: a newer share may have taken the place of the entry that was asked about.

    No lots are drawn: each answer would name another place.
    """
    if choice.ranking == CHRONOLOGICAL:
        return None
    order, ranking = in_order(candidates.of_reader(reader.pk), choice._replace(swaps=0.0))
    for place, one in enumerate(order, 1):
        if one.candidate.shown_id == shown_id:
            total = sum_of(one.parts, one.candidate)
            return Standing(ranking, place, len(order), total, strongest(one.candidate, ranking), True)
    return None


def strongest(candidate: Candidate | None, ranking: str) -> list[Feature]:
    """What moved a learned score most."""
    if candidate is None or ranking != ML:
        return []
    return features_of(learned.explain(candidate))[:MOST_FEATURES]
