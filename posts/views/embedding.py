"""oEmbed: how other sites show a public post or profile of this one. https://oembed.com/"""

from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from feedsite.errors import Invalid, NotFound
from feedsite.pages import page
from feedsite.rendering import encode
from feedsite.shared import Image, full
from posts import outside
from posts.hydrate import attach_media
from posts.models import Post
from posts.outside import VISITOR
from posts.queries import get_original
from social.queries import get_known

WIDTH_PIXELS = 550
MOST_PIXELS = 10_000
# How long others may show it as it was.
CACHE_SECONDS = 3600
Facts = dict[str, Any]


@require_safe
@page
def oembed(request: HttpRequest) -> HttpResponse:
    """404 for what a visitor may not see and for other sites, 501 for formats there are not, as the standard says."""
    kind = request.GET.get("format", "json")
    if kind not in WRITERS:
        return HttpResponse(_("Ask for json or xml."), status=501, content_type="text/plain; charset=utf-8")
    width, height = (read_pixels(request, name) for name in ("maxwidth", "maxheight"))
    facts = embedded(request, request.GET.get("url", ""), width, height)
    return answer(kind, facts)


def answer(kind: str, facts: Facts) -> HttpResponse:
    media_type, write = WRITERS[kind]
    response = HttpResponse(write(facts), content_type=media_type)
    # Nobody is signed in here, so every script may read what every visitor may.
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def read_pixels(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, str(MOST_PIXELS))
    if text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0:
        return int(text)
    reason = _("Give a whole number of pixels.")
    raise Invalid(reason, fields={name: [reason]})


def embedded(request: HttpRequest, url: str, width: int, height: int) -> Facts:
    """What the standard calls a response of the type `rich`; its height is as the words need it."""
    route, named = find_route(request, url)
    if route == "thread":
        found = find_post(int(named["post_id"]))
        facts = post_facts(request, found)
        thumbnail = thumbnail_of(request, found, width, height)
    else:
        person = get_known(VISITOR, named["username"])
        facts = person_facts(request, person)
        avatar = None if person.is_closed else outside.avatar_of(request, person)
        thumbnail = avatar if avatar and avatar.width <= min(width, height) else None
    said = {"version": "1.0", "type": "rich", "width": min(width, WIDTH_PIXELS), "height": None}
    said |= {"provider_name": settings.SITE_NAME, "provider_url": full(request, "/"), "cache_age": CACHE_SECONDS}
    return said | facts | thumbnail_facts(thumbnail)


def find_route(request: HttpRequest, url: str) -> tuple[str, dict[str, Any]]:
    """(name of the page, what its address names); raises Invalid without a url, NotFound for other pages and sites."""
    if not url:
        reason = _("Give the address of a post or a profile.")
        raise Invalid(reason, fields={"url": [reason]})
    try:
        parts = urlsplit(url)
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        raise NotFound() from None
    if parts.scheme not in ("http", "https") or parts.netloc.lower() != request.get_host().lower():
        raise NotFound()
    if match.url_name not in ("thread", "profile"):
        raise NotFound()
    return match.url_name, match.kwargs


def find_post(post_id: int) -> Post:
    post = get_original(VISITOR, post_id)
    attach_media([post] if post.media_count else [])
    return post


def post_facts(request: HttpRequest, post: Post) -> Facts:
    url = full(request, post.get_absolute_url())
    shown = {"url": url, "post": post, "html": outside.html_of(request, post), "media": outside.open_media(post)}
    return {
        "title": outside.title_of(post),
        "author_name": post.author.name,
        "author_url": full(request, post.author.get_absolute_url()),
        "html": render_to_string("posts/embed_post.html", shown).strip(),
    }


def person_facts(request: HttpRequest, person: User) -> Facts:
    """Raises NotFound for an account that does not show itself to everybody."""
    if person.is_closed:
        raise NotFound()
    url = full(request, person.get_absolute_url())
    return {
        "title": outside.heading_of(person),
        "author_name": person.name,
        "author_url": url,
        "html": render_to_string("posts/embed_person.html", {"url": url, "person": person}).strip(),
    }


def thumbnail_of(request: HttpRequest, post: Post, width: int, height: int) -> Image | None:
    """The first picture where it is small enough."""
    image = outside.image_of(request, post)
    return image if image and image.width <= width and image.height <= height else None


def thumbnail_facts(image: Image | None) -> Facts:
    if image is None:
        return {}
    return {"thumbnail_url": image.url, "thumbnail_width": image.width, "thumbnail_height": image.height}


def as_xml(facts: Facts) -> bytes:
    root = ElementTree.Element("oembed")
    for name, value in facts.items():
        if value is not None:
            ElementTree.SubElement(root, name).text = str(value)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


WRITERS: dict[str, Any] = {"json": ("application/json", encode), "xml": ("text/xml; charset=utf-8", as_xml)}
