"""Where the files of posts lie, and the addresses at which they are served to who may see the post."""

import hashlib
import logging
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from posts.models import Leftover, LinkPreview, Media

logger = logging.getLogger(__name__)
# An upload that is not whole after so long never will be.
UPLOAD_MINUTES = 60
REMOVED_AT_ONCE = 200


def address(owner: Media | LinkPreview, size: str) -> str:
    """The path at which a file is served; it changes with the file, so it may be kept by a browser."""
    if isinstance(owner, LinkPreview):
        return f"{settings.MEDIA_URL}previews/{owner.picture}"
    return f"{settings.MEDIA_URL}posts/{owner.pk}/{owner.files[size][0]}"


def stored_name(folder: str, file: str = "") -> str:
    """A file's name in the store, or its folder's."""
    return f"posts/{folder}/{file}".rstrip("/")


def put(folder: str, size: str, path: Path, width: int, height: int) -> list[str | int]:
    """Puts a file into the store: what `Media.files` says of it. Its name tells its content, and nothing else."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        name = f"{size}-{digest}{path.suffix}"
        if name not in default_storage.names(stored_name(folder)):  # type: ignore[attr-defined]
            file.seek(0)
            default_storage.save(stored_name(folder, name), File(file))
    return [name, width, height, path.stat().st_size]


def tidy(media: Media) -> None:
    """Removes from its folder what the row does not name: sources, and what an earlier try has left."""
    named = {file[0] for file in media.files.values()}
    for name in default_storage.names(stored_name(media.folder)):  # type: ignore[attr-defined]
        if name not in named:
            default_storage.delete(stored_name(media.folder, name))


def remove_leftovers(now: datetime) -> int:
    """Removes the files that belong to no row; how many folders. One that fails waits for the next time."""
    Leftover.objects.filter(since__lt=now - timedelta(minutes=UPLOAD_MINUTES)).update(is_deleted=True)
    removed = 0
    for leftover in Leftover.objects.filter(is_deleted=True).order_by("since")[:REMOVED_AT_ONCE]:
        try:
            default_storage.delete_folder(stored_name(leftover.folder))  # type: ignore[attr-defined]
        except OSError as error:
            logger.warning("The files of %s could not be removed: %s", leftover.folder, error)
            continue
        leftover.delete()
        removed += 1
    return removed
