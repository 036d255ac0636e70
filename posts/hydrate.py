"""Posts ready for their cards.

By their ids in one statement written by hand: the same as
`Post.objects.visible_to(viewer).for_cards(viewer).in_bulk(ids)`, which spends three quarters of its
6 ms on compiling the query anew; a test compares the two. What hangs on posts comes with `complete`,
a query for each kind of thing that is there.
"""

import functools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models
from django.db.models import F, OuterRef, Subquery

from accounts.models import User
from posts.models import LinkPreview, Media, Poll, Post, Vote

SQL = """
SELECT {post}, {author}, {preview},
       EXISTS (SELECT FROM post_like m WHERE m.post_id = p.id AND m.user_id = %(viewer)s) AS has_liked,
       p.shares_count > 0 AND EXISTS (SELECT FROM post s WHERE s.share_of_id = p.id AND s.author_id = %(viewer)s
                                         AND s.deleted_at IS NULL) AS has_shared,
       EXISTS (SELECT FROM bookmark b WHERE b.user_id = %(viewer)s AND b.post_id = p.id) AS has_bookmarked
  FROM post p JOIN accounts_user a ON a.id = p.author_id LEFT JOIN link_preview l ON l.id = p.preview_id
 WHERE p.id = ANY (%(ids)s) AND p.deleted_at IS NULL
   AND post_visible(%(viewer)s, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id)
"""


@functools.cache
def field_names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


@functools.cache
def statement() -> str:
    """SQL with the columns of the three models, in the order of their fields."""
    return SQL.format(post=columns("p", Post), author=columns("a", User), preview=columns("l", LinkPreview))


def columns(table: str, model: type[models.Model]) -> str:
    return ", ".join(f"{table}.{field.column}" for field in model._meta.concrete_fields)


def visible_posts(viewer: Any, ids: list[int]) -> dict[int, Post]:
    """{id: Post} of those the viewer may see, with author, link preview and the viewer's marks; one query."""
    with connection.cursor() as cursor:
        cursor.execute(statement(), {"viewer": viewer.pk or 0, "ids": ids})
        posts = [read(row) for row in cursor.fetchall()]
    return {post.pk: post for post in posts}


def read(row: tuple[Any, ...]) -> Post:
    values = iter(row)
    post = made(Post, values)
    post.author, post.preview = made(User, values), made(LinkPreview, values)
    post.has_liked, post.has_shared, post.has_bookmarked = values
    return post  # type: ignore[no-any-return]


def made(model: type[models.Model], values: Iterator[Any]) -> Any:
    """The model out of the next columns; None where the join found nothing."""
    names = field_names(model)
    row = list(islice(values, len(names)))
    return model.from_db(connection.alias, names, row) if row[0] is not None else None


def complete(viewer: Any, posts: Iterable[Post], quotes: Mapping[int, Post] | None = None) -> None:
    """Puts on the posts what hangs on them: media, polls with the viewer's choice, previews, what they quote.

    `quotes` has whoever knows already what of the quoted the viewer may see; else it is asked.
    """
    posts = list(posts)
    quoted = attach_quotes(viewer, [post for post in posts if post.quote_of_id], quotes)
    attach_media([post for post in (*posts, *quoted) if post.media_count])
    attach_polls(viewer, [post for post in posts if post.has_poll])
    attach_previews([post for post in posts if post.preview_id])


def attach_quotes(viewer: Any, posts: Sequence[Post], known: Mapping[int, Post] | None) -> list[Post]:
    """The posts quoted by these that the viewer may see."""
    if known is None:
        known = visible_posts(viewer, [post.quote_of_id for post in posts if post.quote_of_id]) if posts else {}
    for post in posts:
        post.quoted = known.get(post.quote_of_id or 0)
    return [post.quoted for post in posts if post.quoted]


def attach_media(posts: Sequence[Post]) -> None:
    if not posts:
        return
    of_post: defaultdict[int, list[Media]] = defaultdict(list)
    for media in Media.objects.filter(post__in=[post.pk for post in posts]).order_by("post_id", "position"):
        of_post[media.post_id or 0].append(media)
    for post in posts:
        post.shown_media = of_post[post.pk]


def attach_polls(viewer: Any, posts: Sequence[Post]) -> None:
    polls = find_polls(viewer, [post.pk for post in posts])
    for post in posts:
        post.shown_poll = polls.get(post.pk)


def find_polls(viewer: Any, post_ids: Sequence[int]) -> dict[int, Poll]:
    """{post id: its poll with what the viewer has chosen}; one query, none for no posts."""
    if not post_ids:
        return {}
    vote = Vote.objects.filter(poll=OuterRef("pk"), user=viewer.pk or 0).values("choices")
    known = Poll.objects.annotate(author_id=F("post__author_id"), voted=Subquery(vote))
    polls: dict[int, Any] = known.in_bulk(list(post_ids))
    for poll in polls.values():
        poll.is_own, poll.chosen = poll.author_id == viewer.pk, poll.voted
    return polls


def attach_previews(posts: Sequence[Post]) -> None:
    """Previews that have something to show; those that came with their posts are not asked for again."""
    known = {post.preview_id: post.preview for post in posts if "preview" in post._state.fields_cache}
    if missing := {post.preview_id for post in posts} - known.keys():
        known |= LinkPreview.objects.in_bulk(missing)
    for post in posts:
        preview = known.get(post.preview_id)
        post.shown_preview = preview if preview and preview.title else None
