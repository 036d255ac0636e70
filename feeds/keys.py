"""Every name the feed uses in Redis. Only `hot`, `cards`, `counts`, `notes` and `suggestions` of this app use them."""

from collections.abc import Iterable

from django.conf import settings

# Raised when the shape of a value changes, so that old and new code never read each other's.
VERSION = 3


def name(kind: str, key: object = None) -> str:
    start = f"{settings.REDIS_PREFIX}:{VERSION}:{kind}"
    return start if key is None else f"{start}:{key}"


def hot_timeline(user_id: int) -> str:
    """A reader's newest candidate entries, before the rules, pushed and pulled alike.

    List: entry ids as they came, newest at the head, HOT_TIMELINE_LENGTH to a quarter more; the last
    member is the mark `v<relations_version>:<low>` of the fill (all candidates above `low` are here),
    or `f<token>` while a fill is under way. About 12 bytes an entry. Lifetime: HOT_TIMELINE_SECONDS
    after the fill.
    """
    return name("hot", user_id)


def hot_timelines(user_ids: Iterable[int]) -> list[str]:
    start = name("hot", "")
    return [f"{start}{pk}" for pk in user_ids]


def fixed_card(post_id: int, version: int) -> str:
    """What a post's card shows until the post is edited, without its author.

    String: the JSON object `posts.cards.fixed_fields`, about 0.3 to 2 kB. `version` is the
    post's. Lifetime: CARD_SECONDS.
    """
    return name("card", f"{post_id}.{version}")


def person_card(user_id: int, version: int) -> str:
    """The little that stands with a post of a user.

    String: the JSON object `accounts.cards.small_card`, about 0.1 kB. `version` is the user's
    `card_version`. Lifetime: PERSON_SECONDS.
    """
    return name("person", f"{user_id}.{version}")


def suggestions(viewer_id: int, version: int) -> str:
    """Whom a viewer might follow, before the rules, best first.

    String: a JSON list of at most 200 `feeds.suggestions.Candidate`, about 60 bytes each. `version` is the viewer's
    `relations_version`. Lifetime: SUGGESTION_SECONDS.
    """
    return name("suggestions", f"{viewer_id}.{version}")


def hot_readers() -> str:
    """Who has a hot timeline. Sorted set. Member: user id; score: when it expires, Unix seconds.

    Lifetime: none of its own; members go when they have expired. At most one for each reader.
    """
    return name("hot-readers")


def hot_run() -> str:
    """Which run of the server made the copies. String: the `run_id` of Redis. Lifetime: none of its own."""
    return name("hot-run")


def online() -> str:
    """Who has an open socket. Sorted set. Member: user id; score: when that is stale, Unix seconds.

    Refreshed by each socket process for its own readers; at most one entry per reader. Lifetime: none
    of its own; members go when they are stale.
    """
    return name("online")


def counts() -> str:
    """What pages and deliveries have counted since the last drain (`feeds.counts`).

    Hash. Field: `reads:<reader id>`, `hot:<reader id>`, `hot_reads`, `posts`, `pushed`, `push:<size>:posts`,
    `push:<size>:us` or `fresh:<seconds>`; value: a sum. At most two fields for each reader who came
    meanwhile. Lifetime: until it is drained.
    """
    return name("counts")


def counts_taken() -> str:
    """The same, set aside while it is written into PostgreSQL.

    Hash. One field more: `batch`, its number. Lifetime: until the drain after the one that commits it.
    """
    return name("counts-taken")


def changed() -> str:
    """What has changed of posts since open pages were last told (`feeds.notes`).

    Set. Member: a JSON list, `feeds.notes.Change`; the same change noted twice is one member. At most a
    few for each post that changed meanwhile. Lifetime: until it is taken, a second later; NOTED_SECONDS if nobody does.
    """
    return name("changed")


def changed_taken() -> str:
    """The same, set aside while pages are told.

    Set. Lifetime: until they are told; NOTED_SECONDS from the last change at most.
    """
    return name("changed-taken")


def watchers(post_id: int) -> str:
    """Whose open page shows a post, or for the first of a thread any post of it, without a feed that brings it.

    Sorted set. Member: user id; score: when that is stale, Unix seconds. Refreshed by each socket process for its
    own pages. Lifetime: WATCHED_SECONDS after the last refresh.
    """
    return name("watchers", post_id)
