"""The home page and what keeps it fresh."""

import re
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from feeds import lists, suggestions, timeline
from feeds.experiments.reading import told_of
from feeds.impressions.offering import token_of, token_of_new
from feeds.ranking import frozen
from feeds.ranking import page as ranked
from feedsite.errors import Invalid, NotFound
from feedsite.pages import Request, next_url, page, render_list, signed_in
from feedsite.pagination import page_of, page_request
from posts.forms import PostForm
from posts.models import as_id
from posts.outside import site_shared
from posts.queries import Placed, find_visible, placed, public_timeline
from social import actions as social_actions
from social.lists import get_list
from social.queries import get_known

PEOPLE_SUGGESTED = 5
# A reader who was away longer than this many posts starts again at the top.
MOST_NEW_POSTS = 100
CARD_PLACES = ("list", "thread", "focus")
# The query of a card's "why am I seeing this?", as this site writes it.
WHY_QUERY = re.compile(r"(?:\?(?:scroll|list|ranking)=[\w:-]{1,64}(?:&decided=1)?)?")


@require_safe
@page
def home(request: Request) -> HttpResponse:
    if not request.user.is_authenticated:
        return welcome(request)
    try:
        found = ranked.home(request.user, request.GET)
    except frozen.Gone:
        return order_gone(request)
    asked = request.GET.get("ranking")
    context: dict[str, Any] = {
        "items": as_placed(timeline.hydrate(request.user, found.rows), why_query(found)),
        "next_cursor": found.next_cursor,
        # A page that was asked for in one order goes on in it.
        "more_query": f"ranking={asked}&" if asked else "",
        "newest": found.newest,
        "ranking": found.ranking,
        "impressions": token_of(request, found),
        "test": told_of(found),
        "form": PostForm(),
    }
    if not request.htmx:
        context["suggestions"] = suggestions.for_viewer(request.user, limit=PEOPLE_SUGGESTED)
    return render_list(request, "feeds/home.html", "posts/_list.html", context)


def order_gone(request: Request) -> HttpResponse:
    """To whoever comes back after hours: the way to a fresh order, in the place of more posts or on home itself."""
    asked = request.GET.get("ranking")
    again = resolve_url("home") + (f"?ranking={asked}" if asked else "")
    if request.htmx:
        return render(request, "feeds/_order_gone.html", {"again": again})
    messages.info(request, _("The order of those posts is not kept any more. This is home from the top."))
    return redirect(again)


def why_query(found: ranked.RankedPage) -> str:
    """By what a page's places are explained: the scroll that holds their terms, or the order alone; and whether an
    experiment decided it.
    """
    order = f"?scroll={found.scroll_id}" if found.scroll_id else f"?ranking={found.ranking}"
    return f"{order}&decided=1" if found.experiment else order


@require_safe
@signed_in
def list_timeline(request: Request, list_id: int) -> HttpResponse:
    one = get_list(request.user, list_id)
    asked = page_request(request.GET, list_name=f"list:{one.pk}", viewer=request.user)
    found = lists.timeline_of(request.user, one, asked)
    items = as_placed(timeline.hydrate(request.user, found.rows), f"?list={one.pk}")
    context = {"list": one, "items": items, "next_cursor": found.next_cursor}
    return render_list(request, "feeds/list.html", "posts/_list.html", context)


@require_safe
@signed_in
def people_to_follow(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="suggestions", viewer=request.user)
    shown, next_cursor = suggestions.page(request.user, asked)
    context = {"suggestions": shown, "next_cursor": next_cursor}
    return render_list(request, "feeds/suggestions.html", "feeds/_suggestions.html", context)


@require_POST
@signed_in
def not_interested(request: Request, username: str) -> HttpResponse:
    """Takes somebody out of the suggestions for good; to the page itself nothing in the row's place."""
    person = get_known(request.user, username)
    social_actions.dismiss(viewer=request.user, person=person)
    said = _("%(name)s is not suggested to you again.") % {"name": person.name}
    if not request.htmx:
        messages.success(request, said)
        return redirect(next_url(request, "suggestions"))
    return trigger_client_event(HttpResponse(), "say", {"text": said})


def welcome(request: Request) -> HttpResponse:
    """What the site is, and what is said on it in public."""
    asked = page_request(request.GET, list_name="public", viewer=request.user)
    posts, next_cursor = page_of(public_timeline(request.user).below(asked.after), asked)
    context = {"items": placed(request.user, posts), "next_cursor": next_cursor, "shared": site_shared(request)}
    return render_list(request, "feeds/welcome.html", "posts/_list.html", context)


@require_safe
@signed_in
def feed_new(request: Request) -> HttpResponse:
    """Cards of the entries above `since`, newest first; 204 when they are too many to put on top."""
    since = as_id(request.GET.get("since", ""))
    if since is None:
        raise Invalid(_("Say since which entry."))
    entries = timeline.newer_than(request.user, since, MOST_NEW_POSTS)
    if entries is None:
        return HttpResponse(status=204)
    items = timeline.hydrate(request.user, entries[::-1])
    token = token_of_new(request, entries[::-1])
    return render(request, "posts/_list.html", {"items": as_placed(items), "next_cursor": None, "impressions": token})


@require_safe
@signed_in
def post_card(request: Request, entry_id: int) -> HttpResponse:
    """One entry's card anew, for a page that shows it: in a list, among the replies of a thread, or as its focus."""
    place = request.GET.get("place", "list")
    if place not in CARD_PLACES:
        raise Invalid(_("Say at which place."))
    why = request.GET.get("why")
    if why is not None and not WHY_QUERY.fullmatch(why):
        raise Invalid(_("The list of the post is not known."))
    entry = find_visible(request.user, entry_id)
    entries = [timeline.Entry(entry_id, entry.share_of_id or entry_id)] if entry else []
    items = timeline.hydrate(request.user, entries)
    if not items:
        if request.htmx:  # it went while the page asked, which is no error in anybody's console
            return HttpResponse(status=204)
        raise NotFound()
    context: dict[str, Any] = {"entry_id": entry_id, "post": items[0].post, "sharer": items[0].sharer}
    where = {"viewer": request.user, "focus": place == "focus", "in_thread": place == "thread"}
    explained = {"why": resolve_url("why", entry_id) + why} if why is not None else {}
    return render(request, "posts/_card.html", context | where | explained)


def as_placed(items: list[timeline.Item], why: str = "") -> list[Placed]:
    """The items for a list; `why` is the query by which each place is explained."""
    return [
        Placed(item.entry.entry_id, item.post, item.sharer, resolve_url("why", item.entry.entry_id) + why)
        for item in items
    ]
