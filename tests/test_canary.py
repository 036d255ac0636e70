"""A fresh word in everything that is not for everybody, and nobody reads one that is not for them.

Six people go through every door of the site: each operation of the OpenAPI document, each page, each search, feed and
file. What they may read stands in one table, as plainly as the contract says it.
"""

import os
import re

import pytest

from moderation import actions as moderation
from moderation.models import Act
from posts import actions
from posts.models import Post
from posts.visibility import PostQuerySet
from social import actions as social
from tests.canaries import ANYBODY, STATUSES, World, build, files_seen, walk
from tests.helpers import run_tasks

pytestmark = pytest.mark.django_db
ALICE, FOLLOWERS = frozenset({"alice"}), frozenset({"alice", "bob"})
# Whom alice blocks sees nothing of hers while signed in.
PUBLIC = ANYBODY - {"dave"}
SIGNED_IN = PUBLIC - {""}
# These answer everybody alike, who is signed in or not: they hold what visitors may read.
FOR_ALL = re.compile(r"/rss|/oembed|/sitemap")
MAY = {
    "public": PUBLIC,
    "followers": FOLLOWERS, "warning": FOLLOWERS, "option": FOLLOWERS, "comment": FOLLOWERS, "quote": FOLLOWERS,
    "alt text": FOLLOWERS, "private": FOLLOWERS,
    # Whoever may follow alice without asking may look at her stories too, once signed in.
    "caption": SIGNED_IN, "story text": SIGNED_IN,
    "secret": ALICE, "history": ALICE, "draft": ALICE, "scheduled": ALICE, "list": ALICE, "drawn text": ALICE,
    "e-mail": ALICE, "deleted": frozenset(), "token": frozenset(),
    "report": frozenset({"bob"}), "note": frozenset(), "reason": frozenset(), "message": ALICE, "appeal": ALICE,
    "hidden": ALICE,
}  # fmt: skip
# In CI only what reads is walked by everybody; what writes by a stranger. `make prove` walks all.
PROVE = bool(os.environ.get("PROVE"))
READS, WRITES = {"get"}, {"post", "patch", "delete"}


@pytest.fixture
def world() -> World:
    return build()


def forbidden_to(world: World, may: dict[str, frozenset[str]], who: str) -> dict[str, str]:
    return {what: token for what, token in world.tokens.items() if who not in may[what]}


def leaks(world: World, may: dict[str, frozenset[str]], who: str, methods: set[str]) -> list[str]:
    """Each word that the person was shown and may not read, and each answer that is none."""
    forbidden = forbidden_to(world, may, who)
    as_visitor = forbidden_to(world, may, "")
    found = []
    for door, status, text in walk(world, who, methods):
        if status not in STATUSES:
            found.append(f"{who or 'a visitor'}: {door} answers {status}")
        text = text.replace(door.split()[1], "")  # what was asked for may be said again
        hidden = as_visitor if FOR_ALL.search(door) else forbidden
        found += [f"{who or 'a visitor'} reads {w} at {door}" for w, t in hidden.items() if t in text and t not in door]
    return found


def check(
    world: World,
    may: dict[str, frozenset[str]],
    people: frozenset[str],
) -> None:
    found = [leak for who in sorted(people) for leak in leaks(world, may, who, READS)]
    for who in sorted(people):
        seen = files_seen(world, who)
        for place, allowed in files_by(may).items():
            pk = str(world.ids["media_id"][place])
            if (pk in seen) != (who in allowed):
                found.append(f"{who or 'a visitor'} {'gets' if pk in seen else 'misses'} the file {place}")
    assert not found, "\n".join(found)


def test_nobody_reads_what_is_not_for_them(world):
    assert set(MAY) == set(world.tokens)
    check(world, MAY, ANYBODY)


def test_a_visitor_and_a_stranger_learn_nothing_by_writing_either(world):
    people = ANYBODY if PROVE else {"carol"}
    found = [leak for who in sorted(people) for leak in leaks(world, MAY, who, WRITES)]
    assert not found, "\n".join(found)


def test_what_is_no_longer_for_somebody_is_gone_at_the_next_read(world):
    alice, bob, mona = (world.people[name] for name in ("alice", "bob", "mona"))
    public, followers = world.posts["public"], world.posts["followers"]
    narrow(world, "public", "followers", "comment", "quote", "pictured")
    may = dict(MAY)

    def now(*people: str, **changed: frozenset[str]) -> None:
        may.update(changed)
        run_tasks()
        check(world, may, ANYBODY if PROVE else frozenset(people))

    social.unfollow(follower=bob, author=alice)
    lost = {what: ALICE for what, who in MAY.items() if who == FOLLOWERS and what != "private"}
    now("bob", **lost)
    social.follow(follower=bob, author=alice)
    actions.edit(actor=alice, post_id=public.pk, visibility="private")
    now("bob", "carol", "", **{what: FOLLOWERS for what in lost}, public=ALICE)
    actions.edit(actor=alice, post_id=public.pk, visibility="public")
    hiding = moderation.decide(actor=mona, act=Act.HIDE, about=alice, post=Post.objects.get(pk=public.pk), reason="x")
    now("bob", "carol", "mona")
    moderation.undo(actor=mona, decision_id=hiding.pk, reason="x")
    actions.delete(actor=alice, post_id=followers.pk)
    now("bob", "alice", public=PUBLIC, followers=frozenset(), comment=frozenset())
    social.block(blocker=alice, blocked=bob)
    now("bob", **{what: who - {"bob"} for what, who in may.items() if what != "report"})
    moderation.decide(actor=mona, act=Act.SUSPEND, about=alice, reason="x")
    now("bob", "carol", "", **{what: frozenset() for what in may if what != "report"})


def narrow(world: World, *kept: str) -> None:
    """What is asked for by its id from now on: the rest has been walked by."""
    if not PROVE:
        world.ids["post_id"] = world.ids["entry_id"] = [world.posts[name].pk for name in kept]


def files_by(may: dict[str, frozenset[str]]) -> dict[int, frozenset[str]]:
    return {0: may["alt text"], 1: may["drawn text"], 2: may["story text"]}


def test_the_sweep_finds_a_door_that_forgets_to_ask_who_may_see(world, monkeypatch):
    monkeypatch.setattr(PostQuerySet, "visible_to", lambda posts, viewer: posts.filter(deleted_at=None))
    narrow(world, "followers")
    found = leaks(world, MAY, "carol", READS)
    post = world.posts["followers"].pk
    assert f"carol reads followers at get /api/v1/posts/{post}" in found
    assert f"carol reads followers at get /@alice/{post}" in found
