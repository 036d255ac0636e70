"""Words of a post or an account as they stand now, to be kept with what is said about them."""

from typing import Any

from accounts.models import User
from moderation.models import EXCERPT_LENGTH
from posts.models import Post


def of_post(post: Post) -> str:
    parts = [post.content_warning, post.content]
    return "\n".join(part for part in parts if part)[:EXCERPT_LENGTH]


def of_person(person: User) -> str:
    parts = [person.display_name, f"@{person.username}", person.bio]
    return "\n".join(part for part in parts if part)[:EXCERPT_LENGTH]


def facts(actor: User | None, about: User, post: Post | None) -> dict[str, Any]:
    """What a line of the audit trail keeps, since names change and accounts go: {actor, about, excerpt, visibility}."""
    known = {
        "actor": actor.username if actor else None,
        "about": about.username,
        "excerpt": of_post(post) if post else of_person(about),
    }
    return known | ({"visibility": post.visibility} if post else {})
