"""Changing a post, and how it read before."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from feedsite.errors import Invalid, TooMany
from feedsite.pages import Request, checked, form_status, page, render_list, show_errors, signed_in
from feedsite.pagination import page_of, page_request
from posts import actions, queries
from posts.forms import EditForm
from posts.models import Post, Revision


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def post_edit(request: Request, username: str, post_id: int) -> HttpResponse:
    post = queries.get_complete(request.user, post_id)
    actions.check_editable(post, request.user)
    if post.author.username != username:
        return redirect("post_edit", post.author.username, post.pk)
    if request.method == "POST":
        return post_change(request, post)
    begun = {"content": post.content, "content_warning": post.content_warning, "visibility": post.visibility}
    return edit_page(request, post, EditForm(initial=begun))


def post_change(request: Request, post: Post) -> HttpResponse:
    form = EditForm(request.POST)
    try:
        actions.edit(actor=request.user, post_id=post.pk, **changes(post, checked(form)))
    except (Invalid, TooMany) as error:
        return edit_page(request, post, show_errors(form, error), form_status(request, error))
    messages.success(request, _("Your changes are saved."))
    return redirect(post)


def changes(post: Post, given: dict[str, Any]) -> dict[str, Any]:
    """A comment's form has no field for who may see it."""
    return {name: value for name, value in given.items() if name != "visibility" or not post.is_comment}


def edit_page(request: Request, post: Post, form: Form, status: int = 200) -> HttpResponse:
    return render(request, "posts/edit.html", {"post": post, "form": form}, status=status)


@require_safe
@page
def post_history(request: Request, username: str, post_id: int) -> HttpResponse:
    post = queries.get_complete(request.user, post_id)
    if post.author.username != username:
        return redirect("post_history", post.author.username, post.pk)
    asked = page_request(request.GET, list_name=f"history:{post_id}", viewer=request.user)
    revisions = Revision.objects.shown_to(request.user, post)
    shown, next_cursor = page_of(revisions.filter(pk__lt=asked.after) if asked.after else revisions, asked)
    context = {"post": post, "revisions": shown, "next_cursor": next_cursor}
    return render_list(request, "posts/history.html", "posts/_revisions.html", context)
