"""Stories by forms and links alone: told, looked at one after the other, answered, taken back."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import User
from posts import actions
from posts.models import Media, Post, Story, StorySeen
from social import actions as social
from tests.media import as_file, image, uploaded
from tests.pages import HTMX, page, signed_in, text_of
from tests.stories import DAY, aged, drawn

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(alice: User, bob: User, carol: User) -> Client:
    """bob's browser without scripts; he follows alice and carol."""
    for author in (alice, carol):
        social.follow(follower=bob, author=author)
    return signed_in(bob)


def test_a_story_is_told_by_a_form_with_a_file(browser: Client, alice: User) -> None:
    assert "Add a story" in page(browser, "/compose/story")
    sent = {"file_0": as_file(image()), "alt_file_0": "A wall", "caption": "Teal"}
    answer = browser.post("/compose/story", sent, follow=True)
    assert "Your story is there" in text_of(answer)
    story = Story.objects.visible_to(alice).get()
    assert (story.caption, story.media.alt) == ("Teal", "A wall")
    assert "Your story" in text_of(browser.get("/feed/stories"))


def test_a_refused_story_comes_back_with_its_picture(browser: Client, alice: User) -> None:
    assert "Choose one" in text_of(browser.post("/compose/story", {"caption": "x"}))
    html = text_of(browser.post("/compose/story", {"file_0": as_file(image()), "caption": "x" * 201}))
    assert "at most 200 characters" in html
    media = Media.objects.get()
    assert f'data-media-id="{media.pk}"' in html
    two = [media.pk, uploaded(alice).pk]
    assert "Choose one" in text_of(browser.post("/compose/story", {"media_ids": two}))
    browser.post("/compose/story", {"media_ids": [media.pk]})
    assert Story.objects.visible_to(alice).get().media == media


def test_links_lead_through_the_stories_of_one_and_on_to_the_next(
    reader: Client, alice: User, bob: User, carol: User
) -> None:
    first, second, other = drawn(alice, caption="The first"), drawn(alice), drawn(carol)
    html = page(reader, "/stories/alice")
    assert "The first" in html
    assert f'href="/stories/alice?story={second.pk}"' in html
    html = page(reader, f"/stories/alice?story={second.pk}")
    assert f'href="/stories/alice?story={first.pk}"' in html
    assert 'href="/stories/carol"' in html
    assert "data-seen-all" in html
    page(reader, "/stories/carol")
    assert set(StorySeen.objects.filter(viewer=bob).values_list("story", flat=True)) == {first.pk, second.pk, other.pk}
    assert "story-link-seen" in text_of(reader.get("/feed/stories"))
    assert "data-story-after" not in page(reader, "/stories/carol")
    # One that is over leads to the one after it, a wild word nowhere.
    actions.delete_story(actor=alice, story_id=first.pk)
    assert f"/stories/{second.pk}/reply" in page(reader, f"/stories/alice?story={first.pk}")
    assert reader.get("/stories/alice?story=x").status_code == 400


def test_what_is_only_fetched_ahead_is_not_seen(reader: Client, alice: User) -> None:
    drawn(alice)
    reader.get("/stories/alice", headers={"sec-purpose": "prefetch"})
    reader.head("/stories/alice")
    assert not StorySeen.objects.exists()


def test_nobody_learns_from_the_page_whether_there_are_stories(reader: Client, alice: User, dave: User) -> None:
    story = drawn(alice)
    User.objects.filter(pk=alice.pk).update(is_private=True)
    stranger = signed_in(dave)
    assert "No stories right now" in page(stranger, "/stories/alice")
    assert stranger.get(f"/stories/{story.pk}/seen").status_code == 404
    assert reader.get(f"/stories/{story.pk}/seen").status_code == 404
    aged(story, DAY + timedelta(minutes=1))
    assert "No stories right now" in page(reader, "/stories/alice")
    social.block(blocker=alice, blocked=dave)
    assert stranger.get("/stories/alice").status_code == 404
    assert Client().get("/stories/alice").url == "/login?next=%2Fstories%2Falice"


def test_a_reply_by_the_form_is_read_by_the_owner_and_leads_to_the_story(
    reader: Client, browser: Client, alice: User, bob: User
) -> None:
    story = drawn(alice)
    path = f"/stories/{story.pk}/reply"
    assert "Only alice sees it" in text_of(reader.post(path, {"content": "Lovely"}, follow=True))
    post = Post.objects.visible_to(alice).get(author=bob)
    html = page(browser, post.get_absolute_url())
    assert "Answers a story" in html
    assert browser.get(f"/posts/{post.pk}/story").url == f"/stories/alice?story={story.pk}"
    assert reader.post(path, {"content": "x" * 300}).status_code == 422
    assert "Sent." in text_of(reader.post(path, {"content": "And again"}, **HTMX))
    aged(story, DAY)
    assert "Answers a story" not in page(browser, post.get_absolute_url())
    assert browser.get(f"/posts/{post.pk}/story").status_code == 404


def test_its_owner_sees_who_has_seen_it_and_deletes_it(reader: Client, browser: Client, alice: User) -> None:
    story = drawn(alice)
    assert "Nobody has seen it yet" in page(browser, "/stories/alice")
    reader.get("/stories/alice")
    html = page(browser, "/stories/alice")
    assert "Seen by 1" in html
    assert 'href="/@bob"' in html
    assert 'href="/@bob"' in page(browser, f"/stories/{story.pk}/seen")
    assert reader.get(f"/stories/{story.pk}/delete").status_code == 403
    assert "Delete this story?" in page(browser, f"/stories/{story.pk}/delete")
    assert "Your story is deleted" in text_of(browser.post(f"/stories/{story.pk}/delete", follow=True))
    assert not Story.objects.exists()


def test_the_reply_field_takes_as_much_as_can_be_sent(reader: Client, alice: User, bob: User) -> None:
    path = f"/stories/{drawn(alice).pk}/reply"
    assert 'maxlength="273"' in page(reader, "/stories/alice")  # 280 less "@alice "
    assert "This is 1 too long: a reply to alice has at most 273" in text_of(reader.post(path, {"content": "x" * 274}))
    reader.post(path, {"content": "x" * 273})
    assert Post.objects.visible_to(alice).get(author=bob).content == "@alice " + "x" * 273


def test_whoever_is_not_listed_is_not_counted(
    reader: Client, browser: Client, alice: User, bob: User, carol: User, dave: User
) -> None:
    drawn(alice)
    for person in (bob, carol, dave):
        signed_in(person).get("/stories/alice")
    assert "Seen by 3" in page(browser, "/stories/alice")
    social.block(blocker=carol, blocked=alice)
    User.objects.filter(pk=dave.pk).update(is_active=False)
    html = page(browser, "/stories/alice")
    assert "Seen by 1" in html
    assert "@carol" not in html


def test_many_people_are_paged_and_a_muted_one_is_left_out(reader: Client, bob: User, carol: User) -> None:
    for n in range(25):
        person = User.objects.create(username=f"person_{n}", email=f"{n}@example.org")
        social.follow(follower=bob, author=person)
        drawn(person)
    drawn(carol)
    social.mute(muter=bob, muted=carol)
    first = page(reader, "/stories")
    assert "All stories" in text_of(reader.get("/feed/stories"))
    more = text_of(reader.get("/stories" + first.split('rel="next" href="')[1].split('"')[0], **HTMX))
    names = [n for n in range(25) if f'href="/stories/person_{n}"' in first + more]
    assert len(names) == 25
    assert first.count("story-of-") == 20
    assert "/stories/carol" not in first + more
