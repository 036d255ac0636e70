"""What stands on a profile: posts, comments, media, what somebody likes, and the pinned post.

Each list is *ids, rules, hydrate*: the newest candidates by an index, those of them that the viewer may see, and those
ready for their cards. A list may be all of what the viewer may not see, so a page looks through LOOKED_THROUGH
candidates at most; where they do not fill it, it is short and its cursor leads behind them.
"""

from typing import Any

from django.db import connection

from accounts.models import User
from feedsite.pagination import PageRequest
from posts.hydrate import visible_posts
from posts.models import Post, Visibility
from posts.queries import Placed, placed
from social.models import Block, Follow

LOOKED_THROUGH = 500
LARGEST_ID = 2**63 - 1

# Candidates, newest first, each over one index: post_author, post_author_comment, post_author_media, like_by.
# One's own post that one has shared stands at the place of the share only, the pinned one above them all.
OWN = """
SELECT p.* FROM post p
 WHERE p.author_id = %(author)s AND p.root_id IS NULL AND p.deleted_at IS NULL AND p.id < %(below)s
   AND p.id <> %(pinned)s AND p.share_of_id IS DISTINCT FROM %(pinned)s
   AND NOT (p.shares_count > 0 AND p.visibility = 'public' AND NOT %(is_closed)s
            AND EXISTS (SELECT FROM post s WHERE s.share_of_id = p.id AND s.author_id = p.author_id
                                             AND s.deleted_at IS NULL))
 ORDER BY p.id DESC LIMIT %(most)s
"""
COMMENTS = """
SELECT p.* FROM post p WHERE p.author_id = %(author)s AND p.root_id IS NOT NULL AND p.id < %(below)s
 ORDER BY p.id DESC LIMIT %(most)s
"""
MEDIA = """
SELECT p.* FROM post p
 WHERE p.author_id = %(author)s AND p.media_count > 0 AND p.deleted_at IS NULL AND p.id < %(below)s
 ORDER BY p.id DESC LIMIT %(most)s
"""
LIKES = """
SELECT p.* FROM (SELECT l.post_id FROM post_like l WHERE l.user_id = %(author)s AND l.post_id < %(below)s
                  ORDER BY l.post_id DESC LIMIT %(most)s) l
  JOIN post p ON p.id = l.post_id ORDER BY l.post_id DESC
"""
# The ids that are shown and one more, and where there are not so many the last candidate, if there may be others.
# The candidates come in order, so the rule is asked until there are enough, and no longer.
SHOWN = """
WITH found AS MATERIALIZED (
  SELECT ARRAY(
    SELECT p.id FROM ({candidates}) p
     WHERE p.deleted_at IS NULL
       AND post_visible(%(viewer)s, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id)
     ORDER BY p.id DESC LIMIT %(limit)s + 1) AS ids)
SELECT ids, CASE WHEN cardinality(ids) <= %(limit)s
                 THEN (SELECT c.id FROM ({candidates}) c ORDER BY c.id DESC OFFSET %(most)s - 1 LIMIT 1) END
  FROM found
"""

Page = tuple[list[Post], str | None]


def posts_of(viewer: Any, author: User, asked: PageRequest, *, without: Post | None = None) -> Page:
    """An account's posts and shares, without the one that stands above them; 2 queries, as the others."""
    pinned = without.pk if without else 0
    return page(viewer, OWN, author, asked, pinned=pinned, is_closed=author.is_closed)


def comments_of(viewer: Any, author: User, asked: PageRequest) -> Page:
    return page(viewer, COMMENTS, author, asked)


def media_of(viewer: Any, author: User, asked: PageRequest) -> Page:
    """Posts and comments with pictures or videos."""
    return page(viewer, MEDIA, author, asked)


def likes_of(viewer: Any, person: User, asked: PageRequest) -> Page:
    """What somebody likes, the newest posts first; whether it is shown at all says `shows_likes_to`."""
    return page(viewer, LIKES, person, asked)


def page(viewer: Any, candidates: str, author: User, asked: PageRequest, **more: Any) -> Page:
    """The posts that the viewer may see, from `visible_posts`, and the next cursor."""
    params = {
        "viewer": viewer.pk or 0,
        "author": author.pk,
        "below": LARGEST_ID if asked.after is None else asked.after,
        "limit": asked.limit,
        "most": max(LOOKED_THROUGH, asked.limit + 1),
        **more,
    }
    with connection.cursor() as cursor:
        cursor.execute(SHOWN.format(candidates=candidates), params)
        ids, edge = cursor.fetchone()
    shown = ids[: asked.limit]
    last = shown[-1] if len(ids) > asked.limit else edge
    posts = visible_posts(viewer, shown) if shown else {}
    return [posts[pk] for pk in shown if pk in posts], None if last is None else asked.next_cursor(last)


def find_pinned(viewer: Any, author: User) -> Post | None:
    """The post that the author has pinned, where the viewer may see it; 1 query.

    One that was narrowed to the people mentioned since is no longer what a profile begins with.
    """
    pinned = Post.objects.visible_to(viewer).filter(pin__author=author.pk).exclude(visibility=Visibility.PRIVATE)
    return pinned.for_cards(viewer).select_related("author", "preview").first()


def shows_likes_to(viewer: Any, person: User) -> bool:
    """Whether the viewer may see what somebody likes; a query where the person shows it.

    Oneself always; others where the person shows it, they may read a private account, and do not block the person.
    """
    if viewer.pk == person.pk:
        return True
    if not person.shows_likes:
        return False
    if person.is_closed and not Follow.objects.filter(follower=viewer.pk or 0, followee=person.pk).exists():
        return False
    return not Block.objects.filter(blocker=viewer.pk or 0, blocked=person.pk).exists()


def placed_with_answered(viewer: Any, posts: list[Post]) -> list[Placed]:
    """The same as `placed`, and comments say what they answer; a query more where there are any."""
    items = placed(viewer, posts)
    comments = [item.post for item in items if item.post.in_reply_to_id]
    answered = visible_posts(viewer, [post.in_reply_to_id or 0 for post in comments]) if comments else {}
    for post in comments:
        post.answered = answered.get(post.in_reply_to_id or 0)
    return items
