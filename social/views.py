"""Follower lists, and the buttons that say how one stands to somebody."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.models import User
from feedsite.pages import Request, next_url, page, render_list, signed_in
from feedsite.pagination import page_of, page_request
from social import actions, queries

FOLLOWED = {True: "You follow {}.", False: "You asked to follow {}. Their posts come when they accept."}
UNFOLLOWED = {True: "You no longer ask to follow {}.", False: "You no longer follow {}."}


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
    }
    return render_list(request, "social/people.html", "social/_people.html", context)


@require_POST
@signed_in
def follow(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.follow(follower=request.user, author=person)
    relation = queries.relations(request.user, [person.pk])[person.pk]
    return standing(request, person, FOLLOWED[relation.following].format(person.name))


@require_POST
@signed_in
def unfollow(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    relation = queries.relations(request.user, [person.pk])[person.pk]
    actions.unfollow(follower=request.user, author=person)
    return standing(request, person, UNFOLLOWED[relation.requested].format(person.name))


@require_safe
@signed_in
def follow_requests(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="follow_requests", viewer=request.user)
    found = queries.asking(request.user, below=asked.after, limit=asked.limit + 1)
    people, next_cursor = page_of(found, asked)
    context = {"people": people, "next_cursor": next_cursor}
    return render_list(request, "social/follow_requests.html", "social/_requests.html", context)


@require_POST
@signed_in
def accept(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.accept_follow(owner=request.user, follower=person)
    return answered(request, f"{person.name} follows you now.")


@require_POST
@signed_in
def reject(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.reject_follow(owner=request.user, follower=person)
    return answered(request, f"You rejected {person.name}. They are not told.")


def answered(request: Request, said: str) -> HttpResponse:
    """Back to the list; to the page itself nothing in the row's place, what to say, and how many are left."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(next_url(request, "follow_requests"))
    return trigger_client_event(render(request, "social/_answered.html"), "say", {"text": said})


@require_POST
@signed_in
def block(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.block(blocker=request.user, blocked=person)
    return standing(request, person, f"You blocked {person.name}. You no longer see each other's posts.")


@require_POST
@signed_in
def unblock(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.unblock(blocker=request.user, blocked=person)
    return standing(request, person, f"{person.name} is no longer blocked.")


@require_POST
@signed_in
def mute(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.mute(muter=request.user, muted=person)
    return standing(request, person, f"You muted {person.name}. Their posts stay out of your home feed.")


@require_POST
@signed_in
def unmute(request: Request, username: str) -> HttpResponse:
    person = queries.get_known(request.user, username)
    actions.unmute(muter=request.user, muted=person)
    return standing(request, person, f"{person.name} is no longer muted.")


def standing(request: Request, person: User, said: str) -> HttpResponse:
    """Back to where the button was; to the page itself only the button as it stands."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(next_url(request, person))
    person.refresh_from_db(fields=["followers_count"])
    relation = queries.relations(request.user, [person.pk])[person.pk]
    context = {"person": person, "relation": relation}
    alone = request.htmx.target == f"follow-{person.pk}"  # a list's button; a profile has a menu with it
    return render(request, "social/_follow.html" if alone else "social/_standing.html", context)
