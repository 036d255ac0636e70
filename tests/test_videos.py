"""Videos: looked at in the request, made ready by a worker that may be killed at any moment."""

import os
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from feedsite.media import guarded, videos
from posts import files, tasks, transcoding
from posts.models import Media, Post
from tests.helpers import run_tasks
from tests.media import ffmpeg, send, video

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(alice) -> Media:
    """A video that no worker has begun with."""
    return Media.objects.get(pk=send(alice, video(2), "clip.mp4", alt="Bars")[1]["media_id"])


def made_file(media: Media, tmp_path: Path, size: str = "full") -> Path:
    name = media.files[size][0]
    with default_storage.open(files.stored_name(media.folder, name)) as stored:
        (tmp_path / name).write_bytes(stored.read())
    return tmp_path / name


def told_of(path: Path) -> str:
    """What ffmpeg tells of a file."""
    bounds = videos.LOOK_BOUNDS
    try:
        return guarded.run([videos.ffmpeg(), "-nostdin", "-hide_banner", "-i", str(path)], bounds, path.parent)[1]
    except guarded.Failed as failed:
        return failed.said


def test_a_video_is_202_then_ready_with_a_poster(alice, api, tmp_path):
    status, media = send(alice, video(2), "clip.mp4", alt="Bars")
    assert (status, media["status"], media["type"]) == (202, "processing", "video")
    assert (media["url"], media["preview_url"]) == (None, None)
    assert (media["width"], media["height"]) == (320, 240)
    assert len(media["blurhash"]) > 20
    assert api(alice).get(f"/media/{media['media_id']}")[1]["progress"] == 0
    run_tasks()
    ready = api(alice).get(f"/media/{media['media_id']}")[1]
    assert (ready["status"], ready["progress"], ready["problem"]) == ("ready", 100, "")
    assert ready["url"].endswith(".mp4")
    assert abs(ready["duration"] - 2) < 0.2
    row = Media.objects.get()
    assert set(row.files) == {"full", "preview"}
    path = made_file(row, tmp_path)
    assert "h264 (High)" in told_of(path)
    assert "yuv420p" in told_of(path)
    assert "Audio: aac" in told_of(path)
    assert path.read_bytes().index(b"moov") < path.read_bytes().index(b"mdat")  # plays before it is whole
    assert Image.open(made_file(row, tmp_path, "preview")).format == "WEBP"
    # The source is gone.
    kept = {path.name for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()}
    assert kept == {file[0] for file in row.files.values()}


@pytest.mark.parametrize(
    ("made", "size"),
    [
        (lambda: video(1, "320x240", "webm"), (320, 240)),
        (lambda: video(1, "321x241", "mov", "-pix_fmt", "yuv444p"), (322, 242)),
        (lambda: video(0.4, "2560x1440", rate=10), (1920, 1080)),
        (lambda: video(0.4, "1440x2560", rate=10), (1080, 1920)),
        (lambda: video(1, "160x120", "mp4", "-vf", "setsar=2/1"), (320, 120)),
    ],
    ids=["webm", "odd", "large", "tall", "oblong pixels"],
)
def test_shapes_and_kinds_become_what_every_browser_plays(alice, tmp_path, made, size):
    status, media = send(alice, made(), "clip")
    assert status == 202
    run_tasks()
    row = Media.objects.get()
    assert row.status == "ready"
    assert abs(row.width - size[0]) <= 2
    assert abs(row.height - size[1]) <= 2
    assert f"{row.width}x{row.height}" in told_of(made_file(row, tmp_path))
    assert (media["width"], media["height"]) == (row.width, row.height)  # the page keeps the room from the start


def test_a_turned_video_stands_upright_without_a_word_of_where_it_was_taken(alice, tmp_path):
    (tmp_path / "plain.mp4").write_bytes(video(1))
    turn = ["-display_rotation", "90", "-i", str(tmp_path / "plain.mp4"), "-c", "copy"]
    turned = ffmpeg([*turn, "-metadata", "location=+59.9139+010.7522/", "-metadata", "title=Secret"], "mp4")
    assert b"loci" in turned
    assert b"Secret" in turned
    send(alice, turned)
    run_tasks()
    row = Media.objects.get()
    assert (row.width, row.height) == (240, 320)
    path = made_file(row, tmp_path)
    assert "rotation" not in told_of(path)
    assert b"loci" not in path.read_bytes()
    assert b"Secret" not in path.read_bytes()


def test_sixty_frames_become_thirty(alice, tmp_path):
    send(alice, video(1, "160x120", rate=60))
    run_tasks()
    assert "30 fps" in told_of(made_file(Media.objects.get(), tmp_path))


def test_a_video_can_be_posted_while_it_is_prepared(alice, bob, api, waiting):
    post = api(alice).post("/posts", {"content": "Soon", "media_ids": [str(waiting.pk)]})[1]
    assert post["media"][0]["status"] == "processing"
    assert post["media_urls"] == []
    version = Post.objects.get().version
    run_tasks()
    assert Post.objects.get().version > version  # cached cards are stale
    shown = api(bob).get(f"/posts/{post['post_id']}")[1]["media"][0]
    assert (shown["status"], shown["alt"]) == ("ready", "Bars")


# --- Killed, lost, run twice ---


def begin(media: Media) -> Media:
    """A worker has begun and is killed before it says another word."""
    claimed = transcoding.claim(media.pk, timezone.now())
    assert claimed is not None
    return claimed


def fall_silent(media: Media, seconds: int = 31) -> None:
    Media.objects.filter(pk=media.pk).update(begun_at=timezone.now() - timedelta(seconds=seconds))


def test_what_a_killed_worker_left_is_begun_again(alice, waiting):
    begin(waiting)
    tasks.sweep_media()
    assert Media.objects.get().status == "processing"  # somebody may still be at it
    fall_silent(waiting)
    tasks.sweep_media()
    row = Media.objects.get()
    assert (row.status, row.tries) == ("ready", 2)


def test_a_lost_message_is_noticed(alice, waiting, monkeypatch):
    monkeypatch.setattr(transcoding, "LEASE", timedelta(seconds=-1))
    tasks.sweep_media()
    assert Media.objects.get().status == "ready"


def test_after_three_tries_it_is_given_up_and_its_owner_is_told_why(alice, api, waiting):
    for _ in range(3):
        begin(waiting)
        fall_silent(waiting)
    assert transcoding.claim(waiting.pk, timezone.now()) is None
    tasks.sweep_media()
    told = api(alice).get(f"/media/{waiting.pk}")[1]
    assert (told["status"], told["url"]) == ("failed", None)
    assert "Upload it once more" in told["problem"]
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []
    status, answer = api(alice).post("/posts", {"content": "x", "media_ids": [str(waiting.pk)]})
    assert (status, set(answer["fields"])) == (400, {"media_ids"})


def test_two_workers_at_one_video_make_it_once(alice, waiting):
    begin(waiting)
    tasks.transcode(waiting.pk)  # the message came twice
    assert Media.objects.get().status == "processing"
    assert Media.objects.get().tries == 1


def test_a_worker_that_was_given_up_changes_nothing_when_it_comes_back(alice, waiting, tmp_path):
    late = begin(waiting)
    fall_silent(waiting)
    tasks.transcode(waiting.pk)
    ready = Media.objects.get()
    assert ready.status == "ready"
    assert transcoding.progress_of(late)(1.0) is False
    (tmp_path / "full.mp4").write_bytes(b"late")
    transcoding.finish(late, tmp_path / "full.mp4", 1)
    transcoding.give_up(late, "late")
    row = Media.objects.get()
    assert (row.status, row.files, row.problem) == ("ready", ready.files, "")


def test_a_video_whose_post_is_deleted_meanwhile_is_left_alone(alice, waiting):
    begin(waiting)
    fall_silent(waiting)
    Media.objects.all().delete()
    tasks.transcode(waiting.pk)
    tasks.sweep_media()
    tasks.remove_files()
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == []


def test_a_video_that_breaks_off_in_the_middle_fails_with_a_reason(alice, api):
    whole = video(3, "320x240", "mp4", "-movflags", "+faststart")
    broken = bytearray(whole)
    middle = broken.index(b"mdat") + (len(broken) - broken.index(b"mdat")) // 3
    broken[middle:] = b"\xff" * (len(broken) - middle)
    status, media = send(alice, bytes(broken))
    run_tasks()
    if status == 202:
        told = api(alice).get(f"/media/{media['media_id']}")[1]
        assert told["status"] in ("ready", "failed")
        assert bool(told["problem"]) == (told["status"] == "failed")


def test_the_owner_sees_how_far_it_is(alice, api, waiting, monkeypatch):
    seen: list[Any] = []

    def slowly(folder: Path, kind: Any, size: Any, on_progress: Any) -> float:
        assert on_progress(1.0)
        seen.append(api(alice).get(f"/media/{waiting.pk}")[1]["progress"])
        (folder / "full.mp4").write_bytes(video())
        return 2.0

    monkeypatch.setattr(videos, "transcode", slowly)
    tasks.transcode(waiting.pk)
    assert seen == [50]


def test_few_videos_of_one_person_are_made_at_once(alice, monkeypatch):
    monkeypatch.setattr("posts.actions.uploads.MOST_UNFINISHED", 1)
    assert [send(alice, video())[0] for _ in range(2)] == [202, 429]


# --- The guard ---


def test_a_program_that_wants_more_memory_than_it_may_have_fails_alone(tmp_path):
    bounds = guarded.Bounds(memory_bytes=200 * 2**20, cpu_seconds=5, file_bytes=2**20, wall_seconds=5)
    for code in ("x = bytes(10**9)", "open('big', 'wb').write(bytes(5 * 2**20))", "while True: print('x' * 9999)"):
        with pytest.raises(guarded.Failed):
            guarded.run([sys.executable, "-I", "-c", code], bounds, tmp_path)
    quick = guarded.Bounds(memory_bytes=200 * 2**20, cpu_seconds=5, file_bytes=2**20, wall_seconds=1)
    with pytest.raises(guarded.Failed, match="too long"):
        guarded.run([sys.executable, "-I", "-c", "import time; time.sleep(9)"], quick, tmp_path)


def test_a_guarded_program_gets_nothing_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "tell nobody")
    code = "import os; print(sorted(os.environ), len(os.listdir('/proc/self/fd')), open('/proc/self/status').read())"
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        said, _ = guarded.run([sys.executable, "-I", "-c", code], videos.LOOK_BOUNDS, tmp_path)
    assert "SECRET_KEY" not in said
    assert "'PATH'] 4 " in said  # the three that everybody has, and that of the listing itself
    assert "NoNewPrivs:\t1" in said


def test_only_few_uploads_are_worked_on_at_once(alice, monkeypatch):
    monkeypatch.setattr(guarded, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(guarded, "_slots", threading.BoundedSemaphore(1))
    with guarded.turn():
        status, answer = send(alice, video())
    assert (status, answer["code"]) == (503, "unavailable")
    assert send(alice, video())[0] == 202
