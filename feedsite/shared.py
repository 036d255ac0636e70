"""What a page tells those who show a link to it elsewhere: messengers, other networks, search engines."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe

from feedsite.rendering import encode

# As \uXXXX in JSON, so that no text ends the element it stands in.
ENDS = {ord(char): f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}


@dataclass(frozen=True)
class Image:
    """A picture by its full address; sizes in pixels, 0 where they are not known."""

    url: str
    alt: str
    width: int = 0
    height: int = 0
    is_avatar: bool = False


@dataclass(frozen=True)
class Shared:
    """OpenGraph of a page and what goes with it; all addresses are full ones."""

    kind: str
    title: str
    description: str
    url: str
    image: Image | None = None
    # Properties of the kind, such as `article:published_time`.
    facts: dict[str, str] = field(default_factory=dict)
    # (title, address, media type) of the same thing as data: feeds, oEmbed.
    others: list[tuple[str, str, str]] = field(default_factory=list)
    # schema.org's view of it.
    linked_data: dict[str, Any] = field(default_factory=dict)

    def json_ld(self) -> SafeString:
        return mark_safe(encode(self.linked_data).decode().translate(ENDS))  # noqa: S308 escaped right here


def full(request: HttpRequest, path: str) -> str:
    """The full address of a path, as the page itself was reached."""
    return request.build_absolute_uri(path)


def shortened(text: str, length: int) -> str:
    """The text on one line, cut between words where it is longer."""
    line = " ".join(text.split())
    if len(line) <= length:
        return line
    return line[: length - 1].rsplit(" ", 1)[0].rstrip(",.;: ") + "…"
