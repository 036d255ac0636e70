"""Pictures and videos on their way in: judged, made anew, kept until a post wants them."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite import limits
from feedsite.errors import Busy, Conflict, Invalid, NotFound, TooLarge, TooMany, WrongType
from feedsite.media import guarded, kinds, pictures, videos
from feedsite.media import limits as sizes
from feedsite.media.scratch import scratch
from posts import files, tasks, text
from posts.models import ALT_LENGTH, Leftover, Media, oldest_living_id

# Uploads of one account that wait for a post, and videos of it that a worker is to make.
MOST_WAITING, MOST_UNFINISHED = 40, 4
# The path that `posts.files.address` makes, on whatever host the site is known by.
OWN_URL = re.compile(rf"{settings.MEDIA_URL}posts/(?P<media_id>[0-9]{{1,16}})/(?P<file>[a-z0-9.-]+)")
STORE_IS_AWAY = gettext_lazy("Files cannot be kept right now. Try again in a moment.")


@dataclass(frozen=True)
class Prepared:
    """An upload whose files lie in the store and that no row names yet."""

    owner: User
    fields: dict[str, Any]


def upload(*, owner: User, file: UploadedFile, alt: Any = "") -> Media:
    """Keeps a picture or a video for the owner's next post; a video is made ready by a worker.

    Raises WrongType, TooLarge, Invalid for what is no such thing or too much of it, TooMany, Busy.
    """
    return keep_upload(prepare_upload(owner, file), alt=checked_alt(alt))


def prepare_upload(owner: User, file: UploadedFile) -> Prepared:
    """The long part, outside of any transaction.

    1. a copy in a scratch folder, judged by its first bytes; 2. made anew under guard; 3. the folder noted as
    nobody's; 4. the files put into the store.
    """
    check_room(owner)
    with scratch() as folder:
        digest = take_in(file, folder / "source")
        kind = checked_kind(folder / "source")
        # A repeat under the same Idempotency-Key counts too: making the file anew is what costs.
        limits.take("upload", owner.pk)
        with guarded.turn():
            made = fields_of_video(folder, kind) if kind.is_video else fields_of_picture(folder, kind)
        name = get_random_string(32).lower()
        Leftover.objects.create(folder=name)
        try:
            made["files"] = {size: files.put(name, size, *file) for size, file in made["files"].items()}
        except OSError as error:
            raise Busy(STORE_IS_AWAY) from error
    return Prepared(owner, {**made, "folder": name, "digest": digest})


@transaction.atomic
def keep_upload(prepared: Prepared, *, alt: str) -> Media:
    """The row; from here on its files are somebody's."""
    folder = prepared.fields["folder"]
    if not Leftover.objects.filter(folder=folder, is_deleted=False).delete()[0]:
        raise Busy(_("The upload took too long. Try again."))
    media = Media.objects.create(owner=prepared.owner, alt=alt, **prepared.fields)
    if media.status == Media.Status.PROCESSING:
        tasks.transcode.delay_on_commit(media.pk)
    return media


def get_upload(owner: User, media_id: int) -> Media:
    """An upload of one's own, raises NotFound; one whose post is deleted or whose story has ended is gone with it."""
    media = Media.objects.filter(owner=owner, pk=media_id).select_related("post").first()
    if media is None or (media.post is not None and media.post.deleted_at is not None):
        raise NotFound()
    if media.story_id is not None and media.story_id < oldest_living_id():
        raise NotFound()
    return media


def describe_upload(*, owner: User, media_id: int, alt: Any) -> Media:
    """Says what is to be seen, for those who cannot see it; also after it was posted."""
    media = get_upload(owner, media_id)
    media.alt = checked_alt(alt)
    media.save(update_fields=["alt"])
    if media.post_id:
        feeds_tasks.tell_card_after_commit(media.post_id)
    return media


@transaction.atomic
def remove_upload(*, owner: User, media_id: int) -> None:
    """Takes back what hangs on no post and no story; raises Conflict for what does."""
    get_upload(owner, media_id)
    if not Media.objects.waiting().filter(owner=owner, pk=media_id).delete()[0]:
        raise Conflict(_("This hangs on a post or a story. Delete that instead."))
    tasks.remove_files.delay_on_commit()


def ids_of_urls(owner: User, urls: Sequence[str]) -> list[int]:
    """The uploads at these addresses, if all are the owner's own; raises Invalid."""
    found = [OWN_URL.fullmatch(urlsplit(url).path) for url in urls]
    ids = [int(match["media_id"]) for match in found if match]
    own = Media.objects.filter(owner=owner).in_bulk(ids)
    for match in found:
        media = own.get(int(match["media_id"])) if match else None
        if not match or media is None or match["file"] not in {file[0] for file in media.files.values()}:
            reason = _("Only your own uploads can be posted: upload the file to /api/v1/media first.")
            raise Invalid(reason, fields={"media_urls": [reason]})
    return ids


def checked_alt(alt: Any) -> str:
    cleaned = text.clean(str(alt))
    if len(cleaned) > ALT_LENGTH:
        reason = _("A description has at most %(most)d characters.") % {"most": ALT_LENGTH}
        raise Invalid(reason, fields={"alt": [reason]})
    return "" if text.is_blank(cleaned) else cleaned


def check_room(owner: User) -> None:
    """Nobody fills the store or the queue with what is never posted."""
    waiting = Media.objects.waiting().filter(owner=owner)
    if waiting.count() >= MOST_WAITING:
        raise TooMany(_("Many of your uploads wait for a post already. Post or remove some; they go after a day."))
    if waiting.unfinished().count() >= MOST_UNFINISHED:
        raise TooMany(_("Your last videos are still being prepared. Try again in a few minutes."))


def take_in(file: UploadedFile, path: Path) -> bytes:
    """Copies the upload in parts; its SHA-256."""
    if not file.size:
        raise Invalid(_("The file is empty."), fields={"file": [_("The file is empty.")]})
    if file.size > sizes.VIDEO_MAX_BYTES:
        reason = _("A video may have at most %(video)d MiB, a picture %(picture)d.")
        raise TooLarge(reason % {"video": kinds.MP4.max_mib, "picture": kinds.JPEG.max_mib})
    digest = hashlib.sha256()
    with path.open("wb") as copy:
        for chunk in file.chunks():
            digest.update(chunk)
            copy.write(chunk)
    return digest.digest()


def checked_kind(source: Path) -> kinds.Kind:
    with source.open("rb") as file:
        kind = kinds.find_kind(file.read(kinds.HEAD_BYTES))
    if kind is None:
        raise WrongType(_("Use a JPEG, PNG, WebP or GIF picture, or an MP4, MOV or WebM video."))
    if not kind.is_video:
        return pictures.picture_kind(source)
    return kind


def fields_of_picture(folder: Path, kind: kinds.Kind) -> dict[str, Any]:
    made = pictures.reencode(folder, kind, pictures.SIZES)
    shape = {"width": made.width, "height": made.height, "blurhash": made.blurhash}
    sizes = dict(made.files)
    if made.moves:  # `full` does; this one is for those who do not want that
        sizes["still"] = sizes.pop("medium")
    return {"kind": Media.Kind.IMAGE, "files": sizes, **shape}


def fields_of_video(folder: Path, kind: kinds.Kind) -> dict[str, Any]:
    """A poster is made at once; the source waits in the store for a worker."""
    looked = videos.look(folder, kind)
    source = (folder / "source").rename(folder / f"source.{kind.name.lower()}")
    return {
        "kind": Media.Kind.VIDEO,
        "status": Media.Status.PROCESSING,
        "files": {"source": (source, looked.width, looked.height), "preview": looked.poster.files["preview"]},
        "width": looked.width,
        "height": looked.height,
        "blurhash": looked.poster.blurhash,
        "duration": looked.duration,
    }
