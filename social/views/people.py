"""Follower lists."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from feedsite.pages import Request, page, render_list
from feedsite.pagination import page_of, page_request
from social import queries


@require_safe
@page
def followers(request: Request, username: str) -> HttpResponse:
    return people(request, username, "followers", queries.followers)


@require_safe
@page
def following(request: Request, username: str) -> HttpResponse:
    return people(request, username, "following", queries.following)


def people(request: Request, username: str, which: str, listed: Any) -> HttpResponse:
    if username != username.lower():
        return redirect(which, username.lower(), permanent=True)
    person = queries.get_known(request.user, username)
    asked = page_request(request.GET, list_name=f"{which}:{person.pk}", viewer=request.user)
    shown, next_cursor = page_of(listed(request.user, person, below=asked.after, limit=asked.limit + 1), asked)
    context = {
        "person": person,
        "which": which,
        "people": queries.with_relations(request.user, shown),
        "next_cursor": next_cursor,
        "may_remove": which == "followers" and person == request.user,
    }
    return render_list(request, "social/people.html", "social/_people.html", context)
