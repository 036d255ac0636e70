"""The map of the site for search engines. https://www.sitemaps.org/protocol.html"""

from collections.abc import Iterable
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from feedsite.pages import page
from feedsite.shared import full
from posts import sitemaps
from posts.sitemaps import Address

OPEN = '<?xml version="1.0" encoding="UTF-8"?>\n<{} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


@require_safe
@page
def index(request: HttpRequest) -> HttpResponse:
    return mapped(request, "sitemapindex", "sitemap", map(Address, sitemaps.pieces()))


@require_safe
@page
def people(request: HttpRequest, number: int) -> HttpResponse:
    return mapped(request, "urlset", "url", sitemaps.people(number))


@require_safe
@page
def posts(request: HttpRequest, hours: int, number: int) -> HttpResponse:
    return mapped(request, "urlset", "url", sitemaps.posts(hours, number))


@require_safe
@page
def tags(request: HttpRequest) -> HttpResponse:
    return mapped(request, "urlset", "url", sitemaps.tags())


def mapped(request: HttpRequest, whole: str, part: str, addresses: Iterable[Address]) -> HttpResponse:
    """Full addresses with when they changed; a private account is gone from it at the next look."""
    origin = full(request, "/").rstrip("/")
    lines = [f"<{part}><loc>{escape(origin + one.path)}</loc>{changed(one)}</{part}>\n" for one in addresses]
    xml = OPEN.format(whole) + "".join(lines) + f"</{whole}>\n"
    return HttpResponse(xml, content_type="application/xml", headers={"Cache-Control": "no-cache"})


def changed(one: Address) -> str:
    return f"<lastmod>{one.changed.isoformat(timespec='seconds')}</lastmod>" if one.changed else ""
