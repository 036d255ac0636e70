"""What a crowd does to whom one knows. Each deed is told to `event`, for it excuses what a scroll sees meanwhile."""

import random
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from social import tasks
from tests.machine import circles, engine


class CircleDeeds:
    """Part of `Crowd`."""

    world: Any
    event: Any

    def pair(self, dice: random.Random) -> list[Any]:
        return dice.sample(self.world.people, 2)

    def follow(self, dice: random.Random) -> None:
        self.relation("follow", dice)

    def unfollow(self, dice: random.Random) -> None:
        self.relation("unfollow", dice)

    def relate(self, dice: random.Random) -> None:
        self.relation(dice.choice(["block", "unblock", "unblock", "mute", "unmute", "unmute"]), dice)

    def answer(self, dice: random.Random) -> None:
        self.relation(dice.choice([*engine.ANSWERS, "accept_follow"]), dice)

    def relation(self, deed: str, dice: random.Random) -> None:
        one, other = self.pair(dice)
        with self.event(deed, frozenset([one.pk, other.pk])):
            engine.relate(deed, one, other)

    def circle(self, dice: random.Random) -> None:
        deed, (one, other) = dice.choice(circles.DEEDS), self.pair(dice)
        with self.event(deed.__name__, frozenset([one.pk, other.pk])):
            deed(one, other)

    def change_privacy(self, dice: random.Random) -> None:
        person = dice.choice(self.world.people)
        with self.event("privacy", frozenset([person.pk])):
            engine.set_private(person, dice.random() < 0.4)

    def lets_in(self, message: Any) -> AbstractContextManager[None]:
        """A task that lets in who waits changes whom these read, as an answer does."""
        task, args = message
        if task.name != tasks.accept_waiting.name:
            return nullcontext()
        return self.event("let in", frozenset([args[0]]))  # type: ignore[no-any-return]
