"""Counters, edits and deletes told to open pages: what is sent to whom, and through the real processes."""

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as RedisConnectionError

from accounts.models import User
from feeds import cache, changes, hot, notes
from feedsite import live as live_messages
from posts import actions, transcoding
from posts.actions.telling import tell_of_preview
from posts.models import LinkPreview, Media, Post
from social import actions as social_actions
from tests.helpers import run_tasks
from tests.media import video
from tests.pages import publish
from tests.site import Site
from tests.test_live import closed_with, frames, is_ready, people
from tests.test_videos import send


@pytest.fixture
def told(monkeypatch):
    """What is handed to the sockets' processes: each frame with its readers."""
    sent = []

    def publish(readers, frame, **more):
        sent.append((json.loads(json.dumps(frame, default=str)), set(readers)))

    monkeypatch.setattr(live_messages, "publish", publish)
    return sent


def tell(told) -> list:
    """Everything that happened until now is told; what was sent before is left out."""
    run_tasks()
    told.clear()
    changes.tell_noted()
    return list(told)


def heard(sent: list, user: User) -> list[str]:
    return [frame["type"] for frame, readers in sent if user.pk in readers]


def follow(follower: User, author: User) -> None:
    social_actions.follow(follower=follower, author=author)


@pytest.fixture
def online(alice, bob, carol, dave):
    """All four have a page open; bob follows alice, and alice blocks dave, who did."""
    follow(bob, alice)
    follow(dave, alice)
    social_actions.block(blocker=alice, blocked=dave)
    hot.mark_online([alice.pk, bob.pk, carol.pk, dave.pk])


def test_fifty_likes_are_one_message_with_the_true_count(alice, bob, online, told):
    post = publish(alice, "Likeable")
    tell(told)
    for n in range(50):
        fan = User.objects.create(username=f"fan{n}")
        actions.like(actor=fan, post_id=post.pk)
    counts = {"type": "counts", "post_id": str(post.pk), "likes_count": 50, "comments_count": 0, "shares_count": 0}
    assert tell(told) == [(counts, {alice.pk, bob.pk})]
    assert tell(told) == []


def test_each_thing_that_is_counted_is_told(alice, bob, carol, online, told):
    post = publish(alice, "Counted")
    tell(told)
    comment = actions.comment(author=bob, post_id=post.pk, content="hm")
    assert tell(told)[0][0]["comments_count"] == 1
    actions.delete(actor=bob, post_id=comment.pk)
    assert [frame["comments_count"] for frame, _ in tell(told) if frame["type"] == "counts"] == [0]
    actions.restore(actor=bob, post_id=comment.pk)
    assert [frame["comments_count"] for frame, _ in tell(told) if frame["type"] == "counts"] == [1]
    actions.share(actor=carol, post_id=post.pk)
    sent = tell(told)
    assert sent == [({**sent[0][0], "shares_count": 1}, {alice.pk, bob.pk, carol.pk})]
    actions.unshare(actor=carol, post_id=post.pk)
    assert [frame["shares_count"] for frame, _ in tell(told) if frame["type"] == "counts"] == [0]
    actions.like(actor=bob, post_id=post.pk)
    tell(told)
    actions.like(actor=bob, post_id=post.pk)
    assert tell(told) == []  # nothing changed
    actions.unlike(actor=bob, post_id=post.pk)
    assert tell(told)[0][0]["likes_count"] == 0


def test_followers_of_a_sharer_are_told_and_what_is_not_public_has_no_shares(alice, bob, carol, online, told):
    post = publish(carol, "Passed on")
    actions.share(actor=alice, post_id=post.pk)
    tell(told)
    actions.like(actor=alice, post_id=post.pk)
    assert heard(tell(told), bob) == ["counts"]
    carol.is_private = True
    carol.save(update_fields=["is_private"])
    actions.like(actor=carol, post_id=post.pk)
    assert [(frame["shares_count"], readers) for frame, readers in tell(told)] == [(0, {carol.pk})]


@pytest.mark.parametrize("visibility", ["followers", "private"])
def test_nobody_is_told_of_a_post_they_may_not_see_not_even_who_watches_it(
    alice, bob, carol, dave, online, told, visibility
):
    post = publish(alice, "For few @bob", visibility=visibility)
    comment = actions.comment(author=bob, post_id=post.pk, content="Among us")
    notes.watch([(carol.pk, [post.pk, comment.pk]), (dave.pk, [post.pk])])
    tell(told)
    for act in (
        lambda: actions.like(actor=bob, post_id=post.pk),
        lambda: actions.like(actor=alice, post_id=comment.pk),
        lambda: actions.edit(actor=alice, post_id=post.pk, content="Changed @bob"),
        lambda: actions.edit(actor=bob, post_id=comment.pk, content="Changed"),
        lambda: actions.delete(actor=bob, post_id=comment.pk),
        lambda: actions.delete(actor=alice, post_id=post.pk),
    ):
        act()
        sent = tell(told)
        assert sent
        assert not heard(sent, carol)
        assert not heard(sent, dave)


def test_who_watches_a_thread_is_told_of_all_of_it(alice, bob, carol, dave, online, told):
    post = publish(alice, "A thread")
    comment = actions.comment(author=bob, post_id=post.pk, content="An answer")
    notes.watch([(carol.pk, [post.pk]), (dave.pk, [post.pk])])
    tell(told)
    actions.like(actor=alice, post_id=comment.pk)
    sent = tell(told)
    assert (heard(sent, carol), heard(sent, dave)) == (["counts"], [])
    actions.edit(actor=bob, post_id=comment.pk, content="A better answer")
    assert heard(tell(told), carol) == ["post_updated"]
    actions.delete(actor=bob, post_id=comment.pk)
    assert sorted(heard(tell(told), carol)) == ["counts", "post_deleted"]
    actions.delete(actor=alice, post_id=post.pk)
    sent = tell(told)
    assert (heard(sent, carol), heard(sent, bob), heard(sent, dave)) == (["post_deleted"], ["post_deleted"], [])


def test_an_edited_post_comes_whole_with_each_reader_s_own_marks(alice, bob, carol, online, told, api):
    quoted = publish(bob, "Quoted", visibility="public")
    poll = {"options": ["yes", "no"], "seconds": 3600}
    post = publish(alice, "Frist", quote_of=str(quoted.pk), poll=poll)
    notes.watch([(carol.pk, [post.pk])])
    actions.like(actor=bob, post_id=post.pk)
    actions.bookmark(actor=carol, post_id=post.pk)
    actions.vote(actor=bob, post_id=post.pk, choices=[1])
    social_actions.block(blocker=bob, blocked=carol)
    tell(told)
    actions.edit(actor=alice, post_id=post.pk, content="First")
    sent = tell(told)
    for reader in (alice, bob, carol):
        (frame,) = [frame for frame, readers in sent if reader.pk in readers]
        assert frame == {"type": "post_updated", "post": api(reader).get(f"/posts/{post.pk}")[1]}


def test_a_narrower_audience_takes_the_post_from_those_outside(alice, bob, carol, dave, online, told):
    post = publish(alice, "For all, and @carol")
    notes.watch([(carol.pk, [post.pk]), (dave.pk, [post.pk])])
    tell(told)
    actions.edit(actor=alice, post_id=post.pk, visibility="private")
    sent = tell(told)
    assert {user: heard(sent, user) for user in (alice, bob, carol, dave)} == {
        alice: ["post_updated"],
        bob: ["post_deleted"],
        carol: ["post_updated"],
        dave: [],
    }
    actions.edit(actor=alice, post_id=post.pk, content="For nobody named")
    sent = tell(told)
    assert (heard(sent, bob), heard(sent, carol)) == ([], ["post_deleted"])


def test_an_edit_and_its_delete_in_one_second_take_the_post_from_all_who_saw_it(alice, bob, carol, online, told):
    post = publish(alice, "Soon gone")
    notes.watch([(carol.pk, [post.pk])])
    tell(told)
    actions.edit(actor=alice, post_id=post.pk, visibility="private")
    actions.delete(actor=alice, post_id=post.pk)
    sent = tell(told)
    assert [heard(sent, user) for user in (alice, bob, carol)] == [["post_deleted"]] * 3


def test_a_delete_that_is_undone_at_once_is_no_delete(alice, bob, online, told):
    post = publish(alice, "Wobbly")
    tell(told)
    actions.delete(actor=alice, post_id=post.pk)
    actions.restore(actor=alice, post_id=post.pk)
    assert heard(tell(told), bob) == ["post_updated"]


def test_votes_media_and_previews_are_told(alice, bob, carol, online, told):
    preview = LinkPreview.objects.create(url="https://example.org/", url_digest=b"x")
    poll = {"options": ["yes", "no"], "seconds": 3600}
    post = publish(alice, "Asked", poll=poll)
    Post.objects.filter(pk=post.pk).update(preview=preview)
    tell(told)
    actions.vote(actor=bob, post_id=post.pk, choices=[0])
    sent = tell(told)
    polls = {reader: frame["post"]["poll"] for frame, readers in sent for reader in readers}
    assert (polls[bob.pk]["voted"], polls[bob.pk]["voters_count"]) == ([0], 1)
    assert polls[alice.pk]["options"][0]["votes_count"] == 1
    tell_of_preview(preview.pk)
    assert heard(tell(told), bob) == ["post_updated"]


def test_a_video_that_is_ready_or_failed_is_told(alice, bob, online, told):
    _, media = send(alice, video(1), "clip.mp4")
    publish(alice, "Film", media_ids=[media["media_id"]])
    hot.mark_online([alice.pk, bob.pk])
    run_tasks()  # the worker
    sent = tell(told) or list(told)
    assert [frame["post"]["media"][0]["status"] for frame, readers in sent if bob.pk in readers] == ["ready"]
    _, broken = send(alice, video(1), "clip.mp4")
    failing = publish(alice, "Broken", media_ids=[broken["media_id"]])
    row = Media.objects.get(pk=broken["media_id"])
    Media.objects.filter(pk=row.pk).update(status="processing")
    row.refresh_from_db()
    transcoding.give_up(row, "no")
    sent = tell(told)
    assert [
        frame["post"]["media"][0]["status"] for frame, _ in sent if frame["post"]["post_id"] == str(failing.pk)
    ] == ["failed"]


def test_many_posts_cost_as_many_queries_as_one(alice, bob, online, told):
    posts = [publish(alice, str(n)) for n in range(30)]
    tell(told)
    numbers = []
    for some in (posts[:1], posts):
        for post in some:
            (actions.unlike if len(some) > 1 and post == posts[0] else actions.like)(actor=bob, post_id=post.pk)
        run_tasks()
        with CaptureQueriesContext(connection) as made:
            changes.tell_noted()
        numbers.append(len(made))
    assert numbers[0] == numbers[1] <= 7
    with CaptureQueriesContext(connection) as made:
        changes.tell_noted()
    assert len(made) == 0  # nothing is noted: PostgreSQL is not asked


def test_what_a_killed_worker_took_is_told_by_the_next(alice, bob, online, told):
    post = publish(alice, "Taken")
    tell(told)
    actions.like(actor=bob, post_id=post.pk)
    run_tasks()
    assert notes.take()  # and is killed
    actions.comment(author=bob, post_id=post.pk, content="hm")
    assert tell(told)[0][0]["likes_count"] == 1
    tell(told)
    assert not notes.is_any()


# --- Through the real processes ---


def quiet(socket, seconds: float = 2.5) -> bool:
    try:
        socket.recv(timeout=seconds)
    except TimeoutError:
        return True
    return False


def until(socket, kind: str, seconds: float = 8) -> dict:
    end = time.monotonic() + seconds
    while True:
        frame = frames(socket, 1, end - time.monotonic())[0]
        if frame["type"] == kind:
            return frame


def test_fifty_likes_at_once_are_a_frame_or_two(live_site: Site):
    alice, bob = people(live_site, "alice", "bob")
    fans = people(live_site, *["fan"] * 50)
    bob.follow(alice)
    pk = alice.post("Likeable")
    with bob.socket(f"?since={pk}") as socket:
        is_ready(socket)
        begin = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda fan: fan.call("post", f"/posts/{pk}/like"), fans))
        took = time.monotonic() - begin
        got = [until(socket, "counts")]
        while got[-1]["likes_count"] < 50:
            got.append(until(socket, "counts"))
        assert len(got) <= took + 2
        assert got[-1] == {"type": "counts", "post_id": pk, "likes_count": 50, "comments_count": 0, "shares_count": 0}
        assert quiet(socket)


def test_an_edit_a_delete_and_its_undo_reach_a_follower_and_who_watches(live_site: Site):
    alice, bob, carol, dave = people(live_site, "alice", "bob", "carol", "dave")
    bob.follow(alice)
    alice.call("post", f"/users/{dave.user_id}/block")
    with bob.socket() as bobs:
        pk = alice.post("Frist")
        assert frames(bobs, 1)[0]["post"]["post_id"] == pk
        with carol.socket(f"?watch={pk}") as carols, dave.socket(f"?watch={pk},17") as daves:
            is_ready(carols)
            is_ready(daves)
            alice.call("patch", f"/posts/{pk}", json={"content": "First"})
            assert until(bobs, "post_updated")["post"] == bob.call("get", f"/posts/{pk}")
            assert until(carols, "post_updated")["post"]["content"] == "First"
            alice.call("patch", f"/posts/{pk}", json={"visibility": "followers"})
            assert until(carols, "post_deleted") == {"type": "post_deleted", "post_id": pk}
            assert until(bobs, "post_updated")["post"]["visibility"] == "followers"
            alice.call("delete", f"/posts/{pk}")
            assert until(bobs, "post_deleted") == {"type": "post_deleted", "post_id": pk}
            alice.call("post", f"/posts/{pk}/restore")
            assert until(bobs, "new_post")["post"]["content"] == "First"
            assert quiet(carols, 1)
            assert quiet(daves, 0.1)


@pytest.mark.parametrize("watch", ["abc", "", "1,,2", "-1", ",".join(["7"] * 101)])
def test_what_cannot_be_watched_closes_the_socket(live_site: Site, watch):
    (bob,) = people(live_site, "bob")
    with bob.socket(f"?watch={watch}") as socket:
        assert closed_with(socket) == 4400


def test_writing_goes_on_while_redis_is_away(alice, bob, api, settings, monkeypatch):
    """Nobody waits for it: one time limit for the whole process, then not even that."""

    class Away:
        def __getattr__(self, name):
            raise RedisConnectionError("away")

    follow(bob, alice)
    post = publish(alice, "Still here")
    run_tasks()
    monkeypatch.setattr(notes, "client", Away)
    monkeypatch.setattr(cache, "client", Away)
    assert api(bob).post(f"/posts/{post.pk}/like")[1]["likes_count"] == 1
    assert api(alice).patch(f"/posts/{post.pk}", {"content": "Edited"})[0] == 200
    assert api(alice).delete(f"/posts/{post.pk}")[0] == 204
    run_tasks()
    assert cache.breaker.is_open
    changes.tell_noted()
    monkeypatch.undo()
    for _ in range(100):
        if not cache.breaker.is_open:
            break
        threading.Event().wait(0.05)
    assert not cache.breaker.is_open


def test_a_like_makes_one_trip_to_redis_and_no_query_more(alice, bob, monkeypatch):
    post = publish(alice, "Cheap")
    run_tasks()
    trips = []
    real = notes.client

    class Counting:
        def pipeline(self, **kwargs):
            trips.append("pipeline")
            return real().pipeline(**kwargs)

    monkeypatch.setattr(notes, "client", Counting)
    with CaptureQueriesContext(connection) as made:
        actions.like(actor=bob, post_id=post.pk)
    # The post, the like, its count, what is owed to the author, the fresh count.
    assert len([query for query in made if "SAVEPOINT" not in query["sql"]]) == 5
    run_tasks()
    assert trips == ["pipeline"]


def test_a_card_is_made_anew_only_for_who_may_see_the_post(alice, bob, carol, client):
    follow(bob, alice)
    post = publish(alice, "For followers", visibility="followers")
    client.force_login(bob)
    assert "For followers" in client.get(f"/posts/{post.pk}/card?place=thread").content.decode()
    assert client.get(f"/posts/{post.pk}/card?place=elsewhere").status_code == 400
    client.force_login(carol)
    assert client.get(f"/posts/{post.pk}/card").status_code == 404
    actions.delete(actor=alice, post_id=post.pk)
    client.force_login(bob)
    assert client.get(f"/posts/{post.pk}/card").status_code == 404
