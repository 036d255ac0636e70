"""What of the site search engines may list, in pieces that stay small however many posts there are.

A piece is a window of ids, so it is one range of an index and its address never means anything else. Post ids tell the
time: a window of posts is so many hours, the longest that on the average has no more than WINDOW_POSTS.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.urls import reverse

from accounts.models import User, indexable
from feedsite.errors import NotFound
from posts.models import Post, Visibility, time_of
from posts.outside import VISITOR

WINDOWS_HOURS = (720, 168, 24, 6, 1)
WINDOW_POSTS = 5_000
WINDOW_PEOPLE = 10_000
# The newest of a window; the protocol allows 50,000 in a piece, and as many pieces.
MOST_ADDRESSES = 20_000
MOST_WINDOWS = 40_000
# Tags are those of so many posts, the newest.
TAGGED_POSTS = 2_000
IDS_AN_HOUR = 3_600_000 << 12

PUBLIC = "p.visibility = 'public' AND p.root_id IS NULL AND p.share_of_id IS NULL AND p.deleted_at IS NULL"
# Estimates and ends of indexes, so it takes the same time for any number of posts.
SIZES = f"""
SELECT (SELECT reltuples FROM pg_class WHERE oid = 'post'::regclass), (SELECT max(id) FROM accounts_user),
       (SELECT p.id FROM post p WHERE {PUBLIC} ORDER BY p.id LIMIT 1),
       (SELECT p.id FROM post p WHERE {PUBLIC} ORDER BY p.id DESC LIMIT 1)
"""  # noqa: S608 nothing in it comes from outside
# The windows that have posts, newest first: from each a probe for the newest post before it.
WINDOWS = f"""
WITH RECURSIVE windows AS (
  SELECT %(newest)s::bigint / %(ids)s AS number
   UNION ALL
  SELECT (SELECT p.id / %(ids)s FROM post p WHERE {PUBLIC} AND p.id < w.number * %(ids)s ORDER BY p.id DESC LIMIT 1)
    FROM windows w WHERE w.number IS NOT NULL)
SELECT number FROM windows WHERE number IS NOT NULL LIMIT {MOST_WINDOWS}
"""  # noqa: S608


class Address(NamedTuple):
    path: str
    changed: datetime | None = None


def pieces() -> list[str]:
    """The paths of all pieces; 2 queries."""
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        posts, last_account, oldest, newest = cursor.fetchone()
        paths = [reverse("sitemap_people", args=[n]) for n in range((last_account or 0) // WINDOW_PEOPLE + 1)]
        if newest is None:
            return paths
        hours = window_hours(posts, (newest - oldest) // IDS_AN_HOUR + 1)
        cursor.execute(WINDOWS, {"newest": newest, "ids": hours * IDS_AN_HOUR})
        paths += [reverse("sitemap_posts", args=[hours, number]) for (number,) in cursor.fetchall()]
    return [*paths, reverse("sitemap_tags")]


def window_hours(posts: float, span_hours: int) -> int:
    """The longest window with at most WINDOW_POSTS, had posts come evenly."""
    return next((hours for hours in WINDOWS_HOURS if posts * hours <= WINDOW_POSTS * span_hours), WINDOWS_HOURS[-1])


def people(number: int) -> Iterator[Address]:
    first = number * WINDOW_PEOPLE
    if first >= 2**62:
        raise NotFound()
    accounts = User.objects.filter(indexable(), pk__gte=first, pk__lt=first + WINDOW_PEOPLE, posts_count__gt=0)
    for username in accounts.order_by("pk").values_list("username", flat=True):
        yield Address(reverse("profile", args=[username]))


def posts(hours: int, number: int) -> Iterator[Address]:
    """Public posts of those hours; raises NotFound for windows that there are not."""
    first = number * hours * IDS_AN_HOUR
    if hours not in WINDOWS_HOURS or first >= 2**62:
        raise NotFound()
    public = Post.objects.visible_to(VISITOR).timeline_entries().filter(visibility=Visibility.PUBLIC, share_of=None)
    window = public.filter(indexable("author__"), pk__gte=first, pk__lt=first + hours * IDS_AN_HOUR)
    facts = window.order_by("-pk").values_list("pk", "author__username", "edited_at")
    for pk, username, edited_at in facts[:MOST_ADDRESSES]:
        yield Address(reverse("thread", args=[username, pk]), edited_at or time_of(pk))


def tags() -> Iterator[Address]:
    """Tags in use, the latest first."""
    public = Post.objects.visible_to(VISITOR).timeline_entries().filter(visibility=Visibility.PUBLIC, share_of=None)
    used: dict[str, datetime] = {}
    for pk, hashtags in public.order_by("-pk").values_list("pk", "hashtags")[:TAGGED_POSTS]:
        for tag in hashtags:
            used.setdefault(tag, time_of(pk))
    for tag, moment in used.items():
        yield Address(reverse("tag", args=[tag]), moment)
