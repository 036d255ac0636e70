"""Looking where links lead, one worker at a time for each address, at most weekly."""

import logging
import secrets
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F, Q
from django.utils import timezone

from feedsite.errors import DomainError
from posts.actions.telling import tell_of_preview
from posts.links import fetching, reading
from posts.links.addresses import Refused
from posts.links.pictures import squeezed
from posts.links.reading import Told
from posts.models import LOOKED_AT_AGAIN_AFTER, LinkPreview

logger = logging.getLogger(__name__)
# Longer than a look can take: whoever began before that is dead.
AT_IT = timedelta(minutes=2)
# For the words alone.
LONGEST_LOOK = timedelta(seconds=10)
MOST_TRIES = 3
SWEPT_AT_ONCE = 20
FOLDER = "previews"


def look(preview_id: int) -> None:
    """Looks at the address, unless somebody does or did; what it tells is shown on every post that links to it."""
    preview = claim(preview_id)
    if preview is None:
        return
    told, row = tell(preview.url), LinkPreview.objects.filter(pk=preview_id)
    words = {"title": told.title, "description": told.description, "site_name": told.site_name}
    # A page that is away for once keeps what it told before.
    row.update(fetched_at=timezone.now(), tries=0, **(words if told.title else {}))
    if told.title:  # the words need not wait for the picture, nor be lost with it
        row.update(**kept_picture(told.picture))
        tell_of_preview(preview_id)
        if preview.picture:
            default_storage.delete(f"{FOLDER}/{preview.picture}")


def claim(preview_id: int) -> LinkPreview | None:
    """The row, if it is due and nobody else is at it.

    One worker at a time looks at anything: strangers' servers may be slow, and others wait for the rest.
    """
    now = timezone.now()
    if LinkPreview.objects.filter(fetched_at=None, begun_at__gt=now - LONGEST_LOOK).exclude(pk=preview_id).exists():
        return None
    due = Q(fetched_at=None) | Q(fetched_at__lt=now - LOOKED_AT_AGAIN_AFTER)
    free = Q(begun_at=None) | Q(begun_at__lt=now - AT_IT)
    rows = LinkPreview.objects.filter(due, free, pk=preview_id, tries__lt=MOST_TRIES)
    return LinkPreview.objects.get(pk=preview_id) if rows.update(begun_at=now, tries=F("tries") + 1) else None


def tell(url: str) -> Told:
    try:
        answer = fetching.fetch(url, fetching.PAGE)
    except Refused as error:
        logger.info("No preview of %s: %s", url, error)
        return Told()
    return reading.read_page(answer.body, answer.charset, answer.url)


def kept_picture(address: str) -> dict[str, str | int]:
    """Our own copy of the picture, so that no reader's browser asks a stranger; columns of its row."""
    nothing: dict[str, str | int] = {"picture": "", "picture_width": 0, "picture_height": 0}
    if not address:
        return nothing
    try:
        picture = squeezed(fetching.fetch(address, fetching.PICTURE).body)
    except (Refused, DomainError) as error:
        logger.info("No picture from %s: %s", address, error)
        return nothing
    name = f"{secrets.token_hex(16)}.webp"
    default_storage.save(f"{FOLDER}/{name}", ContentFile(picture.body))
    return {"picture": name, "picture_width": picture.width, "picture_height": picture.height}


def owed() -> list[int]:
    """What nobody is at: it waited for another, or a killed worker or a lost message has left it."""
    before = timezone.now() - AT_IT
    lost = LinkPreview.objects.filter(Q(begun_at=None) | Q(begun_at__lt=before), fetched_at=None, tries__lt=MOST_TRIES)
    return list(lost.order_by("pk").values_list("pk", flat=True)[:SWEPT_AT_ONCE])
