"""Whom one does not want to hear: blocked, muted, and those whose shares are left out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from social.models import Block, Follow, Mute

KINDS = ("blocked", "muted", "shares")


@dataclass(frozen=True)
class Hidden:
    """Somebody kept out; `until` where a mute ends by itself."""

    person: User
    until: datetime | None = None

    @property
    def pk(self) -> int:
        return self.person.pk


def hidden(owner: Any, kind: str, *, below: int | None, limit: int) -> list[Hidden]:
    """One of KINDS, newest accounts first, at most `limit` with ids under `below`."""
    edges, end = {
        "blocked": (Block.objects.filter(blocker=owner), "blocked"),
        "muted": (Mute.objects.standing().filter(muter=owner), "muted"),
        "shares": (Follow.objects.filter(follower=owner, hides_shares=True), "followee"),
    }[kind]
    edges = edges.filter(**{f"{end}__is_active": True}).select_related(end).order_by(f"-{end}_id")
    if below is not None:
        edges = edges.filter(**{f"{end}_id__lt": below})
    return [Hidden(getattr(edge, end), getattr(edge, "expires_at", None)) for edge in edges[:limit]]
