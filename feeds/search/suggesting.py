"""What a search box offers while somebody types."""

from typing import Any

from accounts.models import User
from feeds import search
from feeds.search.hits import Tag
from feeds.search.query import is_operator, last_word
from feedsite.pagination import PageRequest

PEOPLE, TAGS = 5, 4


def suggested(viewer: Any, words: str) -> tuple[list[User], list[Tag]]:
    """People whose names, and hashtags that, begin with the words; after a sign of one kind only. 2 queries.

    A sign stands before the last word, whatever is before that. An operator or a minus there asks for neither.
    """
    word = last_word(words)
    if is_operator(word):
        return [], []
    is_one_kind = word[:1] in {"@", "#"}
    start = word if is_one_kind else words
    people = [] if word[:1] == "#" else search.people(viewer, start, short_page(viewer, PEOPLE)).found
    tags = [] if word[:1] == "@" or " " in start else search.hashtags(start, short_page(viewer, TAGS)).found
    return people, tags


def short_page(viewer: Any, limit: int) -> PageRequest:
    return PageRequest(limit, None, "suggested", viewer.pk or 0)
