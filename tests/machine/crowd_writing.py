"""What a crowd does to what was posted, or is to be. What changes who sees it is told to `event`."""

import random
from typing import Any

from tests.machine import engine, writing


class WritingDeeds:
    """Part of `Crowd`."""

    world: Any
    event: Any
    post: Any
    original: Any
    killed: Any
    comments: list[int]
    scheduled: list[str]

    def change_visibility(self, dice: random.Random) -> None:
        if post := self.post(dice):
            with self.event("edit", post):
                writing.change_visibility(post, dice.choice(["public", "followers", "private"]))

    def restore(self, dice: random.Random) -> None:
        if post := self.post(dice):
            with self.event("restore", self.original(post)):
                writing.restore(post)

    def change_words(self, dice: random.Random) -> None:
        if post := self.post(dice):
            with self.event("edit", post):
                writing.change_words(post, dice.choice([*self.world.people, None]))

    def schedule(self, dice: random.Random) -> None:
        name = f"number {dice.random()}"
        self.scheduled.append(name)
        writing.schedule(dice.choice(self.world.people), dice.choice(["public", "followers"]), name)

    def publish_due(self, dice: random.Random) -> None:
        self.killed(dice, writing.publish_due)

    def comment(self, dice: random.Random) -> None:
        if post := self.post(dice):
            made = writing.comment(dice.choice(self.world.people), dice.choice([post, *self.comments[-2:]]))
            self.comments += [made] if made else []
        if self.comments:
            dice.choice([engine.delete, writing.restore])(dice.choice(self.comments[-3:]))
