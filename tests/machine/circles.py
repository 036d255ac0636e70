"""What the histories do to whom one knows beyond following, blocking and muting for good."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.models import User
from feeds import lists, oracle
from feeds.oracle import Place
from feedsite.pagination import page_request
from social import actions as social
from social.models import List, Mute
from tests.machine import engine
from tests.machine.scroll import Scroll

A_WHILE = timedelta(hours=1)
ROLES = {
    "remove_follower": ("owner", "follower"),
    "hide_shares": ("follower", "author"),
    "show_shares": ("follower", "author"),
}


def remove_follower(one: User, other: User) -> None:
    relate("remove_follower", one, other)


def hide_shares(one: User, other: User) -> None:
    relate("hide_shares", one, other)


def show_shares(one: User, other: User) -> None:
    relate("show_shares", one, other)


def relate(deed: str, one: User, other: User) -> None:
    with engine.refusals():
        getattr(social, deed)(**dict(zip(ROLES[deed], (one, other), strict=True)))


def mute_for_a_while(one: User, other: User) -> None:
    social.mute(muter=one, muted=other, expires_at=timezone.now() + A_WHILE)


def clock_passes(one: User, other: User) -> None:
    """The while is over for this mute; nothing else in the database or in Redis changes."""
    ended = timezone.now() - A_WHILE
    Mute.objects.filter(muter=one, muted=other, expires_at__isnull=False).update(expires_at=ended)


def clear_mutes(one: User, other: User) -> None:
    social.clear_mutes()


def list_person(one: User, other: User) -> None:
    with engine.refusals():
        social.add_to_list(owner=one, list_id=list_of(one.pk), person=other)


def unlist_person(one: User, other: User) -> None:
    social.remove_from_list(owner=one, list_id=list_of(one.pk), person=other)


# Each is done by one person to another.
DEEDS = [
    *(remove_follower, hide_shares, hide_shares, show_shares, mute_for_a_while, mute_for_a_while),
    *(clock_passes, clock_passes, clear_mutes, list_person, list_person, unlist_person),
]


def be_removed(one: User, other: User) -> None:
    remove_follower(other, one)


# What comes between a follower and whom they follow, one step after another.
LIVES = [
    *((mute_for_a_while, clock_passes), (mute_for_a_while, clock_passes, clear_mutes)),
    *((hide_shares,), (hide_shares, show_shares), (be_removed,), (unlist_person,)),
]


def list_of(owner_id: int) -> int:
    """Everybody has one list; the id, for an empty site makes it anew."""
    return List.objects.get_or_create(owner_id=owner_id, name="some")[0].pk


class ListScroll(Scroll):
    """A scroll through the reader's list."""

    def __init__(self, reader_id: int) -> None:
        self.list_id = list_of(reader_id)
        super().__init__(reader_id, self.read_list)

    def read_list(self, limit: int, cursor: str | None) -> engine.Page:
        reader: Any = User.objects.get(pk=self.reader_id)
        query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
        asked = page_request(query, list_name=f"list:{self.list_id}", viewer=reader)
        page = lists.timeline_of(reader, List.objects.get(pk=self.list_id), asked)
        return engine.Page([Place(row.entry_id, row.shown_id) for row in page.rows], page.next_cursor)

    def expected(self) -> list[Place]:
        return oracle.list_timeline(self.reader_id, self.list_id, engine.WHOLE)

    def expected_up_to(self, top: int) -> list[Place]:
        return engine.as_if_nothing_above(top, self.expected)


def contradictions() -> list[str]:
    """People on a list of somebody who does not follow them."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT format('%s lists %s and does not follow', l.owner_id, m.member_id)
              FROM list_member m JOIN list l ON l.id = m.list_id
             WHERE NOT EXISTS (SELECT FROM follow f WHERE f.follower_id = l.owner_id AND f.followee_id = m.member_id)
        """)
        return [what for (what,) in cursor.fetchall()]
