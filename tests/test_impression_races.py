"""Batches of impressions that are written at once, beside each other and beside the one who wants none of it."""

import time

import pytest

from accounts.models import User
from feeds.impressions import actions, days, recording, tokens
from feeds.impressions.models import Impression
from social import actions as social
from tests.machine import engine
from tests.test_share_races import Together, town  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = pytest.mark.parametrize("attempt", range(4))


def batch(reader: User, entry_id: int):
    """What the background task does with a page of one entry."""
    token = tokens.context(reader.pk, "chronological", "", "", "", 0, [(entry_id, 1.0)])
    return lambda: recording.record(reader.pk, token, {entry_id: int(time.time() * 1000)})


@ATTEMPTS
def test_who_opts_out_while_a_batch_is_written_leaves_nothing(town, attempt):  # noqa: F811
    alice, bob = town.people[:2]
    social.follow(follower=bob, author=alice)
    post = engine.publish(alice)
    for _ in range(3):
        actions.track(User.objects.get(pk=bob.pk), True)
        Together().run(batch(bob, post), lambda: actions.track(User.objects.get(pk=bob.pk), False))
        town.run_all()
        assert not Impression.objects.exists()


@ATTEMPTS
def test_the_first_batches_of_a_day_make_it_together(town, attempt):  # noqa: F811
    alice, bob, carol = town.people[:3]
    for reader in (bob, carol):
        social.follow(follower=reader, author=alice)
    post = engine.publish(alice)
    for day in days.all_days():
        days.drop(day)
    Together().run(batch(bob, post), batch(carol, post))
    assert Impression.objects.count() == 2
    assert len(days.all_days()) == 1
