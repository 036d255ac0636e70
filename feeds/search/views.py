"""The page of search."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from feeds import search
from feeds.search.query import highlights
from feedsite import limits
from feedsite.errors import Invalid
from feedsite.pages import Request, page, render_list
from feedsite.pagination import PageRequest, page_request
from posts.queries import Placed
from social.queries import with_relations

TABS = {"posts": _("Posts"), "users": _("People"), "hashtags": _("Hashtags")}
FRAGMENTS = {"posts": "posts/_list.html", "users": "social/_people.html", "hashtags": "feeds/search/_hashtags.html"}


@require_safe
@page
def search_page(request: Request) -> HttpResponse:
    """Hits of one kind; without words, or with too many, the page says how to search."""
    typed = request.GET.get("q", "")
    kind = request.GET.get("type", "posts")
    if kind not in TABS:
        raise Invalid()
    context: dict[str, Any] = {"words": typed[: search.LONGEST_QUERY].strip(), "kind": kind, "tabs": TABS.items()}
    try:
        words = search.checked(typed)
    except Invalid as error:
        problem = error.detail if typed.strip() else ""
        return render_list(request, "feeds/search/page.html", FRAGMENTS[kind], context | {"problem": problem})
    asked = page_request(request.GET, list_name=f"search:{kind}:{words}", viewer=request.user)
    limits.take("search", limits.asker(request.user))
    context |= CONTEXTS[kind](request.user, words, asked)
    context |= {"is_asked": True, "more_query": urlencode({"q": words, "type": kind}) + "&"}
    return render_list(request, "feeds/search/page.html", FRAGMENTS[kind], context)


def posts_context(viewer: Any, words: str, asked: PageRequest) -> dict[str, Any]:
    query = search.read(words)
    hits = search.posts(viewer, query, asked)
    items = [Placed(post.pk, post) for post in hits.found]
    # What could not be looked through at once is only looked through when somebody asks for it.
    is_short = hits.next_cursor is not None and len(items) < asked.limit
    more = {"more_trigger": "click", "more_label": _("Look further back")} if is_short else {}
    return {"items": items, "next_cursor": hits.next_cursor, "highlights": highlights(query)} | more


def people_context(viewer: Any, words: str, asked: PageRequest) -> dict[str, Any]:
    hits = search.people(viewer, words, asked)
    return {"people": with_relations(viewer, hits.found), "next_cursor": hits.next_cursor}


def hashtags_context(viewer: Any, words: str, asked: PageRequest) -> dict[str, Any]:
    hits = search.hashtags(words, asked)
    return {"hashtags": hits.found, "next_cursor": hits.next_cursor}


CONTEXTS = {"posts": posts_context, "users": people_context, "hashtags": hashtags_context}
