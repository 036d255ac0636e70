"""Polls under posts."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from feedsite.errors import Conflict, Invalid
from feedsite.pages import Request, next_url, signed_in
from posts import actions, queries
from posts.models import Post, as_id


@require_POST
@signed_in
def post_vote(request: Request, post_id: int) -> HttpResponse:
    choices = [as_id(number) for number in dict.fromkeys(request.POST.getlist(f"choices-{post_id}"))]
    try:
        actions.vote(actor=request.user, post_id=post_id, choices=choices)
    except (Invalid, Conflict) as error:
        return not_counted(request, queries.get_complete(request.user, post_id), str(error))
    post = queries.get_complete(request.user, post_id)
    if request.htmx:
        return poll_of(request, post)
    messages.success(request, _("Your vote is counted."))
    return redirect(next_url(request, post))


def not_counted(request: Request, post: Post, reason: str) -> HttpResponse:
    if request.htmx:
        return poll_of(request, post, problem=reason, status=422)
    messages.error(request, reason)
    return redirect(next_url(request, post))


def poll_of(request: Request, post: Post, *, problem: str = "", status: int = 200) -> HttpResponse:
    """The poll as the card shows it."""
    context = {"post": post, "poll": post.shown_poll, "viewer": request.user, "problem": problem, "answered": True}
    return render(request, "posts/_poll.html", context, status=status)
