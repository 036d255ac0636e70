"""Pictures and videos in pages."""

from collections.abc import Iterable

from django import template

from posts.files import address
from posts.models import LinkPreview, Media

register = template.Library()


@register.filter
def file_url(media: Media, size: str) -> str:
    return address(media, size) if size in media.files else ""


@register.filter
def picture_url(preview: LinkPreview) -> str:
    return address(preview, "picture")


@register.filter
def srcset(media: Media) -> str:
    """The sizes of a still picture, for the browser to choose from."""
    widths = {file[1]: address(media, size) for size, file in media.files.items() if size in STILL}
    return ", ".join(f"{url} {width}w" for width, url in sorted(widths.items()))


STILL = ("preview", "medium", "full")


@register.filter
def clock(seconds: float) -> str:
    """A length as players show it: 0:07, 12:30, 1:02:03."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


@register.filter
def any_processing(media: Iterable[Media]) -> bool:
    return any(one.status == Media.Status.PROCESSING for one in media)
