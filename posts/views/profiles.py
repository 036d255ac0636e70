"""Somebody's profile, a tab at a time."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from accounts.models import User
from feedsite.pages import Request, page, render_list
from feedsite.pagination import PageRequest, page_request
from posts import profiles
from posts.hydrate import attach_media
from posts.outside import person_shared
from posts.profiles import placed_with_answered
from posts.queries import Placed, placed
from social.queries import get_known, relations

FRAGMENTS = {"media": "posts/_media_grid.html"}


def tab(fill: Callable[[Request, User, PageRequest], dict[str, Any]]) -> Callable[..., HttpResponse]:
    """A view of the profile with that tab open; `fill` answers what stands in it."""
    name = fill.__name__
    route = "profile" if name == "posts" else f"profile_{name}"

    @require_safe
    @page
    @wraps(fill)
    def view(request: Request, username: str) -> HttpResponse:
        if username != username.lower():
            return redirect(route, username.lower(), permanent=True)
        viewer, person = request.user, get_known(request.user, username)
        asked = page_request(request.GET, list_name=f"profile:{name}:{person.pk}", viewer=viewer)
        context = {"person": person, "tab": name, "status": 200, **fill(request, person, asked)}
        if not request.htmx:
            context |= around(viewer, person)
            context |= {"is_unlisted": True} if not person.is_indexable else {"shared": person_shared(request, person)}
        response = render_list(request, "posts/profile.html", FRAGMENTS.get(name, "posts/_list.html"), context)
        response.status_code = context["status"]
        return response

    return view


def around(viewer: Any, person: User) -> dict[str, Any]:
    """What the profile's head and tabs show besides the person."""
    is_own = viewer.pk == person.pk
    relation = relations(viewer, [person.pk])[person.pk] if viewer.is_authenticated and not is_own else None
    may_read = is_own or not person.is_closed or bool(relation and relation.following)
    return {"relation": relation, "has_likes_tab": is_own or (person.shows_likes and may_read)}


@tab
def posts(request: Request, person: User, asked: PageRequest) -> dict[str, Any]:
    """The pinned post stands above the first page, and so in no other place."""
    pinned = profiles.find_pinned(request.user, person)
    found, next_cursor = profiles.posts_of(request.user, person, asked, without=pinned)
    is_first = asked.after is None and pinned is not None
    items = placed(request.user, [pinned, *found] if is_first and pinned else found)
    if is_first:
        return {"pinned": items[0], "items": items[1:], "next_cursor": next_cursor}
    return {"items": items, "next_cursor": next_cursor}


@tab
def comments(request: Request, person: User, asked: PageRequest) -> dict[str, Any]:
    found, next_cursor = profiles.comments_of(request.user, person, asked)
    return {"items": placed_with_answered(request.user, found), "next_cursor": next_cursor}


@tab
def media(request: Request, person: User, asked: PageRequest) -> dict[str, Any]:
    found, next_cursor = profiles.media_of(request.user, person, asked)
    attach_media(found)
    return {"items": found, "next_cursor": next_cursor}


@tab
def likes(request: Request, person: User, asked: PageRequest) -> dict[str, Any]:
    """Where the person does not show it the page says so, under 403."""
    if not profiles.shows_likes_to(request.user, person):
        none: list[Placed] = []
        return {"items": none, "next_cursor": None, "is_kept": True, "status": 403}
    found, next_cursor = profiles.likes_of(request.user, person, asked)
    return {"items": placed_with_answered(request.user, found), "next_cursor": next_cursor}
