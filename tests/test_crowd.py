"""Many connections at once against the plain query; `make prove` does it for minutes."""

import random

from tests.machine.crowd import Crowd
from tests.test_machine import IS_LONG, tell

ROUNDS = 80 if IS_LONG else 2
DEEDS = 30 if IS_LONG else 20


def test_a_crowd_loses_and_repeats_nothing(world, capsys):
    scrolls = 0
    for number in range(ROUNDS):
        dice = random.Random(seed := random.randrange(10**9))
        world.begin(
            FEED_STRATEGY=["hybrid", "push", "adaptive", "pull"][number % 4],
            FANOUT_INLINE_FOLLOWERS=dice.randint(0, 2),
            TIMELINE_SIZE=dice.randint(2, 6),
        )
        try:
            crowd = Crowd(world, seed)
            crowd.run(DEEDS)
        finally:
            world.end()
        scrolls += crowd.scrolls
    tell(capsys, f"{scrolls} scrolls among {crowd.THREADS} connections, {ROUNDS} times anew")
