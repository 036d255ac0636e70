"""The buttons under a post."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from feedsite.pages import Request, next_url, signed_in, with_undo
from posts import actions


@require_POST
@signed_in
def post_like(request: Request, post_id: int) -> HttpResponse:
    post = actions.like(actor=request.user, post_id=post_id)
    return marked(request, post, "posts/_like.html", has_liked=True)


@require_POST
@signed_in
def post_unlike(request: Request, post_id: int) -> HttpResponse:
    post = actions.unlike(actor=request.user, post_id=post_id)
    return marked(request, post, "posts/_like.html", has_liked=False)


@require_POST
@signed_in
def post_share(request: Request, post_id: int) -> HttpResponse:
    post = actions.share(actor=request.user, post_id=post_id)
    answer = marked(request, post, "posts/_share.html", has_shared=True)
    return offering(answer, request, _("You shared this with your followers."), "post_unshare", post)


@require_POST
@signed_in
def post_unshare(request: Request, post_id: int) -> HttpResponse:
    post = actions.unshare(actor=request.user, post_id=post_id)
    answer = marked(request, post, "posts/_share.html", has_shared=False)
    return offering(answer, request, _("Your share is taken back."), "post_share", post)


@require_POST
@signed_in
def post_bookmark(request: Request, post_id: int) -> HttpResponse:
    post = actions.bookmark(actor=request.user, post_id=post_id)
    return marked(request, post, "posts/_bookmark.html", has_bookmarked=True)


@require_POST
@signed_in
def post_unbookmark(request: Request, post_id: int) -> HttpResponse:
    post = actions.unbookmark(actor=request.user, post_id=post_id)
    answer = marked(request, post, "posts/_bookmark.html", has_bookmarked=False)
    return offering(answer, request, _("The bookmark is gone."), "post_bookmark", post)


@require_POST
@signed_in
def post_pin(request: Request, post_id: int) -> HttpResponse:
    post = actions.pin(actor=request.user, post_id=post_id)
    return pin_changed(request, post, _("This post is pinned to your profile."), "post_unpin")


@require_POST
@signed_in
def post_unpin(request: Request, post_id: int) -> HttpResponse:
    post = actions.unpin(actor=request.user, post_id=post_id)
    return pin_changed(request, post, _("This post is no longer pinned to your profile."), "post_pin")


def pin_changed(request: Request, post: Any, said: str, undo: str) -> HttpResponse:
    """A profile is shown anew, as the order on it has changed; other pages only hear of it, with a way back."""
    profile = request.user.get_absolute_url()
    if request.htmx and request.htmx.current_url_abs_path != profile:
        return with_undo(HttpResponse(), said, resolve_url(undo, post.pk))
    messages.success(request, said)
    return HttpResponseClientRedirect(profile) if request.htmx else redirect(next_url(request, profile))


def marked(request: Request, post: Any, fragment: str, **marks: bool) -> HttpResponse:
    """Back to where the button was; to the page itself only the button as it stands."""
    if not request.htmx:
        return redirect(next_url(request, post))
    for name, value in marks.items():
        setattr(post, name, value)
    return render(request, fragment, {"post": post, "viewer": request.user})


def offering(answer: HttpResponse, request: Request, said: str, undo: str, post: Any) -> HttpResponse:
    """The same with a word to it and a way back: one slip of the finger is easily not seen."""
    if not request.htmx:
        return answer
    return with_undo(answer, said, resolve_url(undo, post.pk), swaps=request.htmx.target)
