"""What a search answers."""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

Hit = TypeVar("Hit")


class Tag(NamedTuple):
    """A hashtag without its sign, and in how many public posts it stands."""

    name: str
    posts_count: int


@dataclass(frozen=True)
class Hits(Generic[Hit]):
    """A page of hits. With a cursor it may be short, even empty: so far was looked, the cursor looks further."""

    found: list[Hit]
    next_cursor: str | None
