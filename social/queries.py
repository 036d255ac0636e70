"""Questions about who knows whom."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from feedsite.errors import NotFound
from social.models import Block, Follow, Mute

RECENT_POSTS = 300


@dataclass(frozen=True)
class Relation:
    """How the viewer stands to one account."""

    following: bool = False
    requested: bool = False
    followed_by: bool = False
    blocking: bool = False
    muting: bool = False


def relations(viewer: Any, user_ids: list[int]) -> dict[int, Relation]:
    """{user id: Relation} for a signed-in viewer; 4 queries however many accounts."""
    following = set(Follow.objects.filter(follower=viewer.pk, followee__in=user_ids).values_list("followee", flat=True))
    followed_by = set(
        Follow.objects.filter(follower__in=user_ids, followee=viewer.pk).values_list("follower", flat=True)
    )
    blocking = set(Block.objects.filter(blocker=viewer.pk, blocked__in=user_ids).values_list("blocked", flat=True))
    muting = set(Mute.objects.standing().filter(muter=viewer.pk, muted__in=user_ids).values_list("muted", flat=True))
    return {
        pk: Relation(
            following=pk in following, followed_by=pk in followed_by, blocking=pk in blocking, muting=pk in muting
        )
        for pk in user_ids
    }


def may_know_of(viewer: Any, user: User) -> bool:
    """Whether the viewer may see that the account exists: it is active and does not block the viewer."""
    if not user.is_active:
        return False
    return not viewer.is_authenticated or not Block.objects.filter(blocker=user.pk, blocked=viewer.pk).exists()


def followers(viewer: Any, user: User, *, below: int | None, limit: int) -> list[User]:
    """Those who follow the user, newest accounts first, at most `limit` with ids under `below`."""
    return listed(viewer, "follower", {"followee": user}, below=below, limit=limit)


def following(viewer: Any, user: User, *, below: int | None, limit: int) -> list[User]:
    """Those the user follows, in the same order."""
    return listed(viewer, "followee", {"follower": user}, below=below, limit=limit)


def blocks_viewer(viewer: Any, account: str) -> Exists:
    """Whether the account in that column blocks the viewer, who then may not know of it."""
    return Exists(Block.objects.filter(blocker=OuterRef(account), blocked=viewer.pk or 0))


def listed(viewer: Any, end: str, fixed: dict[str, Any], *, below: int | None, limit: int) -> list[User]:
    # One index range for each value of `pull`, so that a page of a million followers is two short
    # scans instead of a sort of them all.
    pages: list[int] = []
    for pull in (True, False):
        edges = Follow.objects.filter(~blocks_viewer(viewer, end), **fixed, pull=pull, **{f"{end}__is_active": True})
        if below is not None:
            edges = edges.filter(**{f"{end}_id__lt": below})
        pages += edges.order_by(f"-{end}_id").values_list(f"{end}_id", flat=True)[:limit]
    ids = sorted(pages, reverse=True)[:limit]
    users = User.objects.in_bulk(ids)
    return [users[pk] for pk in ids if pk in users]


def get_known(viewer: Any, username: str) -> User:
    """The account of that name; raises NotFound unless the viewer may know of it."""
    user = User.objects.named(username).first()
    if user is None or not may_know_of(viewer, user):
        raise NotFound()
    return user


def with_relations(viewer: Any, users: list[User]) -> list[tuple[User, Relation | None]]:
    """Each user with how the viewer stands to them; None for oneself and for visitors."""
    found = relations(viewer, [user.pk for user in users]) if viewer.is_authenticated else {}
    return [(user, found.get(user.pk) if user.pk != viewer.pk else None) for user in users]


def newcomers_might_follow(viewer: Any, limit: int) -> list[User]:
    """The most followed of those who lately posted in public and are new to the viewer.

    One query; it looks at RECENT_POSTS posts however many accounts there are.
    """
    post: Any = User.posts.rel.related_model
    posts = post.objects.filter(visibility="public", root=None, share_of=None, deleted_at=None)
    recent = posts.order_by("-pk").values("author")[:RECENT_POSTS]
    known = Q(Exists(Follow.objects.filter(follower=viewer.pk, followee=OuterRef("pk"))))
    known |= Q(Exists(Mute.objects.filter(muter=viewer.pk, muted=OuterRef("pk"))))
    known |= Q(Exists(Block.objects.filter(blocker=viewer.pk, blocked=OuterRef("pk"))))
    known |= Q(Exists(Block.objects.filter(blocker=OuterRef("pk"), blocked=viewer.pk)))
    people = User.objects.active().filter(pk__in=recent, is_private=False).exclude(pk=viewer.pk).exclude(known)
    return list(people.order_by("-followers_count", "-pk")[:limit])
