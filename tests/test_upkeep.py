"""Trimming and tidying go along a big site in parts, each a short transaction, and may be killed between any two."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from feeds import mover, tasks, upkeep
from feeds.models import FeedEntry, ReaderState
from posts import actions
from posts.models import Post
from social import actions as social
from social.models import Follow
from tests.conftest import member
from tests.helpers import run_tasks
from tests.machine.engine import killed_at
from tests.test_verify import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def fans(alice: User, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[User]:
    """Seven who are pushed nine posts by alice; what is done in parts is done by twos and threes."""
    settings.TIMELINE_SIZE, settings.TIMELINE_SLACK, settings.FEED_STRATEGY = 4, 1.5, "push"
    monkeypatch.setattr(upkeep, "READERS_LOOKED_AT", 3)
    monkeypatch.setattr(upkeep, "READERS_AT_ONCE", 2)
    monkeypatch.setattr(upkeep, "FOLLOWERS_AT_ONCE", 2)
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", 3)
    people = [member(f"fan{n}") for n in range(7)]
    for person in people:
        social.follow(follower=person, author=alice)
    run_tasks()
    mover.settle()
    for n in range(9):
        actions.publish(author=alice, content=f"{n}")
    run_tasks()
    return people


def lengths(people: list[User]) -> list[int]:
    return [FeedEntry.objects.filter(user_id=person.pk).count() for person in people]


def test_every_long_feed_is_trimmed_and_no_other(fans):
    short = fans[3]
    kept = FeedEntry.objects.filter(user_id=short.pk).order_by("-post_id")
    FeedEntry.objects.filter(user_id=short.pk, post_id__lte=kept[6].post_id).delete()
    assert lengths(fans) == [9, 9, 9, 6, 9, 9, 9]
    assert upkeep.trim() == 30
    assert lengths(fans) == [4, 4, 4, 6, 4, 4, 4]
    assert upkeep.trim() == 0


def test_no_statement_of_a_trim_looks_at_all_feeds_or_deletes_more_than_its_share(fans, monkeypatch):
    deleted = []
    whole = upkeep.trim_some
    monkeypatch.setattr(upkeep, "trim_some", lambda readers: deleted.append(whole(readers)) or deleted[-1])
    with CaptureQueriesContext(connection) as made:
        assert upkeep.trim() == 35
    assert max(deleted) == 3
    assert sum("OFFSET 6" in query["sql"] for query in made.captured_queries) == 4  # eight people by threes


@pytest.mark.parametrize("statement", range(0, 60, 7))
def test_a_trim_that_is_killed_is_ended_by_the_next_and_shows_nowhere(world, statement, settings, monkeypatch):
    alice, *readers = world.people
    settings.TIMELINE_SIZE, settings.TIMELINE_SLACK, settings.FEED_STRATEGY = 4, 1.5, "push"
    monkeypatch.setattr(upkeep, "ROWS_AT_ONCE", 2)
    for reader in readers:
        social.follow(follower=reader, author=alice)
    mover.settle()
    for n in range(9):
        actions.publish(author=alice, content=f"{n}")
    world.run_all()
    with killed_at(statement):
        upkeep.trim()
    assert "no faults" in verified()
    upkeep.trim()
    assert "no faults" in verified()


def test_a_deleted_post_leaves_every_feed_whether_its_reader_pulls_now_or_not(fans, alice):
    Follow.objects.filter(follower__in=fans[::2]).update(pull=True)
    post = Post.objects.visible_to(alice).order_by("pk")[4]
    actions.delete(actor=alice, post_id=post.pk)
    with CaptureQueriesContext(connection) as made:
        run_tasks()
    assert lengths(fans) == [8] * 7
    assert sum("DELETE FROM feed" in query["sql"] for query in made.captured_queries) == 4  # seven by twos


def test_an_edge_that_moves_while_a_post_is_retracted_keeps_its_place(fans, alice, monkeypatch):
    """The first two have gone; then a mover turns the others round."""
    post = Post.objects.visible_to(alice).first()
    Follow.objects.filter(follower__in=fans[::2]).update(pull=True)
    Post._base_manager.filter(pk=post.pk).update(deleted_at=timezone.now())
    parts = upkeep.followers_in_parts

    def turned(author_id: int, after: int) -> Any:
        for part in parts(author_id, after):
            yield part
            for edge in Follow.objects.filter(followee=author_id):
                Follow.objects.filter(follower=edge.follower_id, followee=author_id).update(pull=not edge.pull)

    monkeypatch.setattr(upkeep, "followers_in_parts", turned)
    upkeep.retract(post.pk)
    assert lengths(fans) == [8] * 7


def test_a_long_retracting_goes_on_in_another_task(fans, alice, monkeypatch):
    monkeypatch.setattr(upkeep, "PARTS_A_ROUND", 1)
    post = Post.objects.visible_to(alice).first()
    Post._base_manager.filter(pk=post.pk).update(deleted_at=timezone.now())
    assert upkeep.retract(post.pk) == sorted(fan.pk for fan in fans)[1]
    tasks.retract(post.pk)
    assert lengths(fans) == [8] * 7


def test_a_long_trimming_goes_on_in_another_task(fans, monkeypatch, settings):
    monkeypatch.setattr(tasks, "TRIM_SECONDS", 0)
    monkeypatch.setattr(upkeep, "READERS_LOOKED_AT", 3)
    settings.TIMELINE_SIZE, settings.TIMELINE_SLACK = 4, 1
    rounds = []
    monkeypatch.setattr(tasks.trim_feeds, "delay", rounds.append)
    after = 0
    while after is not None:
        tasks.trim_feeds(after)
        assert len(rounds) <= 1
        after = rounds.pop() if rounds else None
    assert lengths(fans) == [4] * 7


def test_a_retracting_that_was_killed_is_done_when_it_is_repeated(fans, alice):
    post = Post.objects.visible_to(alice).first()
    upkeep.retract(post.pk)
    assert lengths(fans) == [9] * 7  # it is not deleted
    Post._base_manager.filter(pk=post.pk).update(deleted_at=timezone.now())
    with killed_at(8):
        upkeep.retract(post.pk)
    assert sum(lengths(fans)) == 61
    for _ in range(2):
        upkeep.retract(post.pk)
        assert lengths(fans) == [8] * 7
    assert ReaderState.objects.filter(floor__gt=0).count() == 0
