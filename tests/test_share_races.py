"""Two people, or one with two hands, at the same moment: shares are made once and counted truly."""

import threading
from contextlib import suppress

import pytest
from django.db import connections, transaction

from feeds import verify
from feedsite.errors import DomainError
from posts import actions
from posts.models import Post
from social import actions as social
from tests.machine import engine

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(world):
    world.begin()
    yield world
    world.run_all()
    assert not engine.contradictions()
    world.end()


class Together:
    """Both begin when the other is ready, each on a connection of its own; refusals are fine, errors are not."""

    def __init__(self):
        self.ready = threading.Barrier(2)
        self.errors = []

    def run(self, *deeds):
        threads = [threading.Thread(target=self.do, args=(deed,)) for deed in deeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert not self.errors

    def do(self, deed):
        try:
            self.ready.wait(10)
            with suppress(DomainError):
                deed()
        except Exception as error:  # noqa: BLE001
            self.errors.append(error)
        finally:
            connections.close_all()


def shares(post):
    return Post._base_manager.filter(share_of=post, deleted_at=None).count()


@pytest.mark.parametrize("attempt", range(5))
def test_two_presses_at_once_are_one_share(town, attempt):
    alice, bob = town.people[:2]
    post = engine.publish(alice)
    press = lambda: actions.share(actor=bob, post_id=post)  # noqa: E731
    Together().run(press, press)
    assert shares(post) == Post._base_manager.get(pk=post).shares_count == 1
    take_back = lambda: actions.unshare(actor=bob, post_id=post)  # noqa: E731
    Together().run(take_back, take_back)
    assert shares(post) == Post._base_manager.get(pk=post).shares_count == 0


@pytest.mark.parametrize("attempt", range(5))
def test_a_share_and_its_taking_back_leave_one_of_the_two(town, attempt):
    alice, bob = town.people[:2]
    post = engine.publish(alice)
    Together().run(
        lambda: actions.share(actor=bob, post_id=post),
        lambda: actions.unshare(actor=bob, post_id=post),
    )
    assert shares(post) == Post._base_manager.get(pk=post).shares_count


@pytest.mark.parametrize("attempt", range(5))
def test_a_share_made_while_the_original_is_deleted_is_seen_by_nobody(town, attempt):
    alice, bob, carol = town.people[:3]
    social.follow(follower=carol, author=bob)
    post = engine.publish(alice)
    Together().run(
        lambda: actions.share(actor=bob, post_id=post),
        lambda: actions.delete(actor=alice, post_id=post),
    )
    town.run_all()
    assert engine.read(carol.pk, 10, None).places == []
    assert not list(verify.check_counters())


@pytest.mark.parametrize("attempt", range(5))
def test_one_s_own_share_and_delete_do_not_wait_for_each_other_for_ever(town, attempt):
    alice = town.people[0]
    post = engine.publish(alice)
    engine.share(alice, post)
    Together().run(
        lambda: actions.unshare(actor=alice, post_id=post),
        lambda: actions.delete(actor=alice, post_id=post),
    )
    assert not list(verify.check_counters())


@pytest.mark.parametrize("attempt", range(5))
def test_a_share_made_while_its_author_blocks_the_sharer_counts_when_the_block_ends(town, attempt):
    alice, bob = town.people[:2]
    post = engine.publish(alice)
    Together().run(
        lambda: actions.share(actor=bob, post_id=post),
        lambda: social.block(blocker=alice, blocked=bob),
    )
    assert Post._base_manager.get(pk=post).shares_count == 0
    social.unblock(blocker=alice, blocked=bob)
    assert Post._base_manager.get(pk=post).shares_count == shares(post)


def test_blocks_of_people_who_shared_the_same_posts_do_not_wait_for_each_other_for_ever(town):
    alice, bob, carol = town.people[:3]
    posts = [engine.publish(alice) for _ in range(20)]
    for n, post in enumerate(posts):
        engine.share(bob, post)
        engine.share(carol, posts[-1 - n])
    for deed, roles in ((social.block, 0), (social.unblock, 20)):
        Together().run(
            lambda deed=deed: deed(blocker=alice, blocked=bob), lambda deed=deed: deed(blocker=alice, blocked=carol)
        )
        assert {Post._base_manager.get(pk=pk).shares_count for pk in posts} == {2 if roles else 0}


def test_a_share_waits_for_a_block_that_has_begun(town):
    """The block is not committed yet: the share comes after it, and is refused."""
    alice, bob = town.people[:2]
    post = engine.publish(alice)
    done = []

    def share():
        try:
            actions.share(actor=bob, post_id=post)
        except DomainError as refused:
            done.append(refused.status)
        finally:
            connections.close_all()

    with transaction.atomic():
        social.block(blocker=alice, blocked=bob)
        sharing = threading.Thread(target=share)
        sharing.start()
        sharing.join(0.3)
        assert sharing.is_alive()
    sharing.join(10)
    assert done == [404]
    assert shares(post) == 0
