"""Accounts as the viewer sees them."""

from dataclasses import asdict
from typing import Any

from accounts.cards import public_card
from accounts.models import User
from social.queries import relations


def user_cards(viewer: Any, users: list[User]) -> list[dict[str, Any]]:
    """The User of the contract for each, with the viewer's relations when signed in; one query."""
    if not viewer.is_authenticated:
        return [public_card(user) for user in users]
    known = relations(viewer, [user.pk for user in users])
    return [public_card(user) | asdict(known[user.pk]) for user in users]
