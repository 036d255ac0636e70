"""The home page and what keeps it fresh."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from feeds import timeline
from feedsite.errors import Invalid
from feedsite.pages import Request, page, render_list, signed_in
from feedsite.pagination import page_of, page_request
from posts.forms import PostForm
from posts.models import as_id
from posts.queries import Placed, get_visible, placed, public_timeline
from social.queries import newcomers_might_follow

PEOPLE_SUGGESTED = 5
# A reader who was away longer than this many posts starts again at the top.
MOST_NEW_POSTS = 100


@require_safe
@page
def home(request: Request) -> HttpResponse:
    if not request.user.is_authenticated:
        return welcome(request)
    found = timeline.home(request.user, page_request(request.GET, list_name="home", viewer=request.user))
    items = as_placed(timeline.hydrate(request.user, found.rows))
    context: dict[str, Any] = {
        "items": items,
        "next_cursor": found.next_cursor,
        "form": PostForm(),
    }
    if not request.htmx:
        context["suggestions"] = newcomers_might_follow(request.user, PEOPLE_SUGGESTED)
    return render_list(request, "feeds/home.html", "posts/_list.html", context)


def welcome(request: Request) -> HttpResponse:
    """What the site is, and what is said on it in public."""
    asked = page_request(request.GET, list_name="public", viewer=request.user)
    posts, next_cursor = page_of(public_timeline(request.user).below(asked.after), asked)
    context = {"items": placed(request.user, posts), "next_cursor": next_cursor}
    return render_list(request, "feeds/welcome.html", "posts/_list.html", context)


@require_safe
@signed_in
def feed_new(request: Request) -> HttpResponse:
    """Cards of the entries above `since`, newest first; 204 when they are too many to put on top."""
    since = as_id(request.GET.get("since", ""))
    if since is None:
        raise Invalid("Say since which entry.")
    entries = timeline.newer_than(request.user, since, MOST_NEW_POSTS)
    if entries is None:
        return HttpResponse(status=204)
    items = timeline.hydrate(request.user, entries[::-1])
    return render(request, "posts/_list.html", {"items": as_placed(items), "next_cursor": None})


@require_safe
@signed_in
def post_card(request: Request, entry_id: int) -> HttpResponse:
    """One entry's card as the signed-in reader sees it."""
    entry = get_visible(request.user, entry_id)
    items = timeline.hydrate(request.user, [timeline.Entry(entry_id, entry.share_of_id or entry_id)])
    return render(request, "posts/_list.html", {"items": as_placed(items), "next_cursor": None})


def as_placed(items: list[timeline.Item]) -> list[Placed]:
    return [Placed(item.entry.entry_id, item.post, item.sharer) for item in items]
