"""Posts to open pages: who may see new ones is decided here, a moment before they are sent; of others, in `changes`."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from feeds.timeline import Scroll, array
from feedsite import live
from posts.cards import poll_card, post_card
from posts.hydrate import complete
from posts.models import Post

READERS_PER_MESSAGE = 1000
# What each reader has done to a post: liked, shared, kept, voted.
MARKS = """u.id, EXISTS (SELECT FROM post_like l WHERE l.post_id = %(post)s AND l.user_id = u.id),
       EXISTS (SELECT FROM post s WHERE s.share_of_id = %(post)s AND s.author_id = u.id AND s.deleted_at IS NULL),
       EXISTS (SELECT FROM bookmark b WHERE b.user_id = u.id AND b.post_id = %(post)s),
       (SELECT v.choices FROM poll_vote v WHERE v.poll_id = %(post)s AND v.user_id = u.id)"""
# Whether the reader may see another post.
SEES = """EXISTS (SELECT FROM post p WHERE p.id = {} AND p.deleted_at IS NULL AND
               post_visible(u.id, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id))"""
OF_READERS = "FROM unnest(%(readers)s::bigint[]) AS u(id)"
TOUCHED = f"SELECT {MARKS} {OF_READERS}"
TOUCHED_AND_SEEN = f"SELECT {MARKS}, {SEES.format('%(parent)s')}, {SEES.format('%(quoted)s')} {OF_READERS}"


def tell_new_post(entry_id: int, readers: list[int]) -> None:
    """Sends the entry to those of the readers whose timelines show it."""
    made: tuple[Post, dict[str, Any]] | None = None
    for some in in_messages(readers):
        if shown := showing(entry_id, some):
            made = made or new_post(entry_id)
            send(*made, shown)


def send(entry: Post, card: dict[str, Any], readers: list[int]) -> None:
    """One message to all of these readers for whom the card is the same."""
    for differs, some in groups(entry, readers):
        live.publish(some, {"type": "new_post", "post": card | differs}, once=f"new_post:{entry.pk}")


def groups(entry: Post, readers: list[int]) -> list[tuple[dict[str, Any], list[int]]]:
    """(how the card differs, for whom): its author's reason; for a share, what readers did to the original before."""
    if entry.share_of is None:
        others = [pk for pk in readers if pk != entry.author_id]
        own = [({"reason": "own"}, [entry.author_id])] if entry.author_id in readers else []
        return [*own, ({}, others)] if others else own
    alike: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"post": entry.share_of_id, "readers": readers})
        for reader_id, *marks, choices in cursor.fetchall():
            alike[*marks, choices and tuple(choices)].append(reader_id)
    return [(touched(entry.share_of, *key), some) for key, some in alike.items()]


def touched(post: Any, liked: bool, shared: bool, bookmarked: bool, choices: tuple[int, ...] | None) -> dict[str, Any]:
    """What a card says to whoever has done this to the post."""
    marks: dict[str, Any] = {"has_liked": liked, "has_shared": shared, "has_bookmarked": bookmarked}
    if choices is None or post.shown_poll is None:
        return marks
    post.shown_poll.chosen = list(choices)
    return marks | {"poll": poll_card(post.shown_poll)}


def showing(entry_id: int, readers: list[int]) -> list[int]:
    """Readers in whose timeline the entry stands now, by the very rules of the timeline; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id FROM unnest(%s::bigint[]) AS u(id)"
            " WHERE EXISTS (SELECT FROM timeline_rows(u.id, ARRAY[%s]::bigint[], %s))",
            [readers, entry_id, array(Scroll().flat())],
        )
        return [row[0] for row in cursor.fetchall()]


def new_post(entry_id: int) -> tuple[Post, dict[str, Any]]:
    """(the entry, its card for readers who have not touched it)."""
    entry = Post.objects.select_related("author", "share_of__author").get(pk=entry_id)
    shown: Any = entry.share_of or entry
    make_plain(shown)
    hidden = () if shown.quoted else (shown.quote_of_id,)
    sharer = entry.author if entry.share_of_id else None
    reason = "shared_by" if sharer else "following"
    return entry, post_card(shown, entry_id=entry.pk, sharer=sharer, reason=reason, hidden=hidden)


def make_plain(post: Any) -> None:
    """One card for all: what not everybody may see is not named, nor are the viewer's own marks."""
    post.has_liked = post.has_shared = post.has_bookmarked = False
    complete(AnonymousUser(), [post])


def tell_counts(row: Any, readers: list[int]) -> None:
    """Sends the counters to readers who may see the post; `row` is a `feeds.changes.Row`."""
    counts = {name: getattr(row, name) for name in ("likes_count", "comments_count", "shares_count")}
    for some in in_messages(readers):
        live.publish(some, {"type": "counts", "post_id": str(row.post_id), **counts})


def tell_gone(post_id: int, readers: list[int]) -> None:
    """To readers who could see the post. It may come back to them: then it is new once more."""
    for some in in_messages(readers):
        live.publish(some, {"type": "post_deleted", "post_id": str(post_id)}, forgets=f"new_post:{post_id}")


def tell_updated(post_id: int, readers: list[int]) -> None:
    """Sends the post to readers who may see it, to each with their own marks."""
    post = Post.objects.select_related("author").filter(pk=post_id, share_of=None).first() if readers else None
    if post is None:
        return
    make_plain(post)
    for some in in_messages(readers):
        for card, alike in cards_of(post, some):
            live.publish(alike, {"type": "post_updated", "post": card})


def in_messages(readers: list[int]) -> Iterator[list[int]]:
    return (readers[start : start + READERS_PER_MESSAGE] for start in range(0, len(readers), READERS_PER_MESSAGE))


def cards_of(post: Any, readers: list[int]) -> Iterator[tuple[dict[str, Any], list[int]]]:
    """(card, for whom): readers with the same marks, choice and sight of what the post answers and quotes."""
    alike: defaultdict[tuple[Any, ...], list[int]] = defaultdict(list)
    named = {"parent": post.in_reply_to_id, "quoted": post.quote_of_id}
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED_AND_SEEN, {"post": post.pk, "readers": readers, **named})
        for reader_id, *marks, choices, sees_parent, sees_quoted in cursor.fetchall():
            is_own = post.has_poll and reader_id == post.author_id
            alike[*marks, choices and tuple(choices), sees_parent, sees_quoted, is_own].append(reader_id)
    for key, some in alike.items():
        yield card_of(post, *key), some


def card_of(
    post: Any,
    liked: bool,
    shared: bool,
    bookmarked: bool,
    choices: tuple[int, ...] | None,
    sees_parent: bool,
    sees_quoted: bool,
    is_own: bool,
) -> dict[str, Any]:
    post.has_liked, post.has_shared, post.has_bookmarked = liked, shared, bookmarked
    if post.shown_poll is not None:
        post.shown_poll.chosen, post.shown_poll.is_own = choices and list(choices), is_own
    hidden = {post.in_reply_to_id: not sees_parent, post.quote_of_id: not sees_quoted}
    return post_card(post, hidden=[pk for pk, is_hidden in hidden.items() if is_hidden])
