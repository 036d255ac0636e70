"""An account as data: what the API says of it."""

from typing import Any

from accounts.models import User
from feedsite.rendering import stamp

# How an account stands to itself.
NO_RELATION = {"following": False, "requested": False, "followed_by": False, "blocking": False, "muting": False}


# What nobody else is told of an account.
OWN_ONLY = ("language", "shows_likes", "ranking", "mentions_from", "in_search", "in_suggestions")


def small_card(user: User) -> dict[str, Any]:
    """The little that stands with a post of a user."""
    return {
        "user_id": str(user.pk),
        "username": user.username,
        "display_name": user.name,
        "avatar_url": user.avatar_url,
    }


def public_card(user: User) -> dict[str, Any]:
    """The User of the contract as somebody signed out sees it."""
    return {
        **small_card(user),
        "bio": user.bio,
        "followers_count": user.followers_count,
        "following_count": user.following_count,
        "posts_count": user.posts_count,
        "is_private": user.is_private,
        "created_at": stamp(user.created_at),
    }


def own_card(user: User) -> dict[str, Any]:
    return {**public_card(user), **NO_RELATION, **{name: getattr(user, name) for name in OWN_ONLY}}
