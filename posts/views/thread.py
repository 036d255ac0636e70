"""A post with what it answers and what was answered to it."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from feedsite.errors import Invalid, TooMany
from feedsite.pages import Request, checked, form_status, page, render_list, show_errors, signed_in
from feedsite.pagination import page_request
from feedsite.parameters import asked_id
from posts import actions, outside, printing, queries, threads
from posts.forms import CommentForm
from posts.models import Post
from posts.views.uploading import sent_form


@require_safe
@page
def thread(request: Request, username: str, post_id: int) -> HttpResponse:
    post = queries.get_original(request.user, post_id)
    if post.pk != post_id or post.author.username != username:
        return redirect(post)
    return replies(request, post) if request.htmx else thread_page(request, post, CommentForm())


def thread_page(request: Request, post: Post, form: Form, status: int = 200) -> HttpResponse:
    asked = page_request(request.GET, list_name=threads.list_name(post.pk), viewer=request.user)
    context: dict[str, Any] = {"post": post, "form": form, "thread": threads.thread(request.user, post, asked)}
    context["is_unlisted"] = not post.author.is_indexable
    if not request.user.is_authenticated:  # whatever one sees then, all may
        context["shared"] = outside.post_shared(request, post)
    response = render_list(request, "posts/thread.html", "posts/thread.html", context)
    response.status_code = status
    return response


def replies(request: Request, post: Post) -> HttpResponse:
    """The next replies to a post, which itself may be a reply somewhere on a page: `level` says how deep."""
    asked = page_request(request.GET, list_name=threads.list_name(post.pk), viewer=request.user)
    level = min(asked_id(request.GET, "level") or 0, len(threads.REPLIES_SHOWN))
    found, next_cursor = threads.more_replies(request.user, post, asked, level)
    context = {"replies": found, "next_cursor": next_cursor, "parent": post, "more_level": level}
    return render_list(request, "posts/_replies.html", "posts/_replies.html", context | {"viewer": request.user})


@require_safe
@page
def thread_print(request: Request, username: str, post_id: int) -> HttpResponse:
    """The whole thread as plain reading; that of a comment is the one it stands in."""
    post = queries.get_original(request.user, post_id)
    first = queries.get_visible(request.user, post.root_id) if post.root_id else post
    if first.pk != post_id or first.author.username != username:
        return redirect("thread_print", first.author.username, first.pk)
    context = {"post": first, "printed": printing.printed(request.user, first), "most": printing.MOST_COMMENTS}
    return render(request, "posts/print.html", context | {"is_unlisted": True})


@require_safe
@page
def earlier(request: Request, post_id: int) -> HttpResponse:
    """What a post on a page answers, for the page; by itself it is that post's page."""
    post = queries.get_original(request.user, post_id)
    if not request.htmx:
        return redirect(post)
    ancestors, further = threads.earlier(request.user, post)
    context = {"ancestors": ancestors, "earlier": further, "viewer": request.user}
    return render(request, "posts/_ancestors.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def comment_create(request: Request, post_id: int) -> HttpResponse:
    post = queries.get_original(request.user, post_id)
    if request.method != "POST":  # the form for a reply among others
        context = {"post": post, "form": CommentForm(), "is_inline": True, "is_focused": True}
        return render(request, "posts/_comment_form.html", context) if request.htmx else redirect(post)
    form = sent_form(CommentForm, request)
    try:
        comment = actions.comment(author=request.user, post_id=post.pk, **checked(form))
    except (Invalid, TooMany) as error:
        return comment_refused(request, post, show_errors(form, error), form_status(request, error))
    if request.htmx:
        return commented(request, post, comment)
    messages.success(request, _("Your comment is published."))
    return redirect(post)


def commented(request: Request, post: Post, comment: Post) -> HttpResponse:
    post.refresh_from_db(fields=["comments_count"])
    made = threads.Reply(queries.get_complete(request.user, comment.pk))
    context: dict[str, Any] = {"post": post, "replies": [made], "form": CommentForm(), "answered": True}
    return render(request, "posts/_commented.html", context | {"is_inline": "inline" in request.POST})


def comment_refused(request: Request, post: Post, form: Form, status: int) -> HttpResponse:
    if request.htmx:
        context = {"post": post, "form": form, "answered": True, "is_inline": "inline" in request.POST}
        return render(request, "posts/_comment_form.html", context, status=status)
    return thread_page(request, post, form, status=status)
