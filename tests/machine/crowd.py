"""Many people and workers at once, each on a connection of its own, with random waits inside their transactions.

What a scroll must give is settled by what the oracle said just before it began. A difference is excused only by a
deed that touched the very post or pair of people while the scroll went on.
"""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections

from posts.models import Post
from tests.machine import circles, engine, writing
from tests.machine.crowd_circles import CircleDeeds
from tests.machine.crowd_writing import WritingDeeds
from tests.machine.engine import Killed
from tests.machine.scroll import Scroll
from tests.machine.world import World, run

MOST_WAIT_SECONDS = 0.004
DEEDS = {
    "publish": 22,
    "share": 8,
    "unshare": 3,
    "quote": 3,
    "delete": 3,
    "change_visibility": 3,
    "change_words": 2,
    "restore": 4,
    "schedule": 2,
    "publish_due": 2,
    "comment": 3,
    "follow": 6,
    "unfollow": 3,
    "relate": 2,
    "answer": 3,
    "circle": 4,
    "change_privacy": 1,
    "run_message": 25,
    "deliver": 6,
    "push_chunk": 6,
    "move": 12,
    "trim": 5,
    "tidy": 4,
    "flush": 2,
    "scroll": 25,
}


@dataclass
class Event:
    """A deed that changes what somebody may see: the post or the pair it touches, and when."""

    kind: str
    touches: Any
    began: float
    ended: float = float("inf")


@dataclass
class Watched:
    """One scroll: what the oracle said before it and after each page, and what came."""

    reader_id: int
    began: float
    oracle: list[set[int]]
    topped: float = 0
    came: list[Any] = field(default_factory=list)


class Crowd(CircleDeeds, WritingDeeds):
    THREADS = 6

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.seed = world, seed
        self.posts: list[int] = []
        self.comments: list[int] = []
        self.scheduled: list[str] = []
        self.events: list[Event] = []
        self.faults: list[str] = []
        self.scrolls = 0
        self.lock = threading.Lock()
        self.is_over = False

    def run(self, steps: int) -> None:
        """Everybody does `steps` deeds; when all is quiet again everybody sees everything."""
        for one, other in itertools.permutations(self.world.people, 2):
            engine.relate("follow", one, other)
        engine.settle()
        with engine.short_linger():
            self.work_together(steps)
            self.world.run_all()
        writing.publish_due()
        self.world.run_all()
        assert not engine.contradictions() + circles.contradictions() + writing.contradictions(self.scheduled)
        for reader_id in self.world.ids:
            Scroll(reader_id, lambda size, cursor, pk=reader_id: engine.read(pk, size, cursor)).finish(3)

    def work_together(self, steps: int) -> None:
        with engine.redis_waits(lambda: self.wait(random)):
            threads = [
                threading.Thread(target=self.work, args=(number, steps), daemon=True) for number in range(self.THREADS)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        assert not self.faults, f"seed {self.seed}: " + "\n".join(self.faults)

    def work(self, number: int, steps: int) -> None:
        dice = random.Random(f"{self.seed} {number}")
        try:
            with connection.execute_wrapper(self.waits(dice)):
                for _ in range(steps):
                    if self.is_over:
                        return
                    name = dice.choices(list(DEEDS), DEEDS.values())[0]
                    getattr(self, name)(dice)
        except BaseException as error:  # noqa: BLE001 - any error of any thread is a fault
            self.fault(f"{type(error).__name__}: {error}")
        finally:
            connections.close_all()

    def fault(self, words: str) -> None:
        self.faults.append(words)
        self.is_over = True

    def wait(self, dice: Any) -> None:
        if dice.random() < 0.15:
            time.sleep(dice.random() * MOST_WAIT_SECONDS)

    def waits(self, dice: random.Random) -> Callable[..., Any]:
        def execute(run: Callable[..., Any], *args: Any) -> Any:
            self.wait(dice)
            return run(*args)

        return execute

    @contextmanager
    def event(self, kind: str, touches: Any) -> Iterator[None]:
        event = Event(kind, touches, time.monotonic())
        self.events.append(event)
        try:
            yield
        finally:
            event.ended = time.monotonic()

    def post(self, dice: random.Random) -> int | None:
        recent = self.posts[-8:]
        return dice.choice(recent) if recent else None

    # --- What people do --------------------------------------------------------------------------

    def publish(self, dice: random.Random) -> None:
        author, named = self.pair(dice)
        visibility = dice.choice(["public", "public", "followers", "private"])
        self.posts.append(engine.publish(author, visibility=visibility, mentioned=named))

    def share(self, dice: random.Random) -> None:
        if post := self.post(dice):
            with self.event("share", self.original(post)):
                made = engine.share(dice.choice(self.world.people), post)
            if made:
                self.posts.append(made)

    def original(self, post: int) -> int:
        return Post._base_manager.values_list("share_of_id", flat=True).get(pk=post) or post

    def unshare(self, dice: random.Random) -> None:
        if post := self.post(dice):
            with self.event("unshare", self.original(post)):
                engine.unshare(dice.choice(self.world.people), post)

    def quote(self, dice: random.Random) -> None:
        if (post := self.post(dice)) and (made := engine.quote(dice.choice(self.world.people), post)):
            self.posts.append(made)

    def delete(self, dice: random.Random) -> None:
        if post := self.post(dice):
            with self.event("delete", self.original(post)):
                engine.delete(post)

    def flush(self, dice: random.Random) -> None:
        engine.flush()

    # --- What workers do -------------------------------------------------------------------------

    def run_message(self, dice: random.Random) -> None:
        if message := self.world.take(dice.randrange(100)):
            try:
                with self.lets_in(message), self.may_die(dice):
                    run(message)
            except Killed:
                self.world.put_back(message)

    @contextmanager
    def may_die(self, dice: random.Random) -> Iterator[None]:
        """A fifth of the workers die on the way, at any statement."""
        left = dice.randrange(12) if dice.random() < 0.2 else 10**9

        def execute(run: Callable[..., Any], *args: Any) -> Any:
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return run(*args)

        with connection.execute_wrapper(execute):
            yield

    def killed(self, dice: random.Random, work: Callable[..., None], *args: Any) -> None:
        try:
            with self.may_die(dice):
                work(*args)
        except Killed:
            pass

    def deliver(self, dice: random.Random) -> None:
        if post := self.post(dice):
            self.killed(dice, engine.deliver, post)

    def push_chunk(self, dice: random.Random) -> None:
        if post := self.post(dice):
            self.killed(dice, engine.push_chunk, post)

    def move(self, dice: random.Random) -> None:
        self.killed(dice, engine.move, *self.pair(dice), dice.random() < 0.4)

    def trim(self, dice: random.Random) -> None:
        self.killed(dice, engine.trim)

    def tidy(self, dice: random.Random) -> None:
        self.killed(dice, engine.tidy, *self.pair(dice))

    # --- What readers see ------------------------------------------------------------------------

    def scroll(self, dice: random.Random) -> None:
        reader_id = dice.choice(self.world.ids)
        scroll = Watched(reader_id, time.monotonic(), [self.seen(reader_id)])
        cursor, size = None, dice.randint(1, 4)
        while cursor is not None or not scroll.topped:
            began = time.monotonic()
            page = engine.read(reader_id, size, cursor)
            scroll.topped = scroll.topped or time.monotonic()
            scroll.oracle.append(self.seen(reader_id))
            self.check_page(scroll, page, began)
            scroll.came += page.places
            cursor = page.next_cursor
            time.sleep(dice.random() * MOST_WAIT_SECONDS)
        self.check(scroll)
        with self.lock:
            self.scrolls += 1

    def seen(self, reader_id: int) -> set[int]:
        return {place.shown_id for place in engine.expected(reader_id)}

    def check_page(self, scroll: Watched, page: engine.Page, began: float) -> None:
        """Nothing that the reader might not see at any moment while the page was made."""
        allowed = scroll.oracle[-1] | scroll.oracle[-2]
        for place in page.places:
            if place.shown_id not in allowed and not self.is_excused(scroll, place.shown_id, since=began):
                self.fault(f"{scroll.reader_id} saw {place}, which is not for them")

    def check(self, scroll: Watched) -> None:
        """All that was there when it began came exactly once, newest first."""
        entries = [place.entry_id for place in scroll.came]
        if entries != sorted(set(entries), reverse=True):
            self.fault(f"{scroll.reader_id} got entries twice or out of order: {entries}")
        shown = [place.shown_id for place in scroll.came]
        for post in scroll.oracle[0] | set(shown):
            times = shown.count(post)
            if (times > 1 or not times) and not self.is_excused(scroll, post, since=scroll.began):
                self.fault(f"{scroll.reader_id} got {post} {times} times in {scroll.came}")

    def is_excused(self, scroll: Watched, post: int, *, since: float) -> bool:
        """Whether somebody touched the post, or the relation of people whose word it is, meanwhile."""
        concerned = {scroll.reader_id, *Post._base_manager.filter(pk=post).values_list("author_id", flat=True)}
        concerned |= set(Post._base_manager.filter(share_of=post).values_list("author_id", flat=True))
        meanwhile = [event for event in list(self.events) if event.ended >= since]
        return any(self.concerns(event, post, concerned, scroll) for event in meanwhile)

    def concerns(self, event: Event, post: int, concerned: set[int], scroll: Watched) -> bool:
        if isinstance(event.touches, frozenset):
            return event.touches <= concerned
        # A share made once the scroll had its first page must not move what is still to come.
        return event.touches == post and (event.kind != "share" or event.began < scroll.topped)
