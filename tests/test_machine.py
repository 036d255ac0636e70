"""Random histories against the plain query; `make prove` runs thousands of them."""

import os
from typing import Any

from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis.stateful import run_state_machine_as_test

from tests.machine.machine import Machine
from tests.machine.world import World

IS_LONG = os.environ.get("PROVE") == "1"
HISTORIES = 2000 if IS_LONG else 25
PROFILE = profile(
    max_examples=HISTORIES,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=not IS_LONG,
    print_blob=True,
    # Making a history that fails short takes minutes: `make prove` does it.
    phases=set(Phase) if IS_LONG else [Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def tell(capsys: Any, words: str) -> None:
    """What a long run was good for."""
    if IS_LONG:
        with capsys.disabled():
            print(f"\n{words}")


def test_every_scroll_of_any_history_is_as_the_plain_query_says(world: World, capsys: Any) -> None:
    run_state_machine_as_test(lambda: Machine(world), settings=PROFILE)
    assert world.histories >= HISTORIES
    tell(capsys, f"{world.histories} histories")
