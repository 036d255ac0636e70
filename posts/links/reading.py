"""What a page says of itself. Pure."""

import html
import re
from html.parser import HTMLParser
from itertools import islice
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

import webencodings

from feedsite import text

CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE)
# Only these few tags are taken out of a page and read. To read all of it as a browser does takes time that grows with
# the square of how deep it is nested: 15 seconds for half a megabyte of <div>.
META = re.compile(r"""<meta\b(?:[^<>"']|"[^"]{0,1500}"|'[^']{0,1500}')*+>""", re.IGNORECASE)
HEADING = re.compile(r"<title\b[^<>]*>([^<]{0,3000})", re.IGNORECASE)
# Names of a <meta>, the best first.
TITLE = ("og:title", "twitter:title")
DESCRIPTION = ("og:description", "twitter:description", "description")
SITE_NAME = ("og:site_name", "application-name")
PICTURE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
MOST_META = 300


class Told(NamedTuple):
    """`picture` is an address, or empty."""

    title: str = ""
    description: str = ""
    site_name: str = ""
    picture: str = ""


def read_page(body: bytes, charset: str, url: str) -> Told:
    """What the page at that address tells; no title where it tells nothing."""
    markup = decoded(body, charset)
    metas, heading = meta_of(markup), HEADING.search(markup)
    return Told(
        title=line(first(metas, TITLE) or (html.unescape(heading.group(1)) if heading else ""), 300),
        description=line(first(metas, DESCRIPTION), 600),
        site_name=line(first(metas, SITE_NAME) or host_of(url), 100),
        picture=picture_at(first(metas, PICTURE), url),
    )


def decoded(body: bytes, charset: str) -> str:
    """The text by what the server says, else the page, else as UTF-8; a mark at its start beats all."""
    found = CHARSET.search(body[:4096])
    named = webencodings.lookup(charset) or webencodings.lookup(
        found.group(1).decode("ascii", "ignore") if found else ""
    )
    return webencodings.decode(body, named or webencodings.UTF8)[0]


class Tag(HTMLParser):
    """The attributes of one tag."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.attributes: dict[str, str] = {}
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes = {name: value or "" for name, value in attrs}


def meta_of(markup: str) -> dict[str, str]:
    """{name: content} of the first of each name."""
    metas: dict[str, str] = {}
    for found in islice(META.finditer(markup), MOST_META):
        attributes = Tag(found.group()).attributes
        name = attributes.get("property") or attributes.get("name") or ""
        metas.setdefault(name.strip().lower(), attributes.get("content", ""))
    return metas


def first(metas: dict[str, str], names: tuple[str, ...]) -> str:
    return next((metas[name] for name in names if metas.get(name, "").strip()), "")


def line(words: str, most: int) -> str:
    """One line, cut where it is too long."""
    words = " ".join(text.clean(words[: 20 * most]).split())
    if text.is_blank(words):
        return ""
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def picture_at(address: str, url: str) -> str:
    try:
        whole = urljoin(url, address.strip())
    except ValueError:
        return ""
    return whole if address.strip() and whole.startswith(("http://", "https://")) else ""
