"""Accounts as the viewer sees them, and the viewer's lists."""

from typing import Any

from accounts.cards import public_card
from accounts.models import User
from feedsite.rendering import stamp
from social.models import List
from social.queries import relations

# What the User of the contract says of how the viewer stands to the account.
RELATION = ("following", "requested", "followed_by", "blocking", "muting")


def user_cards(viewer: Any, users: list[User]) -> list[dict[str, Any]]:
    """The User of the contract for each, with the viewer's relations when signed in; one query."""
    if not viewer.is_authenticated:
        return [public_card(user) for user in users]
    known = relations(viewer, [user.pk for user in users])
    return [public_card(user) | {name: getattr(known[user.pk], name) for name in RELATION} for user in users]


def list_card(one: List) -> dict[str, Any]:
    """A list as its owner's app sees it; it comes from `social.lists`."""
    return {
        "list_id": str(one.pk),
        "name": one.name,
        "members_count": one.members_count,  # type: ignore[attr-defined]
        "created_at": stamp(one.created_at),
    }
