"""Everything the histories do to the site, and the one place that knows the names of the engine's functions.

Doors: the actions of posts, social and accounts; fan-out, mover and upkeep; the timeline as the API serves it; the
oracle.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.test import Client, override_settings
from django.utils import timezone

from accounts import actions as accounts
from accounts.models import User
from feeds import cache, cards, fanout, hot, mover, oracle, timeline, upkeep, verify
from feeds.oracle import Place
from feedsite.errors import DomainError
from feedsite.pagination import page_request
from posts import actions as posts
from posts.models import Outbox, Post, TakenDown
from social import actions as social
from social import queries as people
from tests import helpers
from tests.helpers import flush_redis

WHOLE = 100_000
LINGER_SECONDS = 0.1


class Killed(BaseException):
    """What a process meets that dies: nothing in the engine may catch it."""


# --- What people do ------------------------------------------------------------------------------


def publish(author: User, *, visibility: str = "public", mentioned: User | None = None) -> int:
    content = f"hello @{mentioned.username}" if mentioned else "hello"
    return posts.publish(author=author, content=content, visibility=visibility).pk


def quote(author: User, post_id: int) -> int | None:
    """The new post's id, None where this may not be quoted."""
    with refusals():
        return posts.publish(author=author, content="look", quote_of=post_id).pk
    return None


def share(sharer: User, post_id: int) -> int | None:
    """The new share's id; None where there may be none, or is one."""
    before = share_id(sharer, post_id)
    with refusals():
        posts.share(actor=sharer, post_id=post_id)
    made = share_id(sharer, post_id)
    return made if made != before else None


def unshare(sharer: User, post_id: int) -> None:
    with refusals():
        posts.unshare(actor=sharer, post_id=post_id)


def share_id(sharer: User, post_id: int) -> int | None:
    """The sharer's share of the post, or of what that shares."""
    original = Post._base_manager.values_list("share_of_id", flat=True).get(pk=post_id) or post_id
    shares = Post._base_manager.filter(share_of=original, author=sharer, deleted_at=None)
    return shares.values_list("pk", flat=True).first()


def delete(post_id: int) -> None:
    post = Post._base_manager.select_related("author").get(pk=post_id)
    with refusals():
        posts.delete(actor=post.author, post_id=post_id)


ROLES = {"follow": ("follower", "author"), "block": ("blocker", "blocked"), "mute": ("muter", "muted")}
RELATIONS = [f"{prefix}{kind}" for kind in ROLES for prefix in ("", "un")]
ANSWERS = ["accept_follow", "reject_follow"]
ROLES |= dict.fromkeys(ANSWERS, ("owner", "follower"))


def relate(deed: str, one: User, other: User) -> None:
    """One of RELATIONS, or an answer to a request; what may not be is refused and changes nothing."""
    names = ROLES[deed.removeprefix("un")]
    with refusals():
        getattr(social, deed)(**dict(zip(names, (one, other), strict=True)))


def set_private(person: User, is_private: bool) -> None:
    accounts.change_privacy(person, is_private)


def set_limited(person: User, is_limited: bool) -> None:
    (accounts.limit if is_limited else accounts.unlimit)(person)


# Why staff take a post away, or "" to put it up again.
JUDGEMENTS = [*TakenDown.values, TakenDown.NO.value]


def judge(post_id: int, how: str) -> None:
    """A share is not judged."""
    post = Post._base_manager.select_related("author").get(pk=post_id)
    with refusals():
        posts.take_down(post, TakenDown(how)) if how else posts.put_up(post)


def follows(reader: User, author: User) -> bool:
    return people.relations(reader, [author.pk])[author.pk].following


def contradictions() -> list[str]:
    """People who ask for what they have, or for what a block forbids; and counters that do not count."""
    with connection.cursor() as cursor:
        cursor.execute(CONTRADICTIONS)
        return [*(what for (what,) in cursor.fetchall()), *map(str, verify.check_counters())]


CONTRADICTIONS = """
SELECT format('%s asks %s and follows', r.follower_id, r.followee_id)
  FROM follow_request r JOIN follow f USING (follower_id, followee_id)
UNION ALL
SELECT format('%s asks %s and a block forbids it', r.follower_id, r.followee_id)
  FROM follow_request r WHERE blocked_either_way(r.follower_id, r.followee_id)
UNION ALL
SELECT format('%s follows %s and a block forbids it', f.follower_id, f.followee_id)
  FROM follow f WHERE blocked_either_way(f.follower_id, f.followee_id)
"""


def let_in_waiting() -> None:
    """What the other sweeper does: nobody waits for an account that is public."""
    for owner_id in people.public_but_asked():
        social.accept_waiting(owner_id, after=0, most=WHOLE)
    assert not people.public_but_asked()


def set_active(person: User, is_active: bool) -> None:
    (accounts.restore if is_active else accounts.suspend)(person)


@contextmanager
def refusals() -> Iterator[None]:
    with suppress(DomainError):
        yield


# --- What workers do -----------------------------------------------------------------------------


def deliver(post_id: int) -> None:
    fanout.deliver(post_id)


def push_chunk(post_id: int) -> None:
    """One chunk, and then the worker is gone."""
    fanout.push_chunk(post_id)


def move(reader: User, author: User, pull: bool) -> None:
    (mover.pull_edges if pull else mover.push_edges)([(reader.pk, author.pk)])


def settle() -> None:
    mover.settle()


def trim() -> None:
    upkeep.trim()


def tidy(reader: User, author: User) -> None:
    upkeep.tidy(reader.pk, author.pk)


def retract(post_id: int) -> None:
    upkeep.retract(post_id)


def sweep() -> None:
    """What the sweeper does once a lost message has been owed for long."""
    for post_id in Outbox.objects.order_by("pk").values_list("pk", flat=True):
        fanout.deliver(post_id)
    let_in_waiting()


def is_owed() -> bool:
    """Whether some post has not reached everybody; rows that linger for slow readers do not count."""
    return Outbox.objects.filter(Q(announced_at=None) | ~Q(next_follower=Outbox.ALL_PUSHED)).exists()


@contextmanager
def short_linger() -> Iterator[None]:
    """Delivered posts leave the outbox soon, so that what the copies in Redis lack is missed soon."""
    kept, timeline.MOST_HOT_SECONDS = timeline.MOST_HOT_SECONDS, LINGER_SECONDS / 2
    try:
        with override_settings(FANOUT_LINGER_SECONDS=LINGER_SECONDS):
            yield
            time.sleep(LINGER_SECONDS)
            sweep()
    finally:
        timeline.MOST_HOT_SECONDS = kept


# --- What goes wrong -----------------------------------------------------------------------------


def flush() -> None:
    flush_redis()


@contextmanager
def killed_at(statement: int) -> Iterator[None]:
    """The block's process dies before its n-th statement; what it had not committed is undone."""
    left = statement

    def die(execute: Callable[..., Any], *args: Any) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise Killed
        return execute(*args)

    try:
        with connection.execute_wrapper(die):
            yield
    except Killed:
        pass


@contextmanager
def clients(make: Callable[[], Any]) -> Iterator[None]:
    """The feed asks for its Redis here."""
    kept = cache.client
    hot.client = cards.client = make
    try:
        yield
    finally:
        hot.client = cards.client = kept


@contextmanager
def redis_away() -> Iterator[None]:
    with clients(helpers.redis_away):
        yield
    while cache.breaker.is_open:  # it looks for the other client, which answers
        time.sleep(0.0005)


def redis_waits(wait: Callable[[], None]) -> AbstractContextManager[None]:
    """Something may happen before each call of Redis."""

    def client() -> Any:
        wait()
        return cache.client()

    return clients(client)


# --- What readers see ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    places: list[Place]
    next_cursor: str | None


def read(reader_id: int, limit: int, cursor: str | None) -> Page:
    """A page by the function that the page and the API share, with the cursor as clients send it."""
    reader = User.objects.get(pk=reader_id)
    query = {"limit": str(limit)} | ({} if cursor is None else {"cursor": cursor})
    page = timeline.home(reader, page_request(query, list_name="home", viewer=reader))
    return Page([Place(row.entry_id, row.shown_id) for row in page.rows], page.next_cursor)


def read_over_http(reader_id: int, headers: dict[str, str], limit: int, cursor: str | None) -> Page:
    query = {"limit": limit} | ({} if cursor is None else {"cursor": cursor})
    response = Client().get("/api/v1/timeline", query, **headers)
    assert response.status_code == 200, response.content
    page = response.json()
    assert page["has_more"] is (page["next_cursor"] is not None)
    check_quotes(reader_id, page["posts"])
    return Page([Place(int(post["entry_id"]), int(post["post_id"])) for post in page["posts"]], page["next_cursor"])


def check_quotes(reader_id: int, cards: list[dict[str, Any]]) -> None:
    """A card tells what it quotes to whoever may see that, and to nobody else."""
    told = {int(card["post_id"]): int(card["quote_of"]) for card in cards if card["quote_of"]}
    assert told == oracle.quotes(reader_id, [int(card["post_id"]) for card in cards]), f"{told} is not for {reader_id}"


def expected(reader_id: int) -> list[Place]:
    """The whole timeline by the oracle, as things stand now."""
    return oracle.timeline(reader_id, WHOLE)


def expected_up_to(reader_id: int, top: int) -> list[Place]:
    """The same had nothing been posted or shared above `top`."""
    return as_if_nothing_above(top, lambda: expected(reader_id))


def as_if_nothing_above(top: int, look: Callable[[], list[Place]]) -> list[Place]:
    if not Post._base_manager.filter(pk__gt=top, share_of__isnull=False).exists():
        return [place for place in look() if place.entry_id <= top]
    with transaction.atomic():
        Post._base_manager.filter(pk__gt=top, deleted_at=None).update(deleted_at=timezone.now())
        places = look()
        transaction.set_rollback(True)
    return places
