"""What a button of people answers."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django_htmx.http import trigger_client_event

from accounts.models import User
from feedsite.pages import Request, next_url, with_undo
from social import queries


def answered(request: Request, said: str) -> HttpResponse:
    """Back to the list; to the page itself nothing in the row's place, what to say, and how many are left."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(next_url(request, "follow_requests"))
    return trigger_client_event(render(request, "social/_answered.html"), "say", {"text": said})


def out_of_the_list(request: Request, person: User, said: str) -> HttpResponse:
    """For a button that stands on a profile, and in a list whose row goes with it: then nothing in the row's place."""
    if request.htmx and not request.htmx.target:  # a row has no id
        return trigger_client_event(HttpResponse(), "say", {"text": said})
    return standing(request, person, said)


def standing(request: Request, person: User, said: str, undo: str = "") -> HttpResponse:
    """Back to where the button was; to the page itself only the button as it stands.

    `undo` is the address that takes it back: it is offered with what is said.
    """
    if not request.htmx:
        messages.success(request, said, extra_tags=undo)
        return redirect(next_url(request, person))
    person.refresh_from_db(fields=["followers_count"])
    relation = queries.relations(request.user, [person.pk])[person.pk]
    context = {"person": person, "relation": relation}
    alone = request.htmx.target == f"follow-{person.pk}"  # a list's button; a profile has a menu with it
    answer = render(request, "social/_follow.html" if alone else "social/_standing.html", context)
    return with_undo(answer, said, undo, swaps=request.htmx.target) if undo else answer


def muted(request: Request, person: User, said: str, undo: str) -> HttpResponse:
    """From the menu of a post: its author's posts leave the page, and come back when it is undone."""
    if not request.htmx or request.htmx.target:  # a post's menu puts nothing in its place
        return standing(request, person, said, undo)
    answer = with_undo(HttpResponse(status=204), said, undo)
    return trigger_client_event(answer, "author-muted", {"address": person.get_absolute_url()})
