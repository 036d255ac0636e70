"""Questions about who knows whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import MentionsFrom, User
from feedsite.errors import NotFound
from social.models import Block, Dismissal, Follow, FollowRequest, Mute

RECENT_POSTS = 300
SWEPT_AT_ONCE = 100
# Each an index probe for each account, in the order of the fields of Relation.
RELATIONS = """
SELECT a.id, f.follower_id IS NOT NULL,
       EXISTS (SELECT FROM follow_request r WHERE r.followee_id = a.id AND r.follower_id = %(viewer)s),
       EXISTS (SELECT FROM follow b WHERE b.follower_id = a.id AND b.followee_id = %(viewer)s),
       EXISTS (SELECT FROM block b WHERE b.blocker_id = %(viewer)s AND b.blocked_id = a.id),
       m.muter_id IS NOT NULL, m.expires_at, coalesce(f.hides_shares, false)
  FROM unnest(%(ids)s::bigint[]) AS a (id)
  LEFT JOIN follow f ON f.follower_id = %(viewer)s AND f.followee_id = a.id
  LEFT JOIN mute m ON m.muter_id = %(viewer)s AND m.muted_id = a.id
                  AND (m.expires_at IS NULL OR m.expires_at > now())
"""

RELATION_COLUMNS = "id, following, requested, followed_by, blocking, muting, muted_until, hides_shares"


@dataclass(frozen=True)
class Relation:
    """How the viewer stands to one account."""

    following: bool = False
    requested: bool = False
    followed_by: bool = False
    blocking: bool = False
    muting: bool = False
    # What pages say beyond that: when the mute ends by itself, and whether shares are left out.
    muted_until: datetime | None = None
    hides_shares: bool = False


def relations(viewer: Any, user_ids: list[int]) -> dict[int, Relation]:
    """{user id: Relation} for a signed-in viewer; one query however many accounts."""
    with connection.cursor() as cursor:
        cursor.execute(RELATIONS, {"viewer": viewer.pk, "ids": user_ids})
        return {pk: Relation(*facts) for pk, *facts in cursor.fetchall()}


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


def waiting(owner: User) -> QuerySet[FollowRequest]:
    """The requests that the owner of a private account can answer."""
    return FollowRequest.objects.filter(followee=owner, follower__is_active=True)


def asking(owner: User, *, below: int | None, limit: int) -> list[User]:
    """Those who ask to follow the owner, in the same order."""
    requests = waiting(owner).order_by("-follower_id").select_related("follower")
    if below is not None:
        requests = requests.filter(follower_id__lt=below)
    return [request.follower for request in requests[:limit]]


def public_but_asked() -> list[int]:
    """Accounts that somebody waits for although they are public, SWEPT_AT_ONCE at most."""
    asked = FollowRequest.objects.filter(follower__is_active=True, followee__is_active=True, followee__is_private=False)
    return list(asked.order_by("followee").values_list("followee", flat=True).distinct()[:SWEPT_AT_ONCE])


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
    user = User.objects.active().named(username).filter(~blocks_viewer(viewer, "pk")).first()
    if user is None:
        raise NotFound()
    return user


def get_other(username: str) -> User:
    """The account of that name, even if it blocks the viewer, who may still take back what is between them."""
    user = User.objects.active().named(username).first()
    if user is None:
        raise NotFound()
    return user


def with_relations(viewer: Any, users: list[User]) -> list[tuple[User, Relation | None]]:
    """Each user with how the viewer stands to them; None for oneself and for visitors."""
    found = relations(viewer, [user.pk for user in users]) if viewer.is_authenticated else {}
    return [(user, found.get(user.pk) if user.pk != viewer.pk else None) for user in users]


def new_to(viewer: Any) -> Q:
    """Accounts that the viewer might be shown for the first time.

    Neither oneself, nor anybody one follows, has asked, has muted or does not want suggested, nor where either blocks
    the other; nobody whom staff have limited.
    """
    known = (
        Q(pk=viewer.pk)
        | Q(is_limited=True)
        | Q(Exists(Follow.objects.filter(follower=viewer.pk, followee=OuterRef("pk"))))
    )
    known |= Q(Exists(FollowRequest.objects.filter(follower=viewer.pk, followee=OuterRef("pk"))))
    known |= Q(Exists(Mute.objects.standing().filter(muter=viewer.pk, muted=OuterRef("pk"))))
    known |= Q(Exists(Dismissal.objects.filter(viewer=viewer.pk, person=OuterRef("pk"))))
    known |= Q(Exists(Block.objects.filter(blocker=viewer.pk, blocked=OuterRef("pk"))))
    return ~(known | Q(Exists(Block.objects.filter(blocker=OuterRef("pk"), blocked=viewer.pk))))


def newcomers_might_follow(viewer: Any, limit: int) -> list[User]:
    """The most followed of those who lately posted in public and are new to the viewer.

    One query; it looks at RECENT_POSTS posts however many accounts there are.
    """
    post: Any = User.posts.rel.related_model
    posts = post.objects.filter(visibility="public", root=None, share_of=None, deleted_at=None)
    recent = posts.order_by("-pk").values("author")[:RECENT_POSTS]
    people = User.objects.active().filter(new_to(viewer), pk__in=recent, is_closed=False, in_suggestions=True)
    return list(people.order_by("-followers_count", "-pk")[:limit])


def may_be_mentioned_by(author_id: int) -> Q:
    """Accounts that let the author mention them: by what they have set, and always oneself."""
    follows_author = Exists(Follow.objects.filter(follower=OuterRef("pk"), followee=author_id))
    return (
        Q(mentions_from=MentionsFrom.EVERYBODY)
        | (Q(mentions_from=MentionsFrom.FOLLOWED) & Q(follows_author))
        | Q(pk=author_id)
    )
