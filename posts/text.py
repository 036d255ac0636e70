"""What a post's text says: normalised, counted, and turned into safe HTML with links. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import regex
from django.utils.html import escape
from linkify_it import LinkifyIt

from feedsite.text import clean as clean
from feedsite.text import is_blank as is_blank

GRAPHEME = regex.compile(r"\X")
# A letter may carry marks (Devanagari vowels, accents written apart); a tag is no number alone.
TAG = r"(?=[\w\p{M}]*\p{L})[\w\p{M}]{1,100}"
NO_TAG = regex.compile(r"[^\w\p{M}]")
ENTITY = regex.compile(rf"(?<![\w\p{{M}}/@#&])(?:@(?P<mention>[A-Za-z0-9_]{{2,30}})(?![\w@])|#(?P<hashtag>{TAG}))")
LINK_TEXT_LENGTH = 40
MOST_MENTIONS = 20

links = LinkifyIt(options={"fuzzy_email": False, "fuzzy_ip": False})
for schema in ("mailto:", "ftp:", "//"):
    links.add(schema, None)


@dataclass
class Entities:
    """Names as they are looked up: mentions and hashtags in lower case, each once, in order."""

    mentions: list[str] = field(default_factory=list)
    hashtags: list[str] = field(default_factory=list)


def length(content: str) -> int:
    """Characters as people count them: an emoji with a skin tone is one."""
    return sum(1 for _ in GRAPHEME.finditer(content))


def tag_of(text: str) -> str:
    """The one spelling under which a tag is kept and found: folded, only of what a tag may have."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return NO_TAG.sub("", folded)[:100]


def find_tag(text: str) -> str | None:
    """The tag somebody asks for, however it is spelled; None when it has characters that no tag has."""
    return tag_of(text) or None if not NO_TAG.search(text) else None


def pieces(content: str) -> list[tuple[str, str]]:
    """The text cut into (kind, text): `text`, `link` (as written), `mention` and `hashtag` (bare)."""
    cut: list[tuple[str, str]] = []
    at = 0
    for link in links.match(content) or []:
        cut += entity_pieces(content[at : link.index])
        cut.append(("link", link.raw))
        at = link.last_index
    return cut + entity_pieces(content[at:])


def entity_pieces(text: str) -> list[tuple[str, str]]:
    cut: list[tuple[str, str]] = []
    at = 0
    for found in ENTITY.finditer(text):
        cut.append(("text", text[at : found.start()]))
        cut.append((str(found.lastgroup), found.group(str(found.lastgroup))))
        at = found.end()
    cut.append(("text", text[at:]))
    return [piece for piece in cut if piece[1]]


def entities(content: str) -> Entities:
    found = Entities()
    for kind, text in pieces(content):
        if kind == "mention" and text.lower() not in found.mentions:
            found.mentions.append(text.lower())
        if kind == "hashtag" and tag_of(text) not in found.hashtags:
            found.hashtags.append(tag_of(text))
    found.mentions = found.mentions[:MOST_MENTIONS]
    return found


def names(content: str) -> set[str]:
    """All that are named in a text, in lower case; `entities` stops at MOST_MENTIONS."""
    return {text.lower() for kind, text in pieces(content) if kind == "mention"}


def to_html(content: str, known_names: Mapping[str, int]) -> str:
    """Safe HTML: paragraphs, line breaks, links, hashtags, and mentions of those in `known_names`."""
    marked = "".join(piece_html(kind, text, known_names) for kind, text in pieces(content))
    return "".join(f"<p>{part}</p>" for part in marked.replace("\n\n", "\0").replace("\n", "<br>").split("\0"))


def piece_html(kind: str, text: str, known_names: Mapping[str, int]) -> str:
    if kind == "link":
        return link_html(text)
    if kind == "hashtag":
        return f'<a class="hashtag" href="/tags/{escape(tag_of(text))}">#{escape(text)}</a>'
    if kind == "mention" and text.lower() in known_names:
        return f'<a class="mention" href="/@{text.lower()}">@{text}</a>'
    return escape(f"@{text}" if kind == "mention" else text)


def address_of(raw: str) -> str | None:
    """Where a link as it was written leads; None for what is not linked."""
    href = raw if re.match(r"https?://", raw, re.IGNORECASE) else f"https://{raw}"
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    # https://known.example@elsewhere/ is a disguise
    return href if parts.hostname and parts.username is None else None


def first_link(content: str) -> str | None:
    """The address of the first link in a text, without what stands behind a #."""
    addresses = (address_of(raw) for kind, raw in pieces(content) if kind == "link")
    return next((address.partition("#")[0] for address in addresses if address), None)


def link_html(raw: str) -> str:
    """A link that tells its real host; only http and https are ever linked."""
    href = address_of(raw)
    if href is None:
        return escape(raw)
    shown = re.sub(r"^https?://(www\.)?", "", raw, flags=re.IGNORECASE)
    shown = shown if len(shown) <= LINK_TEXT_LENGTH else shown[: LINK_TEXT_LENGTH - 1] + "…"
    return f'<a href="{escape(href)}" rel="nofollow noopener noreferrer ugc" target="_blank">{escape(shown)}</a>'
