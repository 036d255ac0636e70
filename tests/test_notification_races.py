"""People and workers at the same moment: what is told in the end is what stands."""

import pytest

from notifications import actions as notifications
from notifications import delivery
from notifications.models import Actor, Notification
from posts import actions
from social.models import Notice
from tests.machine import engine
from tests.test_share_races import Together, town  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db(transaction=True)
ATTEMPTS = pytest.mark.parametrize("attempt", range(4))


def in_turn(*deeds):
    return lambda: [deed() for deed in deeds]


@ATTEMPTS
def test_two_likers_and_two_workers_make_one_group_of_two(town, attempt):  # noqa: F811
    alice, bob, carol = town.people[:3]
    post = engine.publish(alice)
    Together().run(
        in_turn(lambda: actions.like(actor=bob, post_id=post), delivery.deliver_owed),
        in_turn(lambda: actions.like(actor=carol, post_id=post), delivery.deliver_owed),
    )
    delivery.deliver_owed()
    assert (Notification.objects.get().actors_count, Actor.objects.count(), Notice.objects.count()) == (2, 2, 0)


@ATTEMPTS
def test_a_like_taken_back_while_it_is_told_is_gone_in_the_end(town, attempt):  # noqa: F811
    alice, bob = town.people[:2]
    post = engine.publish(alice)
    actions.like(actor=bob, post_id=post)
    Together().run(
        in_turn(lambda: actions.unlike(actor=bob, post_id=post), delivery.deliver_owed),
        in_turn(delivery.deliver_owed, delivery.deliver_owed),
    )
    delivery.deliver_owed()
    assert not Actor.objects.filter(ended_at=None).exists()
    assert not Notification.objects.filter(actors_count__gt=0).exists()


@ATTEMPTS
def test_who_joins_while_it_is_read_is_never_lost(town, attempt):  # noqa: F811
    alice, bob, carol = town.people[:3]
    post = engine.publish(alice)
    actions.like(actor=bob, post_id=post)
    delivery.deliver_owed()
    seen = Notification.objects.get().place
    actions.like(actor=carol, post_id=post)
    Together().run(lambda: notifications.read(user=alice, up_to=seen), delivery.deliver_owed)
    unread = Notification.objects.filter(is_read=False).get()
    assert Actor.objects.filter(notification=unread, actor=carol).exists()
