"""What is shown of trends. Whoever asks gets what was listed last, after the rules as they are now."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Value

from feeds.trends.models import Rising, RisingQuerySet, TagHour
from feeds.trends.rising import hour_of
from feeds.trends.sparkline import Sparkline, sparkline
from feedsite.pagination import PageRequest, page_of
from posts.hydrate import complete
from posts.models import Post
from posts.queries import Placed, public_timeline
from posts.visibility import PostQuerySet
from social.models import Mute

TAGS_SHOWN, POSTS_SHOWN = 6, 5
# So many are looked at for those that may be shown.
LOOKED_AT = 20
WEEK_HOURS, POINT_HOURS = 7 * 24, 6
RELATED_SHOWN = 8


def tags(after: int | None = None) -> RisingQuerySet:
    """Hashtags that rise, the strongest first, beyond that place."""
    return Rising.objects.shown().filter(kind=Rising.Kind.TAG, place__gt=after or 0)


def posts(viewer: Any, after: int | None = None) -> PostQuerySet:
    """Posts that rise and the viewer may see, with their `place`; what its author has kept from the public is none."""
    listed = Rising.objects.shown().filter(kind=Rising.Kind.POST, place__gt=after or 0)
    found = allowed(viewer).filter(rising__in=listed.order_by()).annotate(place=F("rising__place"))
    return found.select_related("preview").order_by("place")


def allowed(viewer: Any) -> PostQuerySet:
    """Public posts of public accounts that the viewer may see and has not muted."""
    muted = Mute.objects.standing().filter(muter=viewer.pk or 0, muted=OuterRef("author"))
    public = Post.objects.visible_to(viewer).filter(visibility="public", author__is_closed=False)
    return public.filter(~Exists(muted)).for_cards(viewer)


@dataclass(frozen=True)
class Explored:
    """What the Explore page shows."""

    tags: list[Rising]
    # Each with how many accounts made it rise in its best hour.
    rising: list[tuple[Post, Rising]]
    latest: list[Placed]
    next_cursor: str | None


def explore(viewer: Any, asked: PageRequest) -> Explored:
    """Trends over the first page of the public timeline; later pages have no trends.

    2 queries, and one for each kind of thing that hangs on the posts.
    """
    trends = [] if asked.cursor else list(Rising.objects.shown().filter(place__lte=LOOKED_AT))
    listed = {trend.post_id: trend for trend in trends if trend.post_id}
    found = with_latest(viewer, listed, public_timeline(viewer).below(asked.after), asked.limit + 1)
    newest = sorted((post for post in found if not post.rises), key=lambda post: -post.pk)
    latest, next_cursor = page_of(newest, asked)
    complete(viewer, latest)
    rising = sorted(((post, listed[post.pk]) for post in found if post.rises), key=lambda pair: pair[1].place)
    return Explored(
        tags=[trend for trend in trends if trend.tag][:TAGS_SHOWN],
        rising=rising[:POSTS_SHOWN],
        latest=[Placed(post.pk, post) for post in latest],
        next_cursor=next_cursor,
    )


def with_latest(viewer: Any, ids: Iterable[int], latest: PostQuerySet, limit: int) -> list[Any]:
    """The posts of these ids that may be shown among trends, and the first of the others; they say which by `rises`.

    One query: the page has a budget of eight.
    """
    rest = latest.select_related("preview").annotate(rises=Value(False))[:limit]
    if not ids:
        return list(rest)
    risen = allowed(viewer).filter(pk__in=list(ids)).select_related("preview").annotate(rises=Value(True))
    return list(risen.order_by().union(rest, all=True))


@dataclass(frozen=True)
class Usage:
    """How much a hashtag was used in the last seven days."""

    posts: int
    drawing: Sparkline | None
    # Hashtags that stand beside it in the newest posts, the most frequent first.
    related: list[str] = field(default_factory=list)


def usage(tag: str, newest: Sequence[Post], now: datetime) -> Usage:
    """From the hourly buckets, a point for each POINT_HOURS; one query."""
    last = hour_of(now)
    hours = dict(TagHour.objects.filter(tag=tag, hour__gt=last - WEEK_HOURS).values_list("hour", "posts"))
    points = [
        sum(hours.get(hour, 0) for hour in range(first, first + POINT_HOURS))
        for first in range(last - WEEK_HOURS + 1, last + 1, POINT_HOURS)
    ]
    return Usage(sum(points), sparkline(points) if any(points) else None, related(tag, newest))


def related(tag: str, newest: Iterable[Post]) -> list[str]:
    """What stands beside the tag in these posts; each author says it once."""
    beside = {(post.author_id, other) for post in newest for other in post.hashtags if other != tag}
    return [other for other, _ in Counter(other for _, other in sorted(beside)).most_common(RELATED_SHOWN)]
