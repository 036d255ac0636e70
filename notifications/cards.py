"""A notification as data: what the API and the websocket say of it."""

from collections.abc import Sequence
from typing import Any

from feedsite.rendering import stamp
from notifications.queries import Row
from posts.cards import post_card
from posts.hydrate import complete, visible_posts
from posts.models import Post, time_of
from social.cards import user_cards_by_id


def notification_cards(viewer: Any, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """One for each row, without those whose post has vanished since; 4 queries at most, whatever is on the posts."""
    people = user_cards_by_id(viewer, sorted({pk for row in rows for pk in row.actor_ids}))
    posts = find_posts(viewer, rows)
    return [
        notification_card(row, people, posts.get(row.post_id or 0))
        for row in rows
        if row.post_id is None or row.post_id in posts
    ]


def find_posts(viewer: Any, rows: Sequence[Row]) -> dict[int, Post]:
    """The posts of the rows, complete; what they quote comes with them, for the rows know what may be seen of it."""
    ids = {pk for row in rows for pk in (row.post_id, row.quote_of) if pk}
    posts = visible_posts(viewer, list(ids)) if ids else {}
    shown = {row.post_id: posts[row.post_id] for row in rows if row.post_id in posts}
    complete(viewer, shown.values(), posts)
    return {pk: post for pk, post in shown.items() if pk}


def notification_card(row: Row, people: dict[int, dict[str, Any]], post: Post | None) -> dict[str, Any]:
    """The Notification of the contract; `group` stays the same while others join and `notification_id` rises."""
    card = {
        "notification_id": str(row.place),
        "group": str(row.group_id),
        "type": row.type,
        "actors": [people[pk] for pk in row.actor_ids if pk in people],
        "actors_count": row.actors_count,
        "created_at": stamp(time_of(row.place)),
        "read": row.is_read,
    }
    if row.text:
        card["text"] = row.text
    if post is not None:
        hidden = [
            *((post.in_reply_to_id,) if row.in_reply_to is None else ()),
            *((post.quote_of_id,) if row.quote_of is None else ()),
        ]
        card["post"] = post_card(post, hidden=hidden)
    return card
