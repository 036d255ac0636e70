"""Who gets a file, at which address, and how it is kept."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from accounts.actions import change_avatar
from posts import actions, files
from posts.models import Media, Post
from social import actions as social
from tests.helpers import bearer, queries_at_most, run_tasks
from tests.media import image, send, uploaded, video
from tests.pages import picture, publish, signed_in

pytestmark = pytest.mark.django_db
EVERYBODY = ("alice", "bob", "carol", "dave", "nobody")


@pytest.fixture
def ways(alice, bob, carol, dave, api) -> dict[str, list[Client]]:
    """bob follows alice, carol is a stranger, alice blocked dave; each with a browser and an app."""
    social.follow(follower=bob, author=alice)
    social.block(blocker=alice, blocked=dave)
    people = {"alice": alice, "bob": bob, "carol": carol, "dave": dave}
    clients = {
        name: [signed_in(person), Client(headers={"authorization": api(person).headers["HTTP_AUTHORIZATION"]})]
        for name, person in people.items()
    }
    return {**clients, "nobody": [Client(), Client(headers={"authorization": "Bearer nonsense"})]}


def seen_by(ways: dict[str, list[Client]], media: Media) -> set[str]:
    """Who gets the files; every file and both ways must agree."""
    media.refresh_from_db()
    seen = set()
    for name, clients in ways.items():
        paths = [files.address(media, size) for size in media.files]
        statuses = {client.get(path).status_code for client in clients for path in paths}
        assert len(statuses) == 1, (name, statuses)
        assert statuses <= {200, 404}
        if statuses == {200}:
            seen.add(name)
    return seen


def test_an_upload_is_its_owners_until_it_is_posted(alice, ways):
    assert seen_by(ways, uploaded(alice)) == {"alice"}


@pytest.mark.parametrize(
    ("visibility", "expected"),
    [
        ("public", {"alice", "bob", "carol", "nobody"}),
        ("followers", {"alice", "bob"}),
        ("private", {"alice", "carol"}),
    ],
)
def test_whoever_may_see_the_post_gets_its_files_and_nobody_else(alice, ways, visibility, expected):
    media = uploaded(alice)
    publish(alice, "Look, @carol", visibility=visibility, media_ids=[media.pk])
    if visibility == "followers":
        expected = expected | {"carol"}  # who is mentioned
    assert seen_by(ways, media) == expected


def test_a_change_of_who_may_see_it_holds_at_once(alice, bob, carol, ways, api):
    media = uploaded(alice)
    post = publish(alice, "Look", visibility="followers", media_ids=[media.pk])
    assert seen_by(ways, media) == {"alice", "bob"}
    social.unfollow(follower=bob, author=alice)
    assert seen_by(ways, media) == {"alice"}
    social.follow(follower=carol, author=alice)
    assert seen_by(ways, media) == {"alice", "carol"}
    social.block(blocker=carol, blocked=alice)
    assert seen_by(ways, media) == {"alice"}
    assert api(alice).patch(f"/posts/{post.pk}", {"visibility": "public"})[0] == 200
    assert seen_by(ways, media) == {"alice", "bob", "nobody"}
    actions.delete(actor=alice, post_id=post.pk)
    assert seen_by(ways, media) == set()


def test_a_comments_files_are_seen_by_whoever_sees_the_thread(alice, bob, ways):
    media = uploaded(bob)
    post = publish(alice, "Show me", visibility="followers")
    actions.comment(author=bob, post_id=post.pk, media_ids=[media.pk])
    assert seen_by(ways, media) == {"alice", "bob"}
    actions.delete(actor=alice, post_id=post.pk)
    assert seen_by(ways, media) == set()


def test_a_browser_must_ask_again_and_gets_no_bytes_twice(alice):
    media = uploaded(alice)
    post = publish(alice, "Look", media_ids=[media.pk])
    path, client = files.address(media, "full"), Client()
    answer = client.get(path)
    assert answer["Cache-Control"] == "private, no-cache"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "image/webp"
    assert re.fullmatch(r'inline; filename="full-[0-9a-f]{16}\.webp"', answer["Content-Disposition"])
    assert "sandbox" in answer["Content-Security-Policy"]
    assert {"Cookie", "Authorization"} <= set(re.split(", ?", answer["Vary"]))
    assert len(answer.getvalue()) == int(answer["Content-Length"]) == media.files["full"][3]
    again = client.get(path, headers={"if-none-match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert client.head(path)["Content-Length"] == answer["Content-Length"]
    assert client.post(path).status_code == 405
    actions.delete(actor=alice, post_id=post.pk)
    assert client.get(path, headers={"if-none-match": answer["ETag"]}).status_code == 404


def test_a_video_is_served_in_parts(alice):
    media = Media.objects.get(pk=send(alice, video())[1]["media_id"])
    publish(alice, "Film", media_ids=[media.pk])
    run_tasks()
    media.refresh_from_db()
    path, client = files.address(media, "full"), Client()
    whole = client.get(path).getvalue()
    size = len(whole)
    for asked, start, end in [("0-9", 0, 10), ("5-", 5, size), ("-7", size - 7, size), (f"3-{size * 2}", 3, size)]:
        part = client.get(path, headers={"range": f"bytes={asked}"})
        assert (part.status_code, part.getvalue()) == (206, whole[start:end])
        assert part["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert part["Content-Type"] == "video/mp4"
    for asked in (f"{size}-", "9-3", "-0"):
        refused = client.get(path, headers={"range": f"bytes={asked}"})
        assert (refused.status_code, refused["Content-Range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=-", "bytes=1-2,5-6", "seconds=1-2", "bytes=x"):
        assert client.get(path, headers={"range": asked}).status_code == 200
    assert client.get(path, headers={"range": "bytes=0-9", "if-range": '"other"'}).status_code == 200


def test_nothing_else_in_the_store_is_reachable(alice, browser, api):
    media = uploaded(alice)
    video_media = Media.objects.get(pk=send(alice, video())[1]["media_id"])
    publish(alice, "Look", media_ids=[media.pk, video_media.pk])
    (Path(settings.MEDIA_ROOT) / "secret.txt").write_text("x")
    name, source = media.files["full"][0], video_media.files["source"][0]
    for path in (
        "/media/", "/media/secret.txt", f"/media/posts/{media.folder}/{name}", f"/media/posts/{media.pk}/",
        f"/media/posts/{media.pk}/../{media.folder}/{name}", f"/media/posts/{media.pk}/other-0000000000000000.webp",
        f"/media/posts/{media.pk + 1}/{name}", "/media/posts/9999999999999999/a.webp", "/media/avatars/..",
        "/media/avatars/../secret.txt", "/media/avatars/", f"/media/previews/{name}", "/media/previews/none.webp",
        f"/media/posts/{video_media.pk}/{source}", f"/media/posts/{video_media.pk}/{video_media.files['preview'][0]}",
        f"/media/avatars/%2e%2e%2fposts%2f{media.folder}%2f{name}",
    ):  # fmt: skip
        assert browser.get(path).status_code == 404, path


def test_avatars_and_pictures_of_links_are_everybodys_and_kept_for_good(alice):
    change_avatar(alice, picture())
    default_storage.save("previews/abc.webp", ContentFile(image(kind="WEBP")))
    assert alice.avatar_url.startswith("/media/avatars/")
    for path in (alice.avatar_url, "/media/previews/abc.webp"):
        answer = Client().get(path)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_file_costs_few_queries(alice, bob, api):
    media = uploaded(alice)
    publish(alice, "Look", media_ids=[media.pk])
    token = bearer(api(bob).headers["HTTP_AUTHORIZATION"].split()[1])
    with queries_at_most(3):
        assert Client().get(files.address(media, "full"), **token).status_code == 200


def test_a_page_of_pictures_costs_one_query_for_all_of_them(alice, bob, api):
    for n in range(6):
        publish(alice, f"{n}", media_ids=[uploaded(alice, image((n + 5, 9))).pk for _ in range(2)])
    app = api(bob)
    with queries_at_most(6):
        posts = app.get("/timeline/public")[1]["posts"]
    assert [len(post["media"]) for post in posts] == [2] * 6
    assert Post.objects.filter(media_count=2).count() == 6
