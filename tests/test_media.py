"""Pictures: uploaded, made anew, described, posted, taken back. Through the API and by plain forms."""

import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from blurhash import decode
from django.conf import settings
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from feedsite.errors import Busy
from feedsite.media import limits
from posts import actions, files, tasks
from posts.models import Leftover, Media, Post, first_id_at
from tests.helpers import run_tasks
from tests.media import animation, as_file, image, send, uploaded, video
from tests.pages import HTMX, page, publish, signed_in, text_of

pytestmark = pytest.mark.django_db


def stored(media: Media, size: str = "full") -> Image.Image:
    with default_storage.open(files.stored_name(media.folder, media.files[size][0])) as file:
        return Image.open(io.BytesIO(file.read()))


def files_kept() -> list[str]:
    return sorted(path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


# --- What is made of a picture ---


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_of_each_kind_is_taken_whatever_its_name_says(alice, kind):
    status, media = send(alice, image((300, 200), kind), "picture.exe", alt="A plain wall")
    assert status == 201
    assert media["type"] == "image"
    assert (media["width"], media["height"], media["alt"], media["status"]) == (300, 200, "A plain wall", "ready")
    assert media["url"].startswith(f"/media/posts/{media['media_id']}/")
    assert media["preview_url"].endswith(".webp")
    assert set(media) == {
        *("media_id", "type", "url", "preview_url", "alt", "width", "height", "blurhash", "duration", "status")
    }


def test_nothing_but_the_pixels_is_kept_and_the_picture_stands_upright(alice):
    shown = Image.new("RGB", (60, 40), "red")
    ImageDraw.Draw(shown).rectangle((0, 0, 20, 40), fill="blue")
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "taken at 59.91 N 10.75 E"  # turned by a quarter; a description
    out = io.BytesIO()
    shown.save(out, "JPEG", exif=exif, quality=95, comment=b"my address", icc_profile=b"")
    media = uploaded(alice, out.getvalue())
    assert (media.width, media.height) == (40, 60)
    made = stored(media)
    assert made.format == "WEBP"
    assert not made.getexif()
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(made.info)
    top, bottom = made.convert("RGB").getpixel((20, 3)), made.convert("RGB").getpixel((20, 55))
    assert top[2] > 150 > top[0]
    assert bottom[0] > 150 > bottom[2]
    for name in files_kept():
        assert b"59.91" not in next(Path(settings.MEDIA_ROOT).rglob(name)).read_bytes()


def test_sizes_for_a_phone_and_a_desktop_and_none_larger_than_the_picture(alice):
    large, small = uploaded(alice, image((4000, 3000), "JPEG")), uploaded(alice, image((90, 60)))
    assert [large.files[size][1:3] for size in ("preview", "medium", "full")] == [[640, 480], [1200, 900], [2048, 1536]]
    assert (large.width, large.height) == (2048, 1536)
    assert {tuple(file[1:3]) for file in small.files.values()} == {(90, 60)}
    for file in large.files.values():
        assert default_storage.size(files.stored_name(large.folder, file[0])) == file[3]


def test_transparency_grey_palettes_and_16_bits_come_out_as_they_look(alice):
    clear = Image.new("RGBA", (20, 20), (255, 0, 0, 0))
    grey16 = Image.frombytes("I;16", (20, 20), (40_000).to_bytes(2, "little") * 400)
    made = []
    for shown in (clear, grey16, Image.new("P", (20, 20), 3), Image.new("1", (20, 20), 1), Image.new("LA", (20, 20))):
        out = io.BytesIO()
        shown.save(out, "PNG")
        made.append(stored(uploaded(alice, out.getvalue())))
    assert made[0].convert("RGBA").getpixel((5, 5))[3] == 0
    assert abs(made[1].convert("RGB").getpixel((5, 5))[0] - 156) < 4
    assert made[3].convert("RGB").getpixel((5, 5)) == (255, 255, 255)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_an_animation_moves_on_and_stands_still_in_its_preview(alice, kind):
    media = uploaded(alice, animation(12, (60, 50), kind))
    moving = stored(media)
    assert (moving.format, moving.n_frames) == ("WEBP", 12)
    moving.seek(3)
    moving.load()
    assert moving.info["duration"] == 50
    assert getattr(stored(media, "preview"), "n_frames", 1) == 1
    assert set(media.files) == {"preview", "still", "full"}


def test_an_animation_at_the_limit_is_taken_and_one_frame_more_is_not(alice):
    assert send(alice, animation(limits.ANIMATION_MAX_FRAMES, (8, 8)))[0] == 201
    status, answer = send(alice, animation(limits.ANIMATION_MAX_FRAMES + 1, (8, 8)))
    assert (status, "frames" in answer["detail"]) == (400, True)


def test_the_blurhash_is_that_of_the_picture(alice):
    shown = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(shown).rectangle((100, 0, 200, 100), fill="black")
    out = io.BytesIO()
    shown.save(out, "PNG")
    blurred = decode(uploaded(alice, out.getvalue()).blurhash, 20, 10)
    assert min(blurred[5][2]) > 200
    assert max(blurred[5][15]) < 80


def test_too_large_is_413_and_the_reason_says_what_is_allowed(alice, monkeypatch):
    monkeypatch.setattr("feedsite.media.kinds.IMAGE_MAX_BYTES", 1000)
    status, answer = send(alice, image((400, 400), "PNG", color=None) + bytes(2000))
    assert (status, answer["code"]) == (413, "too_large")


def test_a_request_that_claims_4_gb_is_refused_unread(alice, api):
    client = Client(headers=dict(authorization=api(alice).headers["HTTP_AUTHORIZATION"]))
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    answer = client.generic(
        "POST", "/api/v1/media", body, content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2**32)
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    page_answer = signed_in(alice).generic(
        "POST", "/posts", body, content_type="multipart/form-data; boundary=x", CONTENT_LENGTH=str(2**32)
    )
    assert page_answer.status_code == 413
    assert "That is too large" in text_of(page_answer)


@pytest.mark.parametrize("sent", [{}, {"file": "text"}, {"file": as_file(image()), "alt": "x" * 1501}])
def test_a_form_that_is_not_whole_is_400_and_names_the_field(alice, api, sent):
    client = Client(headers=dict(authorization=api(alice).headers["HTTP_AUTHORIZATION"]))
    answer = client.post("/api/v1/media", sent)
    assert answer.status_code == 400
    assert set(answer.json()["fields"]) == ({"alt"} if "alt" in sent else {"file"})
    assert client.post("/api/v1/media", {"file": "x"}, content_type="application/json").status_code == 415
    assert Media.objects.count() == 0
    assert files_kept() == []


def test_nobody_uploads_without_signing_in(visitor):
    assert visitor.post("/api/v1/media", {"file": as_file(image())}).status_code == 401


# --- What becomes of an upload ---


def test_uploads_belong_to_their_owner(alice, bob, api):
    media = send(alice, image())[1]
    path = f"/media/{media['media_id']}"
    assert api(alice).get(path)[1] == {**media, "progress": 0, "problem": ""}
    assert api(alice).patch(path, {"alt": "  A wall\n"})[1]["alt"] == "A wall"
    assert api(alice).patch(path, {"alt": "x" * 1501})[0] == 400
    for answer in (api(bob).get(path), api(bob).patch(path, {"alt": "mine"}), api(bob).delete(path)):
        assert answer[0] == 404
    assert api().get(path)[0] == 401
    assert api(alice).delete(path) == (204, None)
    assert api(alice).get(path)[0] == 404
    run_tasks()
    assert files_kept() == []


def test_a_post_carries_its_pictures_in_the_order_given(alice, bob, api):
    first, second = send(alice, image(), alt="one")[1], send(alice, image((90, 90)), alt="two")[1]
    status, post = api(alice).post("/posts", {"content": "", "media_ids": [second["media_id"], first["media_id"]]})
    assert status == 201
    assert [one["alt"] for one in post["media"]] == ["two", "one"]
    assert post["media_urls"] == [second["url"], first["url"]]
    assert api(bob).get(f"/posts/{post['post_id']}")[1]["media"] == post["media"]
    assert api(alice).patch(f"/media/{first['media_id']}", {"alt": "one, better"})[0] == 200
    assert api(bob).get(f"/posts/{post['post_id']}")[1]["media"][1]["alt"] == "one, better"
    assert api(alice).delete(f"/media/{first['media_id']}")[0] == 409


def test_what_cannot_be_posted_is_refused_by_name(alice, bob, api):
    own, foreign = str(uploaded(alice).pk), str(uploaded(bob).pk)
    used = str(uploaded(alice).pk)
    publish(alice, "used", media_ids=[used])
    for media_ids in ([foreign], [used], [own, own], ["12345"], [own] * 5, ["x"]):
        status, answer = api(alice).post("/posts", {"content": "Hi", "media_ids": media_ids})
        assert (status, set(answer["fields"])) == (400, {"media_ids"}), media_ids
    assert api(alice).post("/posts", {"content": " "})[0] == 400
    assert Media.objects.get(pk=own).post is None
    assert Post.objects.count() == 1


def test_media_urls_are_taken_where_they_are_the_callers_own(alice, bob, api):
    own, foreign = send(alice, image())[1], send(bob, image())[1]
    for urls in ([foreign["url"]], ["https://example.org/a.png"], [own["url"] + "x"], ["/media/posts/1/a.webp"], [""]):
        status, answer = api(alice).post("/posts", {"content": "Hi", "media_urls": urls})
        assert (status, set(answer["fields"])) == (400, {"media_urls"}), urls
    urls = [f"http://testserver{own['url']}"]
    assert api(alice).post("/posts", {"content": "Hi", "media_urls": urls})[1]["media_urls"] == [own["url"]]


def test_a_comment_can_be_a_picture(alice, bob, api):
    post = publish(alice, "Show me")
    for path, more in ((f"/posts/{post.pk}/comments", {}), ("/posts", {"in_reply_to": str(post.pk)})):
        media = send(bob, image())[1]
        status, comment = api(bob).post(path, {"media_ids": [media["media_id"]], **more})
        assert (status, comment["in_reply_to"]) == (201, str(post.pk))
        assert comment["media_urls"] == [media["url"]]


def test_the_same_idempotency_key_uploads_once(alice, api):
    client = Client(headers={"authorization": api(alice).headers["HTTP_AUTHORIZATION"], "idempotency-key": "k1"})
    answers = [client.post("/api/v1/media", {"file": as_file(image()), "alt": "a"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert {answer.status_code for answer in answers} == {201}
    assert client.post("/api/v1/media", {"file": as_file(image((9, 9))), "alt": "a"}).status_code == 422
    assert Media.objects.count() == 1


def test_nobody_fills_the_store_with_what_is_never_posted(alice, monkeypatch):
    monkeypatch.setattr("posts.actions.uploads.MOST_WAITING", 2)
    assert [send(alice, image())[0] for _ in range(3)] == [201, 201, 429]


def test_the_site_tells_its_limits(api):
    told = api().get("/site")[1]["media"]
    assert told["image_max_bytes"] == 16 * 2**20
    assert told["video_max_seconds"] == 180


# --- What goes, goes with its files ---


def test_files_go_with_the_post_when_it_is_erased_and_with_uploads_after_a_day(alice, bob):
    kept, deleted, forgotten = (uploaded(alice, image((n, n))) for n in (50, 60, 70))
    publish(alice, "kept", media_ids=[kept.pk])
    gone = publish(alice, "gone", media_ids=[deleted.pk])
    actions.delete(actor=alice, post_id=gone.pk)
    tasks.erase_deleted()
    tasks.clear_uploads()
    tasks.remove_files()
    assert Media.objects.count() == 3  # nothing of it is a day old
    Post.objects.filter(pk=gone.pk).update(deleted_at=timezone.now() - timedelta(hours=25))
    Media.objects.filter(pk=forgotten.pk).update(id=first_id_at(timezone.now() - timedelta(hours=25)))
    tasks.erase_deleted()
    tasks.clear_uploads()
    assert list(Media.objects.values_list("pk", flat=True)) == [kept.pk]
    tasks.remove_files()
    assert files_kept() == sorted({file[0] for file in kept.files.values()})
    assert Leftover.objects.count() == 0


def test_files_go_with_an_account_however_its_rows_are_deleted(alice):
    publish(alice, "Hi", media_ids=[uploaded(alice).pk])
    uploaded(alice, image((50, 50)))
    alice.delete()
    assert Leftover.objects.filter(is_deleted=True).count() == 2
    tasks.remove_files()
    assert files_kept() == []


def test_a_crash_between_the_files_and_their_row_leaves_nothing_for_long(alice, monkeypatch):
    prepared = actions.prepare_upload(alice, as_file(image()))
    tasks.remove_files()
    assert files_kept()  # it may still be under way
    Leftover.objects.update(since=timezone.now() - timedelta(hours=2))
    tasks.remove_files()
    assert files_kept() == []
    with pytest.raises(Busy):
        actions.keep_upload(prepared, alt="")
    assert Media.objects.count() == 0


def test_a_store_that_is_away_is_tried_again_and_the_others_go_on(alice, monkeypatch):
    first, second = uploaded(alice), uploaded(alice, image((50, 50)))
    Media.objects.all().delete()
    real = default_storage.delete_folder

    def failing(folder: str) -> None:
        if first.folder in folder:
            raise OSError("away")
        real(folder)

    monkeypatch.setattr(default_storage, "delete_folder", failing, raising=False)
    tasks.remove_files()
    assert [leftover.folder for leftover in Leftover.objects.all()] == [first.folder]
    assert len(files_kept()) == len({file[0] for file in first.files.values()})
    assert second.folder


def test_an_upload_that_cannot_be_kept_is_503_and_leaves_no_row(alice, monkeypatch):
    def away(*args: object, **kwargs: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(default_storage, "save", away, raising=False)
    status, answer = send(alice, image())
    assert (status, answer["code"]) == (503, "unavailable")
    assert Media.objects.count() == 0


# --- Pages ---


def test_pictures_are_posted_by_a_plain_form_with_their_descriptions(browser, alice):
    sent = {
        "content": "Two", "visibility": "public", "next": "/",
        "file_0": as_file(image()), "alt_file_0": "A wall", "file_2": as_file(image((90, 60))),
    }  # fmt: skip
    assert browser.post("/posts", sent).status_code == 302
    html = page(browser, "/")
    assert html.count('class="media-picture"') == 2
    assert 'alt="A wall"' in html
    assert "Picture 2 of 2, without a description" in html
    assert re.search(r'width="300" height="200" loading="lazy"', html)
    assert page(browser, Post.objects.get().get_absolute_url()).count('class="media-picture"') == 2


@pytest.mark.parametrize("more", [{}, HTMX], ids=["page", "htmx"])
def test_a_refused_form_keeps_the_pictures_that_were_good(browser, alice, more):
    sent = {
        "content": "Kept", "visibility": "public", "alt_file_0": "A wall",
        "file_0": as_file(image()), "file_1": as_file(b"%PDF", "report.pdf"),
    }  # fmt: skip
    response = browser.post("/posts", sent, **more)
    html = text_of(response)
    assert response.status_code == 422
    assert "report.pdf: Use a JPEG" in html
    media = Media.objects.get()
    assert f'name="media_ids" value="{media.pk}" checked' in html
    assert "A wall</textarea>" in html
    again = {"content": "Kept", "visibility": "public", "media_ids": [media.pk], f"alt_{media.pk}": "A red wall"}
    assert browser.post("/posts", again, **more).status_code in (200, 302)
    assert Post.objects.get().media.get().alt == "A red wall"


def test_a_comment_with_a_picture_by_a_plain_form(browser, bob):
    post = publish(bob, "Show me")
    sent = {"content": "", "file_0": as_file(image()), "alt_file_0": "Here"}
    assert browser.post(f"/posts/{post.pk}/comments", sent).status_code == 302
    assert 'alt="Here"' in page(browser, post.get_absolute_url())


def test_a_video_that_is_not_ready_says_so_and_the_page_asks_again(browser, alice):
    media = actions.upload(owner=alice, file=as_file(video()))
    post = publish(alice, "Film", media_ids=[media.pk])
    html = page(browser, post.get_absolute_url())
    assert "This video is being prepared" in html
    assert f'hx-get="/posts/{post.pk}/media"' in html
    run_tasks()
    fragment = text_of(browser.get(f"/posts/{post.pk}/media", **HTMX))
    assert "<video" in fragment
    assert "hx-get" not in fragment
    assert "autoplay" not in fragment
    assert Client().get(f"/posts/{publish(alice, 'x', visibility='private').pk}/media").status_code == 404
