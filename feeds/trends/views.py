"""The Explore page, the pages of hashtags, and a small list of trends for other pages."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from feeds import suggestions
from feeds.trends import reading
from feedsite.errors import NotFound
from feedsite.pages import Request, page, render_list
from feedsite.pagination import page_of, page_request
from posts import queries, text
from posts.outside import tag_shared

PEOPLE_SUGGESTED = 4
TAGS_ON_A_CARD = 5


@require_safe
@page
def explore(request: Request) -> HttpResponse:
    found = reading.explore(request.user, page_request(request.GET, list_name="public", viewer=request.user))
    context: dict[str, Any] = {"explored": found, "items": found.latest, "next_cursor": found.next_cursor}
    if request.user.is_authenticated and not request.htmx and "cursor" not in request.GET:
        context["suggestions"] = suggestions.for_viewer(request.user, limit=PEOPLE_SUGGESTED)
    return render_list(request, "feeds/trends/explore.html", "posts/_list.html", context)


@require_safe
@page
def card(request: Request) -> HttpResponse:
    """The strongest hashtags, to stand beside a feed; nothing where nothing rises."""
    return render(request, "feeds/trends/_card.html", {"tags": reading.tags()[:TAGS_ON_A_CARD]})


@require_safe
@page
def tag(request: Request, tag: str) -> HttpResponse:
    known = text.find_tag(tag)
    if known is None:
        raise NotFound()
    if tag != known:
        return redirect("tag", known, permanent=True)
    asked = page_request(request.GET, list_name=f"tag:{tag}", viewer=request.user)
    tagged = queries.tagged(request.user, tag).select_related("preview")
    posts, next_cursor = page_of(tagged.below(asked.after), asked)
    context: dict[str, Any] = {"tag": tag, "items": queries.placed(request.user, posts), "next_cursor": next_cursor}
    if not request.htmx:
        context["shared"] = tag_shared(request, tag)
        context["usage"] = reading.usage(tag, posts, timezone.now())
    return render_list(request, "feeds/trends/tag.html", "posts/_list.html", context)
