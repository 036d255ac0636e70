"""Each of five deliberate defects of the engine is caught, and the engine as it is passes the same.

The order of steps between two connections is fixed: no luck and no sleeping.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from hypothesis import HealthCheck, Phase
from hypothesis import settings as profile
from hypothesis.stateful import run_state_machine_as_test

from tests.machine import defects, engine
from tests.machine.machine import Machine
from tests.machine.schedule import Side
from tests.machine.scroll import Scroll
from tests.machine.world import World
from tests.test_machine import IS_LONG

ANY = profile(
    max_examples=400,
    stateful_step_count=30,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def quiet(world: World) -> Iterator[World]:
    """alice has posted before; bob follows her and pulls."""
    world.begin(FEED_STRATEGY="push", TIMELINE_SIZE=50, HOT_TIMELINE_LENGTH=50)
    engine.relate("follow", world.people[1], world.people[0])
    engine.publish(world.people[0])
    yield world
    world.end()


def scrolled(world: World) -> None:
    """All messages are run, then bob sees everything."""
    world.run_all()
    bob = world.ids[1]
    Scroll(bob, lambda size, cursor: engine.read(bob, size, cursor)).finish(3)


def publish_while_moving(world: World, defect: AbstractContextManager[None]) -> Side:
    """1. alice's post is written, not committed; 2. the edge is moved to push; 3. the post is committed."""
    alice, bob = world.people[:2]

    def publish(pause: Any) -> None:
        with transaction.atomic():
            engine.publish(alice)
            pause()

    def move(pause: Any) -> None:
        with defect:
            engine.move(bob, alice, pull=False)

    publishing = Side(publish)
    moving = Side(move)
    publishing.end()
    moving.end()
    return moving


def test_a_post_published_while_its_edge_moves_is_not_lost(quiet):
    assert publish_while_moving(quiet, nullcontext()).was_blocked
    scrolled(quiet)


def test_moving_without_the_author_lock_is_caught(quiet):
    assert not publish_while_moving(quiet, defects.moving_without_the_author_lock()).was_blocked
    with pytest.raises(AssertionError, match="is not"):
        scrolled(quiet)


def test_back_filling_in_an_older_snapshot_than_the_lock_is_caught(quiet):
    assert publish_while_moving(quiet, defects.back_filling_in_an_older_snapshot()).was_blocked
    with pytest.raises(AssertionError, match="is not"):
        scrolled(quiet)


def follow_again_while_tidying(world: World, defect: AbstractContextManager[None]) -> None:
    """1. a tidy has begun and is held up; 2. bob follows again and is settled; 3. the tidy goes on."""
    alice, bob = world.people[:2]
    engine.move(bob, alice, pull=False)
    for _ in range(3):
        engine.publish(alice)
    world.run_all()
    engine.relate("unfollow", bob, alice)
    world.queue.clear()

    def hold_a_row(pause: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM feed WHERE user_id = %s ORDER BY post_id LIMIT 1 FOR UPDATE", [bob.pk])
            assert cursor.rowcount == 1
            pause()

    def tidy(pause: Any) -> None:
        with defect:
            engine.tidy(bob, alice)

    def move(pause: Any) -> None:
        engine.move(bob, alice, pull=False)

    holding = Side(hold_a_row)
    tidying = Side(tidy)
    assert tidying.was_blocked
    engine.relate("follow", bob, alice)
    moving = Side(move)
    holding.end()
    tidying.end()
    moving.end()


def test_a_follow_made_again_while_its_rows_are_tidied_loses_nothing(quiet):
    follow_again_while_tidying(quiet, nullcontext())
    scrolled(quiet)


def test_tidying_without_the_reader_lock_is_caught(quiet):
    follow_again_while_tidying(quiet, defects.tidying_without_the_reader_lock())
    with pytest.raises(AssertionError, match="is not"):
        scrolled(quiet)


def test_a_share_committed_late_does_not_move_an_original_out_of_a_scroll(quiet):
    """Its id is older than where the scroll began, and its place has been passed when it becomes visible."""
    alice, bob, carol = quiet.people[:3]
    engine.relate("follow", bob, carol)
    original, _ = engine.publish(alice), engine.publish(alice)

    def share(pause: Any) -> None:
        with transaction.atomic():
            engine.share(carol, original)
            pause()

    sharing = Side(share)
    engine.publish(alice)
    first = engine.read(bob.pk, 2, None)
    sharing.end()
    second = engine.read(bob.pk, 2, first.next_cursor)
    assert original in [place.shown_id for place in first.places + second.places]


def scroll_before_delivery(world: World) -> None:
    """bob is pushed to, and the worker has not come yet."""
    engine.settle()
    engine.publish(world.people[0])
    assert engine.is_owed()
    bob = world.ids[1]
    Scroll(bob, lambda size, cursor: engine.read(bob, size, cursor)).finish(3)


def test_what_is_still_owed_is_read(quiet):
    scroll_before_delivery(quiet)


def test_unfinished_fan_outs_forgotten_are_caught(quiet):
    with defects.unfinished_fan_outs_forgotten(), pytest.raises(AssertionError, match="is not"):
        scroll_before_delivery(quiet)


def scroll_below_the_floor(world: World) -> None:
    """bob's feed is cut short, and he scrolls to the end."""
    engine.settle()
    for _ in range(6):
        engine.publish(world.people[0])
    world.run_all()
    with override_settings(TIMELINE_SIZE=3):
        engine.trim()
    scrolled(world)


def test_what_was_trimmed_is_read(quiet):
    scroll_below_the_floor(quiet)


def test_the_floor_forgotten_is_caught(quiet):
    with defects.the_floor_forgotten(), pytest.raises(AssertionError, match="is not"):
        scroll_below_the_floor(quiet)


@pytest.mark.skipif(not IS_LONG, reason="takes long: make prove")
@pytest.mark.parametrize("defect", [defects.unfinished_fan_outs_forgotten, defects.the_floor_forgotten])
def test_random_histories_catch_what_readers_forget(world, defect):
    with defect(), pytest.raises(AssertionError, match="is not"):
        run_state_machine_as_test(lambda: Machine(world), settings=ANY)
