"""The media worker's part: makes videos that every browser plays, and says how far it is.

A claim is a number (`Media.tries`): whoever has the latest may write, so a worker that was given up
and comes back changes nothing. A worker that is at it says so every few seconds (`begun_at`).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from feedsite.languages import speaking_to
from feedsite.media import videos
from feedsite.media.guarded import Failed
from feedsite.media.kinds import MP4, WEBM, Kind
from feedsite.media.scratch import scratch
from posts import files
from posts.actions.telling import tell_of_media
from posts.models import Media, first_id_at

MOST_TRIES = 3
# A worker that has said nothing for so long is dead, or as good as.
LEASE = timedelta(seconds=15)
SAID_EVERY_SECONDS = 3
KINDS = {".mp4": MP4, ".webm": WEBM}
UNREADABLE = gettext_lazy("The video could not be read to its end. Try another one, or save it as MP4.")
GIVEN_UP = gettext_lazy("Making the video ready was interrupted again and again. Upload it once more.")


def transcode(media_id: int) -> None:
    """Makes a claimed video ready, or says why it cannot be; does nothing where somebody else is at it."""
    media = claim(media_id, timezone.now())
    if media is None:
        return
    with scratch() as folder, said_to_be_alive(media):
        kind = fetch_source(media, folder / "source")
        try:
            seconds = videos.transcode(folder, kind, (media.width, media.height), progress_of(media))
        except Failed:
            give_up(media, UNREADABLE)
        else:
            finish(media, folder / "full.mp4", seconds)


def claim(media_id: int, now: datetime) -> Media | None:
    """The video, if nobody is at it and it was not tried too often."""
    free = Media.objects.unfinished().filter(pk=media_id, tries__lt=MOST_TRIES)
    free = free.filter(Q(tries=0) | Q(begun_at__lt=now - LEASE))
    if not free.update(tries=F("tries") + 1, begun_at=now, progress=0):
        return None
    return Media.objects.filter(pk=media_id).first()


def mine(media: Media) -> "Callable[..., int]":
    """Updates the row while this claim on it is the latest; 0 when it is not, or the row is gone."""
    return Media.objects.unfinished().filter(pk=media.pk, tries=media.tries).update


@contextmanager
def said_to_be_alive(media: Media) -> Iterator[None]:
    """Keeps the claim from running out, whatever the work waits for; a killed process says nothing."""
    over = threading.Event()

    def say() -> None:
        while not over.wait(SAID_EVERY_SECONDS) and mine(media)(begun_at=timezone.now()):
            connection.close()
        connection.close()

    threading.Thread(target=say, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def fetch_source(media: Media, path: Path) -> Kind:
    name, size = media.files["source"][0], media.files["source"][3]
    with path.open("wb") as copy:
        copy.writelines(default_storage.chunks(files.stored_name(media.folder, name), 0, size))  # type: ignore[attr-defined]
    return KINDS[Path(name).suffix]


def progress_of(media: Media) -> Callable[[float], bool]:
    def say(seconds: float) -> bool:
        done = min(99, int(100 * seconds / media.duration)) if media.duration else 0
        return bool(mine(media)(progress=done))

    return say


def finish(media: Media, made: Path, seconds: float) -> None:
    kept = {"preview": media.files["preview"]}
    kept["full"] = files.put(media.folder, "full", made, media.width, media.height)
    if mine(media)(status=Media.Status.READY, files=kept, duration=round(seconds, 2), progress=100):
        media.files = kept
        files.tidy(media)
        tell_of_media(media.pk)


def give_up(media: Media, reason: Any) -> None:
    """It will never be ready; its owner reads why. Nothing of it is kept."""
    with speaking_to(media.owner):
        problem = str(reason)
    if mine(media)(status=Media.Status.FAILED, files={}, problem=problem):
        media.files = {}
        files.tidy(media)
        tell_of_media(media.pk)


def interrupted(now: datetime) -> list[int]:
    """Videos that nobody is at though somebody should be; those tried too often are given up here."""
    dead = Media.objects.unfinished().filter(begun_at__lt=now - LEASE)
    for media in dead.filter(tries__gte=MOST_TRIES):
        give_up(media, GIVEN_UP)
    lost = Q(tries=0, pk__lt=first_id_at(now - LEASE))
    killed = Q(tries__gt=0, tries__lt=MOST_TRIES, begun_at__lt=now - LEASE)
    return list(Media.objects.unfinished().filter(lost | killed).order_by("pk").values_list("pk", flat=True)[:100])
