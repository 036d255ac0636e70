"""A delete taken back: the post is where it was, whatever ran in between."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from feeds import mover, upkeep
from feeds.models import FeedEntry
from posts import actions
from posts.models import Outbox, Post
from social import actions as social
from tests.helpers import run_tasks
from tests.pages import HTMX, page, publish, text_of
from tests.test_verify import verified
from tests.timelines import contents, share, warm


@pytest.fixture
def known(alice, bob, carol):
    """bob follows alice and is pushed to, carol follows bob; alice's post is shared by bob, liked and answered."""
    social.follow(follower=bob, author=alice)
    social.follow(follower=carol, author=bob)
    run_tasks()
    mover.settle()
    publish(alice, "before")
    post = publish(alice, "Hello")
    publish(alice, "after")
    share(bob, post)
    actions.like(actor=carol, post_id=post.pk)
    actions.comment(author=bob, post_id=post.pk, content="hm")
    run_tasks()
    return post


def test_a_restored_post_is_where_it_was(known, alice, bob, carol, api):
    def seen():
        return [api(reader).get("/timeline")[1]["posts"] for reader in (alice, bob, carol)]

    warm(api, bob)
    before, card = seen(), api(carol).get(f"/posts/{known.pk}")[1]
    assert api(alice).delete(f"/posts/{known.pk}")[0] == 204
    run_tasks()
    assert contents(api, carol) == []
    assert not FeedEntry.objects.filter(post_id=known.pk).exists()
    status, answer = api(alice).post(f"/posts/{known.pk}/restore")
    assert (status, answer["post_id"]) == (200, str(known.pk))
    run_tasks()
    assert seen() == before
    assert api(carol).get(f"/posts/{known.pk}")[1] == card
    assert FeedEntry.objects.filter(post_id=known.pk).count() == 1
    alice.refresh_from_db()
    assert alice.posts_count == 3


def test_restoring_twice_is_restoring_once(known, alice, api):
    actions.delete(actor=alice, post_id=known.pk)
    for _ in range(3):
        assert api(alice).post(f"/posts/{known.pk}/restore")[0] == 200
    run_tasks()
    alice.refresh_from_db()
    assert alice.posts_count == 3
    assert not Outbox.objects.exists()


def test_a_post_that_was_not_delivered_yet_can_be_deleted_and_restored(alice, bob, api, settings):
    settings.FANOUT_INLINE_FOLLOWERS = 0
    social.follow(follower=bob, author=alice)
    run_tasks()
    mover.settle()
    post = publish(alice, "Hello")
    actions.delete(actor=alice, post_id=post.pk)
    actions.restore(actor=alice, post_id=post.pk)
    assert Outbox.objects.count() == 1
    run_tasks()
    assert contents(api, bob) == ["Hello"]
    assert FeedEntry.objects.count() == 1


def test_a_comment_comes_back_with_its_count(alice, bob, api):
    pk = publish(alice, "Hello").pk
    comment = actions.comment(author=bob, post_id=pk, content="hm").pk
    api(bob).delete(f"/posts/{comment}")
    assert api(bob).post(f"/posts/{comment}/restore")[0] == 200
    assert api().get(f"/posts/{pk}")[1]["comments_count"] == 1


def test_only_ones_own_delete_is_undone_and_not_for_long(alice, bob, api, settings):
    pk = publish(alice, "Hello").pk
    assert api(bob).post(f"/posts/{pk}/restore")[0] == 403
    actions.delete(actor=alice, post_id=pk)
    assert api(bob).post(f"/posts/{pk}/restore")[0] == 404
    assert api(alice).post("/posts/12345/restore")[0] == 404
    late = timezone.now() - timedelta(minutes=settings.UNDO_MINUTES, seconds=1)
    Post.objects.filter(pk=pk).update(deleted_at=late)
    assert api(alice).post(f"/posts/{pk}/restore")[0] == 404


def test_what_staff_removed_stays_removed(alice, api):
    post = publish(alice, "Hello")
    actions.remove(post)
    assert api(alice).post(f"/posts/{post.pk}/restore")[0] == 404


def test_a_share_is_not_restored(alice, bob, api):
    share(bob, publish(alice, "Hello"))
    made = Post.objects.get(share_of__isnull=False)
    api(bob).delete(f"/posts/{made.pk}")
    assert api(bob).post(f"/posts/{made.pk}/restore")[0] == 403


def test_a_page_without_scripts_offers_to_undo(alice, browser):
    post = publish(alice, "Hello")
    assert "you can undo" in page(browser, f"/posts/{post.pk}/delete")
    browser.post(f"/posts/{post.pk}/delete", {"next": "/@alice"})
    html = page(browser, "/@alice")
    assert f'formaction="/posts/{post.pk}/restore"' in html
    assert browser.post(f"/posts/{post.pk}/restore", {"next": "/@alice"})["Location"] == "/@alice"
    html = page(browser, "/@alice")
    assert "Your post is back." in html
    assert "Hello" in html


def test_too_late_is_told(alice, browser, settings):
    post = publish(alice, "Hello")
    actions.delete(actor=alice, post_id=post.pk)
    settings.UNDO_MINUTES = 0
    browser.post(f"/posts/{post.pk}/restore", {"next": "/@alice"})
    assert "cannot be brought back any more" in page(browser, "/@alice")


def test_htmx_gets_a_place_to_come_back_to_and_the_card_for_it(alice, browser):
    post = publish(alice, "Hello")
    html = text_of(browser.post(f"/posts/{post.pk}/delete", **HTMX))
    assert f'id="post-{post.pk}-place"' in html
    assert "Undo</button>" in html
    html = text_of(browser.post(f"/posts/{post.pk}/restore", **HTMX))
    assert html.count("<article") == 1


def apart(act):
    """Runs in a thread with a connection of its own; answers the thread."""

    def run():
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_restore_waits_for_the_chunk_being_retracted_and_pushes_after_it(world, monkeypatch):
    alice, *readers = world.people
    world.begin(TIMELINE_SIZE=10, FANOUT_INLINE_FOLLOWERS=10, FEED_STRATEGY="push", UNDO_MINUTES=10)
    try:
        for reader in readers:
            social.follow(follower=reader, author=alice)
        mover.settle()
        post = actions.publish(author=alice, content="Hello")
        world.run_all()
        assert FeedEntry.objects.filter(post_id=post.pk).count() == 3
        actions.delete(actor=alice, post_id=post.pk)
        monkeypatch.setattr(upkeep, "FOLLOWERS_AT_ONCE", 2)
        with transaction.atomic():
            assert upkeep.retract_from(post.pk, [readers[0].pk, readers[1].pk])
            restoring = apart(lambda: actions.restore(actor=alice, post_id=post.pk))
            restoring.join(0.5)
            assert restoring.is_alive(), "the restore waits for the chunk"
        restoring.join(10)
        assert not restoring.is_alive()
        # What is left of the retracting stops, and takes nothing of what was pushed again.
        assert not upkeep.retract_from(post.pk, [reader.pk for reader in readers])
        world.run_all()
        assert FeedEntry.objects.filter(post_id=post.pk).count() == 3
        assert "no faults" in verified()
    finally:
        world.end()


def test_a_chunk_waits_for_a_restore_under_way_and_then_stops(world):
    alice, reader, *_ = world.people
    world.begin(FANOUT_INLINE_FOLLOWERS=10, FEED_STRATEGY="push", UNDO_MINUTES=10)
    try:
        social.follow(follower=reader, author=alice)
        mover.settle()
        post = actions.publish(author=alice, content="Hello")
        world.run_all()
        actions.delete(actor=alice, post_id=post.pk)
        with transaction.atomic():
            actions.restore(actor=alice, post_id=post.pk)
            retracting = apart(lambda: upkeep.retract(post.pk))
            retracting.join(0.5)
            assert retracting.is_alive(), "the chunk waits for the restore"
        retracting.join(10)
        world.run_all()
        assert FeedEntry.objects.filter(post_id=post.pk).count() == 1
    finally:
        world.end()
