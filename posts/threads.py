"""A post among what it answers and what was answered to it: bounded, however deep and long the thread is."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from feedsite.pagination import PageRequest, make_cursor
from posts.hydrate import complete, visible_posts
from posts.models import Post

# How many replies are shown at once to a reply to the post, to a reply to that, and so on.
REPLIES_SHOWN = (3, 1, 1)
# To the post itself, however many are asked for: with those below them a hundred would be a thousand cards.
MOST_REPLIES = 20
ANCESTORS_SHOWN = 4

# Each reply with its place among those to the same post. One more than is shown is looked for, and where
# nothing is shown any more the first: so that it is known whether there are more. `shown` is {how many to the
# post itself, to a reply to it, …, 0}; what is one too many is not looked into.
REPLIES = """
WITH RECURSIVE replies AS (
  SELECT first.id, %(post)s::bigint AS parent, first.place, 1 AS level
    FROM unnest(ARRAY(
      SELECT p.id FROM post p
       WHERE p.in_reply_to_id = %(post)s AND p.id > %(after)s AND p.deleted_at IS NULL
         AND post_visible(%(viewer)s, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id)
       ORDER BY p.id LIMIT (%(shown)s::int[])[1] + 1)) WITH ORDINALITY AS first(id, place)
  UNION ALL
  SELECT deeper.id, r.id, deeper.place, r.level + 1
    FROM replies r CROSS JOIN LATERAL unnest(ARRAY(
      SELECT p.id FROM post p
       WHERE p.in_reply_to_id = r.id AND p.deleted_at IS NULL
         AND post_visible(%(viewer)s, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id)
       ORDER BY p.id LIMIT (%(shown)s::int[])[r.level + 1] + 1)) WITH ORDINALITY AS deeper(id, place)
   WHERE r.place <= (%(shown)s::int[])[r.level] AND r.level < cardinality(%(shown)s::int[])
)
SELECT parent, id FROM replies ORDER BY parent, place
"""
# What a post answers, what that answers, and so on; the nearest first.
ANCESTORS = """
WITH RECURSIVE above AS (
  SELECT p.in_reply_to_id AS id, 1 AS step FROM post p WHERE p.id = %(post)s
   UNION ALL
  SELECT p.in_reply_to_id, step + 1 FROM above JOIN post p ON p.id = above.id WHERE step <= %(shown)s
)
SELECT id FROM above WHERE id IS NOT NULL ORDER BY step
"""


@dataclass
class Reply:
    """A reply with the first of those to it."""

    post: Post
    replies: list["Reply"] = field(default_factory=list)
    # Its place below the post that the page is about, from 1.
    level: int = 1
    # Where the rest of the replies to it begin; None: these are all.
    next_cursor: str | None = None
    # There are replies, and none is shown: they have a page.
    goes_on: bool = False


@dataclass
class Thread:
    """`ancestors` oldest first; `earlier` is the one to ask for what is above them."""

    ancestors: list[Post]
    earlier: Post | None
    replies: list[Reply]
    next_cursor: str | None


class Branches:
    """The ids of the replies to each post, as they were found, and the posts of those that are shown."""

    def __init__(self, asked: PageRequest, level: int, found: dict[int, list[int]]) -> None:
        self.asked, self.found = asked, found
        self.shown = (min(asked.limit, MOST_REPLIES), *REPLIES_SHOWN[level:], 0)
        self.first_level = level + 1

    def ids(self, post_id: int, depth: int = 0) -> Iterator[int]:
        """Those to be shown under the post, each before its own replies."""
        for pk in self.found.get(post_id, [])[: self.shown[depth]]:
            yield pk
            yield from self.ids(pk, depth + 1)

    def replies(self, post_id: int, posts: dict[int, Post], depth: int = 0) -> list[Reply]:
        shown = self.found.get(post_id, [])[: self.shown[depth]]
        return [self.reply(posts[pk], posts, depth) for pk in shown if pk in posts]

    def reply(self, post: Post, posts: dict[int, Post], depth: int) -> Reply:
        return Reply(
            post,
            self.replies(post.pk, posts, depth + 1),
            level=self.first_level + depth,
            next_cursor=self.next_cursor(post.pk, depth + 1),
            goes_on=self.shown[depth + 1] == 0 and bool(self.found.get(post.pk)),
        )

    def next_cursor(self, post_id: int, depth: int = 0) -> str | None:
        ids, shown = self.found.get(post_id, []), self.shown[depth]
        if not shown or len(ids) <= shown:
            return None
        return make_cursor(list_name(post_id), self.asked.viewer_id, (ids[shown - 1],))


def list_name(post_id: int) -> str:
    return f"comments:{post_id}"


def thread(viewer: Any, post: Post, asked: PageRequest) -> Thread:
    """All that the post's page shows; 3 queries, and one more for each kind of thing that hangs on one of the posts.

    Makes `post` complete as well.
    """
    above = find_ancestors(post.pk)
    branches = find_branches(viewer, post.pk, asked)
    ids = [*above[:ANCESTORS_SHOWN], *branches.ids(post.pk)]
    posts = visible_posts(viewer, ids) if ids else {}
    complete(viewer, [post, *posts.values()])
    ancestors = [posts[pk] for pk in above[ANCESTORS_SHOWN - 1 :: -1] if pk in posts]
    return Thread(
        ancestors,
        ancestors[0] if ancestors and len(above) > ANCESTORS_SHOWN else None,
        branches.replies(post.pk, posts),
        branches.next_cursor(post.pk),
    )


def more_replies(viewer: Any, post: Post, asked: PageRequest, level: int) -> tuple[list[Reply], str | None]:
    """The next replies to a post that itself stands at that level of a page, and where the rest begins."""
    branches = find_branches(viewer, post.pk, asked, level)
    posts = visible_posts(viewer, list(branches.ids(post.pk)))
    complete(viewer, posts.values())
    return branches.replies(post.pk, posts), branches.next_cursor(post.pk)


def earlier(viewer: Any, post: Post) -> tuple[list[Post], Post | None]:
    """What the post answers, oldest first, and the one to ask for what is above."""
    above = find_ancestors(post.pk)
    posts = visible_posts(viewer, above[:ANCESTORS_SHOWN])
    complete(viewer, posts.values())
    ancestors = [posts[pk] for pk in above[ANCESTORS_SHOWN - 1 :: -1] if pk in posts]
    return ancestors, ancestors[0] if ancestors and len(above) > ANCESTORS_SHOWN else None


def find_ancestors(post_id: int) -> list[int]:
    """Their ids, the nearest first, one more than are shown."""
    with connection.cursor() as cursor:
        cursor.execute(ANCESTORS, {"post": post_id, "shown": ANCESTORS_SHOWN})
        return [row[0] for row in cursor.fetchall()]


def find_branches(viewer: Any, post_id: int, asked: PageRequest, level: int = 0) -> Branches:
    """The replies to a post at that level of a page, after the position asked for; one query."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    branches = Branches(asked, level, found)
    params = {
        "viewer": viewer.pk or 0,
        "post": post_id,
        "after": asked.after or 0,
        "shown": list(branches.shown),
    }
    with connection.cursor() as cursor:
        cursor.execute(REPLIES, params)
        for parent, pk in cursor.fetchall():
            found[parent].append(pk)
    return branches
