"""Drafts and posts that are due later: nobody else's business, posted once, never lost."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from posts import actions, tasks
from posts.models import Draft, Post
from social import actions as social
from tests.conftest import member
from tests.helpers import run_tasks
from tests.machine.engine import killed_at
from tests.media import uploaded
from tests.pages import HTMX, next_link, page, publish, signed_in, text_of
from tests.timelines import contents

SOON = timedelta(hours=1)


def stamp(moment):
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def scheduled(author, **given):
    """A draft whose time has come."""
    draft = actions.save_draft(author=author, due_at=timezone.now() + SOON, **{"content": "later", **given})
    Draft.objects.filter(pk=draft.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    return draft


def test_a_draft_keeps_everything_until_it_is_posted(alice, bob, api):
    quoted, media = publish(bob, "quoted"), uploaded(alice)
    poll = {"options": ["a", "b"], "multiple": False, "seconds": 3600}
    body = {"content": "Half a", "content_warning": "w", "visibility": "followers", "poll": poll}
    status, draft = api(alice).post("/drafts", body | {"quote_of": str(quoted.pk), "media_ids": [str(media.pk)]})
    assert status == 201
    assert {name: draft[name] for name in body} == body
    assert (draft["quote_of"], draft["media"][0]["media_id"]) == (str(quoted.pk), str(media.pk))
    path = f"/drafts/{draft['draft_id']}"
    assert api(alice).patch(path, {"content": "Half a word"})[1]["content"] == "Half a word"
    assert api(alice).get("/drafts")[1]["drafts"] == [api(alice).get(path)[1]]
    status, post = api(alice).post(f"{path}/publish")
    assert (status, post["content"], post["content_warning"], post["quote_of"]) == (
        201,
        "Half a word",
        "w",
        str(quoted.pk),
    )
    assert (post["visibility"], post["poll"]["options"][0]["title"]) == ("followers", "a")
    assert post["media"][0]["media_id"] == str(media.pk)
    assert api(alice).get(path)[0] == api(alice).post(f"{path}/publish")[0] == 404


def test_drafts_are_ones_own(alice, bob, api):
    pk = api(alice).post("/drafts", {"content": "mine"})[1]["draft_id"]
    assert api(bob).get("/drafts")[1]["drafts"] == []
    for method in ("get", "delete"):
        assert getattr(api(bob), method)(f"/drafts/{pk}")[0] == 404
    assert api(bob).patch(f"/drafts/{pk}", {"content": "x"})[0] == 404
    assert api(bob).post(f"/drafts/{pk}/publish")[0] == 404
    assert api().get("/drafts")[0] == 401
    assert api(alice).delete(f"/drafts/{pk}") == (204, None)


def test_drafts_are_paged_and_not_endless(alice, api, monkeypatch):
    from posts.actions import drafting

    monkeypatch.setattr(drafting, "MOST_DRAFTS", 5)
    for n in range(5):
        actions.save_draft(author=alice, content=str(n))
    first = api(alice).get("/drafts?limit=3")[1]
    rest = api(alice).get(f"/drafts?limit=3&cursor={first['next_cursor']}")[1]
    assert [one["content"] for one in first["drafts"] + rest["drafts"]] == ["4", "3", "2", "1", "0"]
    assert api(alice).post("/drafts", {"content": "one too many"})[0] == 400


@pytest.mark.parametrize("due", [timedelta(seconds=-5), timedelta(days=400)])
def test_a_time_that_is_none_is_refused(alice, api, due):
    status, answer = api(alice).post("/drafts", {"content": "x", "due_at": stamp(timezone.now() + due)})
    assert (status, list(answer["fields"])) == (400, ["due_at"])


def test_what_could_not_be_posted_is_not_scheduled(alice, api):
    due = stamp(timezone.now() + SOON)
    for body in (
        {"content": ""},
        {"content": "x" * 281},
        {"content": "x", "poll": {"options": ["a"], "seconds": 3600}},
    ):
        assert api(alice).post("/drafts", body | {"due_at": due})[0] == 400
        assert api(alice).post("/drafts", body)[0] == 201
    assert Draft.objects.filter(due_at__isnull=False).count() == 0


def test_a_draft_is_posted_when_it_is_due_and_not_before(alice, bob, api):
    social.follow(follower=bob, author=alice)
    draft = actions.save_draft(author=alice, content="later", due_at=timezone.now() + SOON)
    tasks.publish_due()
    assert contents(api, bob) == []
    Draft.objects.filter(pk=draft.pk).update(due_at=timezone.now())
    for _ in range(3):
        tasks.publish_due()
    run_tasks()
    assert contents(api, bob) == ["later"]
    assert not Draft.objects.exists()
    alice.refresh_from_db()
    assert alice.posts_count == 1


def test_an_answer_that_is_due_is_a_comment(alice, bob):
    post = publish(bob, "Hello")
    scheduled(alice, in_reply_to=post.pk)
    tasks.publish_due()
    assert Post.objects.get(author=alice).in_reply_to_id == post.pk


@pytest.mark.parametrize("kind", ["in_reply_to", "quote_of"])
def test_what_is_gone_by_then_is_told_and_nothing_else_is_posted_in_its_place(alice, bob, api, kind):
    post = publish(bob, "Hello")
    draft = scheduled(alice, **{kind: post.pk})
    actions.delete(actor=bob, post_id=post.pk)
    actions.erase([post.pk])
    scheduled(alice, content="and this one")
    tasks.publish_due()
    assert [one.content for one in Post.objects.filter(author=alice)] == ["and this one"]
    kept = api(alice).get(f"/drafts/{draft.pk}")[1]
    assert (kept["due_at"], kept["content"]) == (None, "later")
    assert "not available any more" in kept["problem"]
    html = page(signed_in(alice), f"/compose?draft={draft.pk}")
    assert "Posted now, it stands by itself." in html
    assert f'name="{kind}"' not in html
    signed_in(alice).post(f"/drafts/{draft.pk}/publish")
    assert Draft.objects.count() == 1
    assert api(alice).patch(f"/drafts/{draft.pk}", {kind: None})[1]["problem"] == ""
    assert api(alice).post(f"/drafts/{draft.pk}/publish")[0] == 201


def test_a_suspended_authors_drafts_wait(alice):
    scheduled(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    tasks.publish_due()
    assert not Post.objects.exists()
    assert Draft.objects.filter(problem="", due_at__isnull=False).count() == 1


def test_several_workers_at_once_post_each_draft_once(transactional_db, eager_tasks):
    alice = member("alice")
    for n in range(12):
        scheduled(alice, content=f"{n}")

    def work(_):
        try:
            return actions.publish_due(timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        posted = sum(pool.map(work, range(8)))
    assert posted == 12
    assert sorted(int(post.content) for post in Post.objects.all()) == list(range(12))
    assert not Draft.objects.exists()


def test_a_draft_being_posted_is_left_to_whoever_has_it(transactional_db, eager_tasks):
    alice = member("alice")
    draft = scheduled(alice)
    told = []

    def other():
        told.append(actions.publish_due(timezone.now()))
        connection.close()

    with transaction.atomic():
        actions.publish_draft(author=alice, draft_id=draft.pk)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        assert told == [0]
    assert actions.publish_due(timezone.now()) == 0
    assert Post.objects.count() == 1


@pytest.mark.parametrize("statement", [2, 5, 8, 11, 14])
def test_a_worker_that_is_killed_leaves_it_to_the_next(world, statement):
    alice = world.people[0]
    world.begin()
    try:
        scheduled(alice)
        with killed_at(statement):
            actions.publish_due(timezone.now())
        assert Post.objects.count() + Draft.objects.count() == 1
        actions.publish_due(timezone.now())
        assert (Post.objects.count(), Draft.objects.count()) == (1, 0)
    finally:
        world.end()


def test_the_form_saves_goes_on_and_posts_in_place_of_the_draft(alice, browser):
    sent = {"content": "Half a", "visibility": "public", "poll": ["Tea", ""], "content_warning": "w"}
    assert browser.post("/drafts", sent)["Location"] == "/drafts"
    html = page(browser, "/drafts")
    assert "Your draft is kept." in html
    draft = Draft.objects.get()
    html = page(browser, f"/compose?draft={draft.pk}")
    assert "Half a</textarea>" in html
    assert 'value="Tea"' in html
    whole = {"content": "Half a word", "visibility": "public", "draft": draft.pk}
    browser.post("/posts", whole)
    assert (Post.objects.get().content, Draft.objects.count()) == ("Half a word", 0)
    answer = browser.post("/posts", whole, **HTMX)
    assert answer.status_code == 422
    assert "posted or deleted meanwhile" in text_of(answer)
    assert 'name="draft" value=""' in text_of(answer)
    assert Post.objects.count() == 1


def test_what_is_written_is_saved_by_itself_and_goes_with_its_last_word(alice, bob, browser):
    sent = {"content": "Hel", "visibility": "public"}
    draft_id = browser.post("/drafts/autosave", sent).json()["draft_id"]
    assert (
        browser.post("/drafts/autosave", sent | {"content": "Hello", "draft": draft_id}).json()["draft_id"] == draft_id
    )
    assert Draft.objects.get().content == "Hello"
    other = actions.save_draft(author=bob, content="his")
    assert browser.post("/drafts/autosave", sent | {"draft": str(other.pk)}).status_code == 404
    assert browser.post("/drafts/autosave", sent | {"content": " ", "draft": draft_id}).json()["draft_id"] == ""
    assert list(Draft.objects.values_list("content", flat=True)) == ["his"]


def test_a_time_is_meant_in_the_browsers_zone_and_in_utc_without_one(alice, browser):
    there = ZoneInfo("Asia/Tokyo")
    due = (datetime.now(there) + SOON).replace(second=0, microsecond=0)
    sent = {"content": "x", "visibility": "public", "due_at": due.strftime("%Y-%m-%dT%H:%M")}
    assert browser.post("/posts", sent | {"time_zone": "Asia/Tokyo"})["Location"] == "/drafts"
    assert Draft.objects.get().due_at == due
    Draft.objects.all().delete()
    later = (timezone.now() + SOON).replace(second=0, microsecond=0)
    browser.post("/posts", sent | {"due_at": later.strftime("%Y-%m-%dT%H:%M"), "time_zone": "../../etc/passwd"})
    assert Draft.objects.get().due_at == later
    assert not Post.objects.exists()
    html = text_of(browser.post("/posts", sent | {"due_at": "soon"}))
    assert "Give a date and a time." in html


def test_the_list_reschedules_cancels_posts_and_deletes(alice, browser):
    draft = actions.save_draft(author=alice, content="x", due_at=timezone.now() + SOON)
    assert "Posted on" in page(browser, "/drafts")
    browser.post(f"/drafts/{draft.pk}/schedule", {"due_at": "2001-01-01T10:00"})
    assert "Choose a time to come" in page(browser, "/drafts")
    due = (timezone.now() + 2 * SOON).strftime("%Y-%m-%dT%H:%M")
    browser.post(f"/drafts/{draft.pk}/schedule", {"due_at": due})
    assert Draft.objects.get().due_at.strftime("%Y-%m-%dT%H:%M") == due
    browser.post(f"/drafts/{draft.pk}/schedule", {})
    assert Draft.objects.get().due_at is None
    assert browser.post(f"/drafts/{draft.pk}/publish")["Location"] == Post.objects.get().get_absolute_url()
    other = actions.save_draft(author=alice, content="")
    browser.post(f"/drafts/{other.pk}/publish")
    assert "Write something first." in page(browser, "/drafts")
    browser.post(f"/drafts/{other.pk}/delete")
    assert "No drafts" in page(browser, "/drafts")


def test_the_list_shows_why_something_was_not_posted_and_pages(alice, browser):
    for n in range(22):
        actions.save_draft(author=alice, content=f"number {n}.")
    Draft.objects.update(problem="It was too late.")
    html = page(browser, "/drafts")
    assert "It could not be posted: It was too late." in html
    assert "number 0." in page(browser, f"/drafts{next_link(html)}")


def test_drafts_of_others_are_not_opened(alice, bob, browser):
    draft = actions.save_draft(author=bob, content="his")
    assert browser.get(f"/compose?draft={draft.pk}").status_code == 404
    for doing in ("publish", "delete", "schedule"):
        assert browser.post(f"/drafts/{draft.pk}/{doing}").status_code == 404
    assert Draft.objects.count() == 1


def test_a_reply_is_written_with_the_whole_composer(alice, bob, browser):
    post = publish(bob, "Hello")
    html = page(browser, f"/compose?reply={post.pk}")
    assert f'name="in_reply_to" value="{post.pk}"' in html
    browser.post("/posts", {"content": "hm", "content_warning": "w", "visibility": "public", "in_reply_to": post.pk})
    assert Post.objects.get(in_reply_to=post).content_warning == "w"


def test_what_is_wrong_inside_a_field_is_told_with_the_way_to_it(alice, api):
    for body, name, way in (
        ({"content": "x", "media_ids": ["1", "no id"]}, "media_ids", "1: "),
        ({"content": "x", "poll": {"options": ["Tea", {}], "seconds": 3600}}, "poll", "options.1: "),
    ):
        status, answer = api(alice).post("/drafts", body)
        assert status == 400
        assert list(answer["fields"]) == [name]
        assert answer["fields"][name][0].startswith(way)
        assert answer["detail"] == answer["fields"][name][0]
