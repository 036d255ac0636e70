"""New posts to open pages: who may see them is decided here, a moment before they are sent."""

from typing import Any

from django.db import connection

from feeds.timeline import Scroll, array
from feedsite import live
from posts.cards import post_card
from posts.models import Post

READERS_PER_MESSAGE = 1000


def tell_new_post(entry_id: int, readers: list[int]) -> None:
    """Sends the entry to those of the readers whose timelines show it."""
    made: tuple[dict[str, Any], int | None] | None = None
    for start in range(0, len(readers), READERS_PER_MESSAGE):
        if shown := showing(entry_id, readers[start : start + READERS_PER_MESSAGE]):
            made = made or new_post_frame(entry_id)
            send(entry_id, shown, *made)


def send(entry_id: int, readers: list[int], frame: dict[str, Any], author_id: int | None) -> None:
    """One message to these readers; the author has a reason of their own."""
    once = f"new_post:{entry_id}"
    if author_id is not None and author_id in readers:
        readers.remove(author_id)
        live.publish([author_id], {**frame, "post": {**frame["post"], "reason": "own"}}, once=once)
    if readers:
        live.publish(readers, frame, once=once)


def showing(entry_id: int, readers: list[int]) -> list[int]:
    """Readers in whose timeline the entry stands now, by the very rules of the timeline; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT u.id FROM unnest(%s::bigint[]) AS u(id)"
            " WHERE EXISTS (SELECT FROM timeline_rows(u.id, ARRAY[%s]::bigint[], %s))",
            [readers, entry_id, array(Scroll().flat())],
        )
        return [row[0] for row in cursor.fetchall()]


def new_post_frame(entry_id: int) -> tuple[dict[str, Any], int | None]:
    """(`{type: new_post, post: Post}` for readers who have not touched it, whose own post it is)."""
    entry = Post.objects.select_related("author", "share_of__author").get(pk=entry_id)
    shown: Any = entry.share_of or entry
    shown.has_liked = shown.has_shared = False
    sharer = entry.author if entry.share_of_id else None
    card = post_card(shown, entry_id=entry.pk, sharer=sharer, reason="shared_by" if sharer else "following")
    return {"type": "new_post", "post": card}, None if sharer else shown.author_id
