"""Any history of four people, their workers and their accidents, one step after another."""

import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, rule

from accounts.models import User
from tests.machine import circles, engine, writing
from tests.machine.circles import ListScroll
from tests.machine.lives import PAIRS, PEOPLE, WHICH, Lives
from tests.machine.ranked import RankedScroll
from tests.machine.scroll import Scroll
from tests.machine.world import World, run

SIZES = st.integers(1, 4)
VISIBILITIES = ["public", "public", "followers", "private"]
CHANGES = ["delete", "restore", "restore", "words", "words", "public", "followers", "private"]
# A lost message stands for a crash between commit and queue, too.
ACCIDENTS = ["none", "all run", "all run", "killed", "twice", "redis away", "lost"]
CHOSEN = st.fixed_dictionaries(
    {
        "FEED_STRATEGY": st.sampled_from(["push", "hybrid", "adaptive", "pull"]),
        "CELEBRITY_THRESHOLD": st.integers(1, 3),
        "TIMELINE_SIZE": st.integers(2, 4),
        "FANOUT_INLINE_FOLLOWERS": st.integers(0, 1),
        "HOT_TIMELINE_LENGTH": st.sampled_from([4, 9, 200]),
        # Everybody by way of their copy, or nobody.
        "HOT_FROM_FOLLOWEES": st.sampled_from([0, 0, 100]),
    }
)


class Machine(Lives, RuleBasedStateMachine):
    """Posts are named by their age, readers and authors by their number, messages by their place in the queue."""

    scrolls: Bundle = Bundle("scrolls")

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world, self.people = world, world.people
        self.posts: list[int] = []
        self.comments: list[int] = []
        self.scheduled: list[str] = []

    @initialize(
        chosen=CHOSEN,
        follows=st.sets(PAIRS, max_size=9),
        authors=st.lists(PEOPLE, max_size=12),
        is_settled=st.booleans(),
        is_delivered=st.booleans(),
        is_trimmed=st.booleans(),
    )
    def found(
        self,
        chosen: dict[str, Any],
        follows: set[tuple[int, int]],
        authors: list[int],
        is_settled: bool,
        is_delivered: bool,
        is_trimmed: bool,
    ) -> None:
        self.world.begin(**chosen)
        for one, other in sorted(follows):
            self.relate(("follow", (one, other)))
        if is_settled:
            engine.settle()
        for author in authors:
            self.publish(author, "public", None)
        if is_delivered:
            self.world.run_queue()
        if is_trimmed:
            engine.trim()

    def teardown(self) -> None:
        """Everybody sees everything, with messages waiting and after every message has run; no edge denies another."""
        try:
            if sys.exception() is None:
                self.everybody_scrolls(4)
                self.world.run_all()
                assert not engine.is_owed()
                assert not engine.contradictions() + circles.contradictions() + writing.contradictions(self.scheduled)
                self.everybody_scrolls(7)
                for person in self.world.ids:
                    ListScroll(person).finish(3)
                    RankedScroll(person).finish(2)
        finally:
            self.world.end()

    def everybody_scrolls(self, size: int) -> None:
        for person in range(4):
            self.scroll(person).finish(size)

    def scroll(self, person: int, is_http: bool = False) -> Scroll:
        def read(size: int, cursor: str | None) -> engine.Page:
            if is_http and self.people[person].is_active:
                return engine.read_over_http(self.world.ids[person], self.world.headers[person], size, cursor)
            return engine.read(self.world.ids[person], size, cursor)

        return Scroll(self.world.ids[person], read)

    def follows(self, pair: tuple[int, int]) -> bool:
        return engine.follows(*(self.people[number] for number in pair))

    def post(self, which: int) -> int | None:
        return self.posts[-1 - which % len(self.posts)] if self.posts else None

    # --- What people do --------------------------------------------------------------------------

    @rule(author=PEOPLE, visibility=st.sampled_from(VISIBILITIES), mentioned=st.none() | PEOPLE)
    def publish(self, author: int, visibility: str, mentioned: int | None) -> None:
        named = None if mentioned is None else self.people[mentioned]
        self.posts.append(engine.publish(self.people[author], visibility=visibility, mentioned=named))

    @rule(entries=st.lists(st.tuples(PEOPLE, st.none() | WHICH), min_size=2, max_size=5))
    def post_several(self, entries: list[tuple[int, int | None]]) -> None:
        """Posts, and shares of what is there."""
        for person, shared in entries:
            if shared is None:
                self.publish(person, "public", None)
            else:
                self.share(person, shared)

    def share(self, sharer: int, which: int) -> None:
        if (post := self.post(which)) and (made := engine.share(self.people[sharer], post)):
            self.posts.append(made)

    @rule(author=PEOPLE, which=WHICH)
    def quote(self, author: int, which: int) -> None:
        if (post := self.post(which)) and (made := engine.quote(self.people[author], post)):
            self.posts.append(made)

    @rule(sharer=PEOPLE, which=WHICH)
    def unshare(self, sharer: int, which: int) -> None:
        if post := self.post(which):
            engine.unshare(self.people[sharer], post)

    @rule(which=WHICH, change=st.sampled_from(CHANGES), mentioned=st.none() | PEOPLE)
    def change_post(self, which: int, change: str, mentioned: int | None) -> None:
        if not (post := self.post(which)):
            return
        if change == "words":
            writing.change_words(post, None if mentioned is None else self.people[mentioned])
        elif change in ("delete", "restore"):
            {"delete": engine.delete, "restore": writing.restore}[change](post)
        else:
            writing.change_visibility(post, change)

    @rule(author=PEOPLE, which=WHICH, end=st.sampled_from(["stays", "stays", "delete", "restore"]))
    def comment(self, author: int, which: int, end: str) -> None:
        """On a post or on a comment; comments stand in no timeline, but they are counted."""
        under = self.post(which) if which % 2 or not self.comments else self.comments[-1]
        if under and (made := writing.comment(self.people[author], under)):
            self.comments.append(made)
        if self.comments and end != "stays":
            engine.delete(self.comments[-1])
        if self.comments and end == "restore":
            writing.restore(self.comments[-1])

    @rule(author=PEOPLE, visibility=st.sampled_from(VISIBILITIES))
    def schedule(self, author: int, visibility: str) -> None:
        self.scheduled.append(f"number {len(self.scheduled)}")
        writing.schedule(self.people[author], visibility, self.scheduled[-1])

    @rule(at=st.none() | st.integers(0, 20))
    def publish_due(self, at: int | None) -> None:
        """By a beat, or by one that is killed on the way and the next."""
        if at is not None:
            with engine.killed_at(at):
                writing.publish_due()
            self.posts += [pk for pk in writing.posted_later() if pk not in self.posts]
        self.posts += writing.publish_due()

    @rule(deed=st.tuples(st.sampled_from(["follow", "follow", *engine.RELATIONS, *engine.ANSWERS]), PAIRS))
    def relate(self, deed: tuple[str, tuple[int, int]]) -> None:
        name, (one, other) = deed
        engine.relate(name, self.people[one], self.people[other])

    @rule(person=PEOPLE, is_active=st.booleans(), is_private=st.booleans(), is_limited=st.booleans())
    def change_account(self, person: int, is_active: bool, is_private: bool, is_limited: bool) -> None:
        engine.set_active(self.people[person], is_active)
        engine.set_private(self.people[person], is_private)
        engine.set_limited(self.people[person], is_limited)

    @rule(which=WHICH, how=st.sampled_from(engine.JUDGEMENTS), is_comment=st.booleans())
    def judge(self, which: int, how: str, is_comment: bool) -> None:
        """Staff take a post or a comment away, or put back what they, and perhaps its author as well, took away."""
        if post := (self.comments[-1] if is_comment and self.comments else self.post(which)):
            engine.judge(post, how)

    @rule(deed=st.sampled_from(circles.DEEDS), pair=PAIRS)
    def change_circle(self, deed: Callable[[User, User], None], pair: tuple[int, int]) -> None:
        """Mutes that end by the clock, followers removed, shares hidden, people listed."""
        deed(*(self.people[number] for number in pair))

    # --- What workers do -------------------------------------------------------------------------

    @rule(number=WHICH, accident=st.sampled_from(ACCIDENTS), at=st.integers(0, 12))
    def run_message(self, number: int, accident: str, at: int) -> None:
        """Messages run in any order; one whose worker died comes again, some come twice, some are lost."""
        if accident == "all run":
            return self.world.run_queue()
        if not (message := self.world.take(number)) or accident == "lost":
            return None
        with {"killed": engine.killed_at(at), "redis away": engine.redis_away()}.get(accident, nullcontext()):
            run(message)
        if accident != "none":
            self.world.put_back(message)
        return None

    @rule(which=WHICH, at=st.none() | st.integers(0, 12), chunks=st.integers(0, 2))
    def deliver(self, which: int, at: int | None, chunks: int) -> None:
        """Whether it is owed or not: so many chunks by a worker that gets no further, or all, or cut short."""
        if not (post := self.post(which)):
            return
        for _ in range(chunks):
            engine.push_chunk(post)
        if not chunks:
            with nullcontext() if at is None else engine.killed_at(at):
                engine.deliver(post)

    @rule(pair=PAIRS, pull=st.booleans())
    def move(self, pair: tuple[int, int], pull: bool) -> None:
        reader, author = (self.people[number] for number in pair)
        engine.move(reader, author, pull)

    @rule(work=st.sampled_from(["trim", "trim", "settle", "flush", "tidy"]), pair=PAIRS)
    def keep_house(self, work: str, pair: tuple[int, int]) -> None:
        reader, author = (self.people[number] for number in pair)
        if work == "tidy":
            engine.tidy(reader, author)
        else:
            {"trim": engine.trim, "settle": engine.settle, "flush": engine.flush}[work]()

    # --- What readers see ------------------------------------------------------------------------

    @rule(target=scrolls, person=PEOPLE, size=SIZES, is_http=st.booleans())
    def begin_scroll(self, person: int, size: int, is_http: bool) -> Scroll:
        scroll = self.scroll(person, is_http)
        scroll.turn(size)
        return scroll

    @rule(target=scrolls, person=PEOPLE, size=SIZES)
    def begin_list(self, person: int, size: int) -> Scroll:
        scroll = ListScroll(self.world.ids[person])
        scroll.turn(size)
        return scroll

    @rule(target=scrolls, person=PEOPLE, size=SIZES)
    def begin_ranked(self, person: int, size: int) -> Scroll:
        scroll = RankedScroll(self.world.ids[person])
        scroll.turn(size)
        return scroll

    @rule(scroll=scrolls, size=SIZES, is_away=st.booleans())
    def turn_page(self, scroll: Scroll, size: int, is_away: bool) -> None:
        if not scroll.is_over:
            with engine.redis_away() if is_away else nullcontext():
                scroll.turn(size)

    @rule(size=st.integers(1, 2))
    def everybody_looks(self, size: int) -> None:
        """Short first pages: they are what Redis answers, if it may."""
        for person in range(4):
            self.scroll(person).turn(size)

    @rule(person=PEOPLE, size=SIZES)
    def scroll_through(self, person: int, size: int) -> None:
        self.scroll(person).finish(size)
