"""Stories: who sees them, in which order, for how long, and what is left of them."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from accounts import actions as accounts
from accounts.models import User
from posts import actions, files
from posts.models import Leftover, Media, Post, Story, StorySeen
from posts.tasks import clear_uploads, end_stories, remove_files
from social import actions as social
from tests.helpers import run_tasks
from tests.media import as_file, image, send, uploaded, video
from tests.stories import DAY, aged, drawn, told
from tests.test_schema import check, document  # noqa: F401 a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def circle(alice: User, bob: User, carol: User) -> None:
    """bob follows alice and carol."""
    for author in (alice, carol):
        social.follow(follower=bob, author=author)


def ids(answer: tuple[int, dict]) -> list[int]:
    status, body = answer
    assert status == 200, body
    return [int(story["story_id"]) for story in body["stories"]]


def test_a_story_reaches_followers_and_nobody_is_told_twice(api, alice, bob, carol, circle):
    _, media = send(alice, image(), alt="A wall")
    status, story = api(alice).post("/stories", {"media_id": media["media_id"], "caption": "  The quay, at six \n"})
    assert status == 201
    assert story["caption"] == "The quay, at six"
    assert story["user"]["username"] == "alice"
    assert (story["media"]["alt"], story["media"]["status"], story["seen"]) == ("A wall", "ready", False)
    assert ids(api(bob).get("/stories")) == [int(story["story_id"])]
    assert ids(api(carol).get("/stories")) == ids(api(alice).get("/stories")) == []
    assert ids(api(alice).get(f"/users/{alice.pk}/stories")) == [int(story["story_id"])]
    # Whoever is a member may look at the stories of a public account; visitors may not.
    assert api(carol).get(f"/stories/{story['story_id']}")[0] == 200
    assert api().get(f"/stories/{story['story_id']}")[0] == 401
    for _ in range(2):
        assert api(bob).post(f"/stories/{story['story_id']}/seen") == (
            200,
            {"story_id": story["story_id"], "seen": True},
        )
    api(alice).post(f"/stories/{story['story_id']}/seen")
    assert StorySeen.objects.get().viewer == bob
    assert api(bob).get("/stories")[1]["stories"][0]["seen"] is True
    (seen,) = api(alice).get(f"/stories/{story['story_id']}/seen")[1]["users"]
    assert seen["username"] == "bob"
    assert api(bob).get(f"/stories/{story['story_id']}/seen")[0] == 404


def test_unseen_come_first_and_a_scroll_lists_each_once_whatever_is_seen_meanwhile(api, alice, bob, carol, circle):
    stories = [drawn(owner).pk for owner in (alice, carol, alice, carol, alice)]
    app = api(bob)
    for pk in stories[3:]:
        app.post(f"/stories/{pk}/seen")
    expected = [*stories[2::-1], *stories[:2:-1]]
    assert ids(app.get("/stories")) == expected
    found, cursor = [], ""
    while cursor is not None:
        status, page = app.get(f"/stories?limit=2{cursor and '&cursor=' + cursor}")
        found += ids((status, page))
        cursor = page["next_cursor"]
        for pk in found:
            app.post(f"/stories/{pk}/seen")
        drawn(alice)
    assert found == expected
    assert api(alice).get(f"/stories?cursor={app.get('/stories?limit=1')[1]['next_cursor']}")[0] == 400
    assert app.get("/stories?limit=0")[0] == 400


def test_a_story_ends_after_a_day_and_its_file_goes_with_it(api, alice, bob, circle):
    story = told(alice, "soon over")
    app = api(bob)
    post = actions.reply_to_story(author=bob, story_id=story.pk, content="Lovely")
    app.post(f"/stories/{story.pk}/seen")
    almost = aged(story, DAY - timedelta(minutes=1))
    media = almost.media
    address = files.address(media, "full")
    client = Client()
    client.force_login(bob)
    assert client.get(address).status_code == 200
    assert Client().get(address).status_code == 404
    assert ids(app.get("/stories")) == [almost.pk]
    assert app.get(f"/posts/{post.pk}")[1]["story_id"] == str(almost.pk)
    over = aged(almost, timedelta(minutes=2))
    assert ids(app.get("/stories")) == ids(app.get(f"/users/{alice.pk}/stories")) == []
    for path in (f"/stories/{over.pk}", f"/stories/{over.pk}/seen"):
        assert api(alice).get(path)[0] == 404
    assert app.post(f"/stories/{over.pk}/reply", {"content": "late"})[0] == 404
    assert app.get(f"/posts/{post.pk}")[1]["story_id"] is None
    assert api(alice).get(f"/media/{media.pk}")[0] == 404
    for viewer in (bob, alice):
        client.force_login(viewer)
        assert client.get(address).status_code == 404
    folder = files.stored_name(media.folder)
    assert default_storage.names(folder)
    end_stories()
    run_tasks()
    assert not any(model.objects.exists() for model in (Story, StorySeen, Media, Leftover))
    assert not default_storage.names(folder)
    assert Post.objects.visible_to(alice).get(pk=post.pk).story_id is None


def test_what_lives_stays_whatever_is_cleared(api, alice, bob, circle):
    story = told(alice)
    aged_upload = Media.objects.get(story=story)
    end_stories()
    clear_uploads()
    remove_files()
    run_tasks()
    assert Story.objects.visible_to(bob).get().media == aged_upload
    assert api(alice).delete(f"/media/{aged_upload.pk}")[0] == 409
    assert api(alice).patch(f"/media/{aged_upload.pk}", {"alt": "The wall"})[0] == 200


def test_a_story_of_a_private_account_is_its_followers(api, alice, bob, carol):
    accounts.change_privacy(alice, True)
    story = told(alice)
    address = files.address(story.media, "full")
    client = Client()
    for person in (bob, carol):
        client.force_login(person)
        assert client.get(address).status_code == 404
        assert api(person).get(f"/stories/{story.pk}")[0] == 404
        assert api(person).post(f"/stories/{story.pk}/seen")[0] == 404
        assert ids(api(person).get(f"/users/{alice.pk}/stories")) == []
    social.follow(follower=bob, author=alice)
    social.accept_follow(owner=alice, follower=bob)
    client.force_login(bob)
    assert client.get(address).status_code == 200
    assert ids(api(bob).get("/stories")) == [story.pk]
    social.unfollow(follower=bob, author=alice)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("blocker", ["alice", "bob"])
def test_a_block_either_way_takes_stories_away(api, alice, bob, circle, blocker):
    story = told(alice)
    people = {"alice": alice, "bob": bob}
    blocked = people["bob" if blocker == "alice" else "alice"]
    api(bob).post(f"/stories/{story.pk}/seen")
    social.block(blocker=people[blocker], blocked=blocked)
    client = Client()
    client.force_login(bob)
    assert client.get(files.address(story.media, "full")).status_code == 404
    assert api(bob).get(f"/stories/{story.pk}")[0] == 404
    assert api(bob).post(f"/stories/{story.pk}/reply", {"content": "hm"})[0] == 404
    assert ids(api(bob).get("/stories")) == []


def test_a_mute_empties_the_list_only_and_a_suspended_account_has_none(api, alice, bob, circle):
    story = drawn(alice)
    social.mute(muter=bob, muted=alice)
    assert ids(api(bob).get("/stories")) == []
    assert api(bob).get(f"/stories/{story.pk}")[0] == 200
    social.unmute(muter=bob, muted=alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert ids(api(bob).get("/stories")) == []
    assert api(bob).get(f"/stories/{story.pk}")[0] == 404


def test_a_deleted_story_is_gone_at_once_with_its_files(api, alice, bob, circle):
    story = told(alice)
    folder, address = files.stored_name(story.media.folder), files.address(story.media, "full")
    assert api(bob).delete(f"/stories/{story.pk}")[0] == 403
    assert api(alice).delete(f"/stories/{story.pk}")[0] == 204
    assert api(alice).delete(f"/stories/{story.pk}")[0] == 404
    client = Client()
    client.force_login(bob)
    assert client.get(address).status_code == 404
    assert ids(api(bob).get("/stories")) == []
    run_tasks()
    assert not default_storage.names(folder)


def test_a_reply_is_the_owners_and_the_authors_alone(api, alice, bob, carol, circle):
    story = drawn(alice)
    social.follow(follower=carol, author=bob)
    path = f"/stories/{story.pk}/reply"
    status, post = api(bob).post(path, {"content": "Lovely, is @carol with you?"})
    assert status == 201
    assert post["visibility"] == "private"
    assert post["content"] == "@alice Lovely, is @carol with you?"
    assert (post["mentions"], post["story_id"]) == (["alice"], str(story.pk))
    assert api(alice).get(f"/posts/{post['post_id']}")[0] == api(bob).get(f"/posts/{post['post_id']}")[0] == 200
    for stranger in (api(carol), api()):
        assert stranger.get(f"/posts/{post['post_id']}")[0] == 404
    again = {"HTTP_IDEMPOTENCY_KEY": "once"}
    assert api(bob).post(path, {"content": "@alice hm"}, **again) == api(bob).post(
        path, {"content": "@alice hm"}, **again
    )
    assert Post.objects.visible_to(bob).filter(author=bob).count() == 2
    for words, code in (("", 400), ("x" * 300, 400)):
        assert api(bob).post(path, {"content": words})[0] == code
    assert api(alice).post(path, {"content": "to myself"})[0] == 403


def test_an_edited_reply_still_leaves_out_whom_it_left_out(api, alice, bob, carol, dave):
    story = drawn(alice)
    crowd = " ".join(f"@nobody_{n}" for n in range(20))  # a post tells so many and no more
    for words in ("Nicer than @carol", f"{crowd} @carol"):
        reply = actions.reply_to_story(author=bob, story_id=story.pk, content=words)
        Post.objects.filter(pk=reply.pk).update(story=None)  # as when its day is over
        status, post = api(bob).patch(f"/posts/{reply.pk}", {"content": "@alice, and @Carol? Ask @dave"})
        assert (status, post["mentions"]) == (200, ["alice", "dave"])
        seen = [api(person).get(f"/posts/{reply.pk}")[0] for person in (alice, carol, dave)]
        assert seen == [200, 404, 200]


def test_what_is_not_an_own_waiting_upload_makes_no_story(api, alice, bob):
    app = api(alice)
    used = uploaded(alice).pk
    actions.publish(author=alice, content="with it", media_ids=[used])
    shown = told(alice).media.pk
    failed = uploaded(alice)
    Media.objects.filter(pk=failed.pk).update(status="failed")
    for media_id in (uploaded(bob).pk, used, shown, failed.pk, 1, "no", "", None):
        status, body = app.post("/stories", {"media_id": media_id})
        assert (status, list(body["fields"])) == (400, ["media_id"]), media_id
    assert list(app.post("/stories", {})[1]["fields"]) == ["media_id"]
    free = uploaded(alice).pk
    assert list(app.post("/stories", {"media_id": str(free), "caption": "x" * 201})[1]["fields"]) == ["caption"]
    assert app.post("/stories", {"media_id": str(free)})[0] == 201
    # And what a story has, no post can take.
    assert app.post("/posts", {"content": "x", "media_ids": [str(free)]})[0] == 400
    assert Story.objects.visible_to(alice).count() == 2


def test_one_person_has_so_many_stories_and_no_more(api, alice, monkeypatch):
    monkeypatch.setattr("posts.actions.stories.MOST_STORIES", 2)
    for _ in range(2):
        drawn(alice)
    assert api(alice).post("/stories", {"media_id": str(uploaded(alice).pk)})[0] == 429


def test_a_video_appears_when_it_is_ready_and_its_owner_hears_of_a_failure(api, alice, bob, circle):
    media = actions.upload(owner=alice, file=as_file(video(), "clip.mp4", "video/mp4"))
    story = actions.publish_story(owner=alice, media_id=media.pk)
    assert ids(api(bob).get("/stories")) == ids(api(bob).get(f"/users/{alice.pk}/stories")) == []
    assert api(bob).get(f"/stories/{story.pk}")[0] == 404
    assert api(alice).get(f"/stories/{story.pk}")[1]["media"]["status"] == "processing"
    run_tasks()
    assert ids(api(bob).get("/stories")) == [story.pk]
    assert api(bob).get(f"/stories/{story.pk}")[1]["media"]["duration"] == 1
    Media.objects.filter(pk=media.pk).update(status="failed", problem="It cannot be read.")
    assert ids(api(bob).get("/stories")) == []
    assert api(alice).get(f"/stories/{story.pk}")[1]["media"]["status"] == "failed"


def test_the_answers_are_as_the_document_says(document, api, alice, bob, circle):  # noqa: F811
    story, app = f"/stories/{drawn(alice).pk}", api(bob)
    body = {"media_id": str(uploaded(bob).pk)}
    check(document, "post", "/stories", *app.post("/stories", body))
    check(document, "post", "/stories", *app.post("/stories", body))
    check(document, "post", f"{story}/seen", *app.post(f"{story}/seen"))
    check(document, "post", f"{story}/reply", *app.post(f"{story}/reply", {"content": "hm"}))
    for path in ("/stories", story, f"/users/{alice.pk}/stories", "/stories?cursor=x"):
        check(document, "get", path, *app.get(path))
    for asking in (app, api(alice)):
        check(document, "get", f"{story}/seen", *asking.get(f"{story}/seen"))
        check(document, "delete", story, *asking.delete(story))
