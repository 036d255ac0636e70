"""Cards of a page as finished JSON, put together from cached pieces.

What a card shows is defined in `posts.cards` and `accounts.cards`. What changes seldom is kept here as
bytes, first in the process, then in Redis, under its version; what changes by itself comes with the
row, from the statement that has just decided whether the reader may see it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from accounts.cards import small_card
from accounts.models import User
from feeds import keys
from feeds.cache import client, forgiving
from feeds.timeline import Row, reason
from feedsite.rendering import encode, fragment
from posts.cards import fixed_fields, live_fields
from posts.hydrate import complete, find_polls, visible_posts
from posts.models import Poll

# (id, version): of a post or a user.
Key = tuple[int, int]
Pieces = Mapping[Key, bytes]


class AtHand:
    """The pieces this process used last; of two halves the older is forgotten when the newer is full."""

    def __init__(self) -> None:
        self.newer: dict[Key, bytes] = {}
        self.older: dict[Key, bytes] = {}

    def find(self, wanted: Iterable[Key]) -> dict[Key, bytes]:
        newer, older = self.newer, self.older
        found = {}
        for key in wanted:
            piece = newer.get(key) or older.get(key)
            if piece is not None:
                found[key] = piece
        return found

    def keep(self, pieces: Pieces) -> None:
        if len(self.newer) + len(pieces) > settings.CARDS_AT_HAND // 2:
            self.older, self.newer = self.newer, {}
        self.newer.update(pieces)


posts_at_hand, people_at_hand = AtHand(), AtHand()


def rendered(reader: Any, rows: list[Row]) -> dict[int, bytes]:
    """{entry id: its card as JSON} in order; what has vanished since the rows were read is left out."""
    posts, people = pieces(reader, rows)
    polls = find_polls(reader, [row.shown_id for row in rows if row.has_poll])
    cards = {}
    for row in rows:
        fixed, author = posts.get((row.shown_id, row.post_version)), people.get((row.author_id, row.author_version))
        sharer = None if row.sharer_id is None else people.get((row.sharer_id, row.sharer_version or 0))
        if fixed and author and (sharer or row.sharer_id is None):
            cards[row.entry_id] = card(reader.pk, row, fixed, author, sharer, polls.get(row.shown_id))
    return cards


def card(
    reader_id: int, row: Row, fixed: bytes, author: bytes, sharer: bytes | None, poll: Poll | None = None
) -> bytes:
    live = live_fields(
        visibility=row.visibility,
        is_closed=row.is_closed,
        counts=(row.likes, row.comments, row.shares),
        marks=(row.has_liked, row.has_shared, row.has_bookmarked),
        quote_of=row.quote_of,
        poll=poll,
        shared_by=sharer and fragment(sharer),
        entry_id=row.entry_id,
        reason=reason(reader_id, row.author_id, shared=sharer is not None),
    )
    # Three JSON objects as one: their braces between them become commas.
    return b'{"user":' + author + b"," + fixed[1:-1] + b"," + encode(live)[1:]


def pieces(reader: Any, rows: list[Row]) -> tuple[Pieces, Pieces]:
    """Fixed cards and people of the rows; no query when all are at hand, one trip to Redis when that has them."""
    posts = {(row.shown_id, row.post_version) for row in rows}
    people = {(row.author_id, row.author_version) for row in rows}
    people |= {(row.sharer_id, row.sharer_version or 0) for row in rows if row.sharer_id is not None}
    found_posts, found_people = posts_at_hand.find(posts), people_at_hand.find(people)
    if len(found_posts) == len(posts) and len(found_people) == len(people):
        return found_posts, found_people
    missing_posts, missing_people = posts - found_posts.keys(), people - found_people.keys()
    cached_posts, cached_people = from_redis(list(missing_posts), list(missing_people))
    made_posts = make_posts(reader, missing_posts - cached_posts.keys())
    made_people = make_people(missing_people - cached_people.keys())
    to_redis(made_posts, made_people)
    posts_at_hand.keep(cached_posts | made_posts)
    people_at_hand.keep(cached_people | made_people)
    return found_posts | cached_posts | made_posts, found_people | cached_people | made_people


@forgiving(lambda: ({}, {}))
def from_redis(posts: list[Key], people: list[Key]) -> tuple[dict[Key, bytes], dict[Key, bytes]]:
    names = [keys.fixed_card(*key) for key in posts] + [keys.person_card(*key) for key in people]
    found = client().mget(names)
    return (
        {key: piece for key, piece in zip(posts, found, strict=False) if piece},
        {key: piece for key, piece in zip(people, found[len(posts) :], strict=True) if piece},
    )


@forgiving(lambda: None)
def to_redis(posts: Pieces, people: Pieces) -> None:
    if not posts and not people:
        return
    pipe = client().pipeline(transaction=False)
    for key, piece in posts.items():
        pipe.set(keys.fixed_card(*key), piece, ex=settings.CARD_SECONDS)
    for key, piece in people.items():
        pipe.set(keys.person_card(*key), piece, ex=settings.PERSON_SECONDS)
    pipe.execute()


def make_posts(reader: Any, missing: set[Key]) -> dict[Key, bytes]:
    """Fixed cards from the tables, for what the reader may see; one query, and one for each kind of thing on them.

    A post edited a moment ago stands under the version asked for as well: this page shows it as it is.
    """
    found = visible_posts(reader, [pk for pk, _ in missing]) if missing else {}
    complete(reader, found.values())
    return {
        key: encode(fixed_fields(found[key[0]]))
        for key in missing
        if key[0] in found and found[key[0]].version >= key[1]
    }


def make_people(missing: set[Key]) -> dict[Key, bytes]:
    people = User.objects.in_bulk([pk for pk, _ in missing]) if missing else {}
    return {key: encode(small_card(people[key[0]])) for key in missing if key[0] in people}
