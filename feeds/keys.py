"""Every name the feed uses in Redis. Only `feeds/hot.py` reads and writes them."""

from django.conf import settings

# Raised when the shape of a value changes, so that old and new code never read each other's.
VERSION = 1


def name(kind: str, key: object = "") -> str:
    return (
        f"{settings.REDIS_PREFIX}:{VERSION}:{kind}:{key}" if key != "" else f"{settings.REDIS_PREFIX}:{VERSION}:{kind}"
    )


def hot_timeline(user_id: int) -> str:
    """A reader's newest candidate entries, before the rules, pushed and pulled alike.

    Sorted set. Members: entry ids, the score is the id; at most HOT_TIMELINE_LENGTH. One more
    member with score 0: `v<relations_version>` of the reader when it was filled, or `f<token>`
    while a fill is under way. Lifetime: HOT_TIMELINE_SECONDS after the fill.
    """
    return name("hot", user_id)


def hot_readers() -> str:
    """Who has a hot timeline. Sorted set. Member: user id; score: when it expires, Unix seconds."""
    return name("hot-readers")


def online() -> str:
    """Who has an open socket. Sorted set. Member: user id; score: when that is stale, Unix seconds.

    Refreshed by each socket process for its own readers; at most one entry per reader.
    """
    return name("online")
