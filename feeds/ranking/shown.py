"""Entries as explanations name them: who wrote it, who shared it, how it begins; nothing of what hangs on it."""

from collections.abc import Sequence
from typing import Any

from feeds.timeline import Entry, Item, reason
from posts.hydrate import visible_posts


def items(reader: Any, entries: Sequence[Entry]) -> dict[int, Item]:
    """{entry id: Item} of those that the reader may see; one query."""
    posts = visible_posts(reader, list({pk for entry in entries for pk in entry})) if entries else {}
    return {
        entry.entry_id: Item(
            entry,
            posts[entry.shown_id],
            posts[entry.entry_id].author if entry.entry_id != entry.shown_id else None,
            reason(reader.pk, posts[entry.shown_id].author_id, shared=entry.entry_id != entry.shown_id),
        )
        for entry in entries
        if posts.keys() >= set(entry)
    }
