"""Turns that histories take too seldom by themselves: several steps that belong together, of the same people."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine import circles, engine, writing
from tests.machine.circles import ListScroll

PEOPLE = st.integers(0, 3)
PAIRS = st.tuples(PEOPLE, PEOPLE).filter(lambda pair: pair[0] != pair[1])
# Counted back from the newest post: what is new is owed, moved and shared.
WHICH = st.integers(0, 15)


class Lives:
    """Part of `Machine`."""

    world: Any
    people: Any
    publish: Any
    share: Any
    relate: Any
    follows: Any
    post: Any
    change_post: Any
    scroll: Any

    @rule(pair=PAIRS, answer=st.sampled_from(["unfollow", "block", *engine.ANSWERS]), is_public_then=st.booleans())
    def ask(self, pair: tuple[int, int], answer: str, is_public_then: bool) -> None:
        """One asks to follow another's private account, and is answered, withdraws, or all are about to be let in."""
        follower, owner = pair
        engine.set_private(self.people[owner], True)
        did_follow = self.follows(pair)
        self.relate(("follow", pair))
        assert self.follows(pair) is did_follow, "nobody is let in by asking"
        if is_public_then:
            engine.set_private(self.people[owner], False)
        self.relate((answer, pair if answer == "unfollow" else (owner, follower)))
        assert not engine.contradictions()

    @rule(which=WHICH, is_settled=st.booleans(), runs=st.booleans())
    def delete_and_restore(self, which: int, is_settled: bool, runs: bool) -> None:
        """The undo comes before, in the middle of or after what the delete has started."""
        if not (post := self.post(which)):
            return
        engine.delete(post)
        if runs:
            self.world.run_queue()
        if is_settled:
            engine.settle()
        writing.restore(post)

    @rule(pair=PAIRS, steps=st.sampled_from(circles.LIVES), which=WHICH, is_settled=st.booleans())
    def live_with(self, pair: tuple[int, int], steps: tuple[Any, ...], which: int, is_settled: bool) -> None:
        """One follows another and lists them, and reads before and after each thing that comes between them."""
        one, other = pair
        self.relate(("follow", pair))
        if is_settled:
            engine.settle()
        self.publish(other, "followers", None)
        self.share(other, which)
        for step in (circles.list_person, *steps):
            step(self.people[one], self.people[other])
            self.scroll(one).turn(3)
            ListScroll(self.world.ids[one]).turn(3)

    @rule(pair=PAIRS, change=st.sampled_from(["words", "followers", "public"]), is_settled=st.booleans())
    def widen(self, pair: tuple[int, int], change: str, is_settled: bool) -> None:
        """A post that everybody it was for has got is for a follower as well."""
        one, other = pair
        self.relate(("follow", pair))
        if is_settled:
            engine.settle()
        self.publish(other, "private", None)
        self.world.run_queue()
        self.change_post(0, change, one)
        self.world.run_queue()
        self.scroll(one).turn(2)
