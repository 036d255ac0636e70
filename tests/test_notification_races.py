"""People and workers at the same moment: what is told in the end is what stands."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from notifications import actions as notifications
from notifications import delivery, mail
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
    delivery.deliver_owed()  # it does not wait for who reads
    unread = Notification.objects.filter(is_read=False).get()
    assert Actor.objects.filter(notification=unread, actor=carol).exists()


READ = lambda alice: notifications.read(user=alice)  # noqa: E731
CLAIM = lambda alice: mail.claim(alice.pk, timezone.now())  # noqa: E731


@pytest.mark.parametrize(("halfway", "deed"), [("join", READ), ("owe_mail", CLAIM)], ids=["reading", "mail"])
def test_who_reads_or_mails_in_the_middle_of_a_delivery_waits(town, monkeypatch, caplog, halfway, deed):  # noqa: F811
    """Each takes the rows in another order: two halves at once would be a deadlock."""
    alice, bob, carol, dave = town.people[:4]
    notifications.choose(user=alice, types={"like": {"email": "now"}})
    y, x = engine.publish(alice), engine.publish(alice)
    for person, post in ((bob, y), (carol, x)):
        actions.like(actor=person, post_id=post)
        delivery.deliver_owed()
    actions.unlike(actor=bob, post_id=y)
    actions.like(actor=dave, post_id=x)
    errors = []
    other = threading.Thread(target=do_and_close, args=(lambda: deed(alice), errors))
    real = getattr(delivery, halfway)

    def interrupted(*args):
        if not other.ident:
            other.start()
            until_one_waits(other)
        return real(*args)

    monkeypatch.setattr(delivery, halfway, interrupted)
    delivery.deliver_owed()
    other.join()
    assert other.ident
    assert (errors, caplog.messages) == ([], [])


def do_and_close(deed, errors):
    try:
        deed()
    except Exception as error:  # noqa: BLE001 the test's own thread shows it
        errors.append(error)
    finally:
        connection.close()


def until_one_waits(thread):
    """Until the thread's connection waits for a lock, or it has done all it wanted."""
    waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid())"
    while thread.is_alive():
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                return
