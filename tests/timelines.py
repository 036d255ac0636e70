"""Timelines as tests fill and read them."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from feeds import hot
from posts import actions
from posts.models import Post


def contents(api: Any, reader: User, query: str = "") -> list[str]:
    return [post["content"] for post in api(reader).get(f"/timeline?limit=100{query}")[1]["posts"]]


def page_through(
    api: Any, reader: User, limit: int, between: Callable[[dict[str, Any]], Any] = lambda page: None
) -> list[str]:
    """The contents of all pages; `between` is called with each page after it was read."""
    app, seen, cursor = api(reader), [], ""
    while cursor is not None:
        _, page = app.get(f"/timeline?limit={limit}{cursor and '&cursor=' + cursor}")
        seen += [post["content"] for post in page["posts"]]
        cursor = page["next_cursor"]
        assert page["has_more"] is (cursor is not None)
        between(page)
    return seen


def warm(api: Any, reader: User) -> None:
    """Reads until the reader's hot timeline stands."""
    api(reader).get("/timeline?limit=2")
    assert hot.read(reader.pk) is not None


def share(sharer: User, post: Post) -> None:
    actions.share(actor=sharer, post_id=post.pk)
