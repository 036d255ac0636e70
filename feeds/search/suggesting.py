"""What a search box offers while somebody types."""

from typing import Any

from accounts.models import User
from feeds import search
from feeds.search.hits import Tag
from feedsite.pagination import PageRequest

PEOPLE, TAGS = 5, 4


def suggested(viewer: Any, words: str) -> tuple[list[User], list[Tag]]:
    """People whose names, and hashtags that, begin with the words; after a sign of one kind only. 2 queries."""
    sign = words[:1]
    people = [] if sign == "#" else search.people(viewer, words, short_page(viewer, PEOPLE)).found
    tags = [] if sign == "@" or " " in words else search.hashtags(words, short_page(viewer, TAGS)).found
    return people, tags


def short_page(viewer: Any, limit: int) -> PageRequest:
    return PageRequest(limit, None, "suggested", viewer.pk or 0)
