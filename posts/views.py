"""Pages of posts, and the forms that make and change them."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from feedsite.errors import Forbidden, Invalid, NotFound
from feedsite.pages import Request, checked, next_url, page, render_list, show_errors, signed_in
from feedsite.pagination import page_of, page_request
from posts import actions, queries, text
from posts.forms import CommentForm, PostForm
from posts.models import Post
from social.queries import get_known, newcomers_might_follow, relations

PEOPLE_SUGGESTED = 3


@require_safe
@signed_in
def public(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="public", viewer=request.user)
    posts, next_cursor = page_of(queries.public_timeline(request.user).below(asked.after), asked)
    context: dict[str, Any] = {"items": queries.placed(request.user, posts), "next_cursor": next_cursor}
    if not request.htmx:
        context["suggestions"] = newcomers_might_follow(request.user, PEOPLE_SUGGESTED)
    return render_list(request, "posts/public.html", "posts/_list.html", context)


@require_safe
@page
def tag(request: Request, tag: str) -> HttpResponse:
    known = text.find_tag(tag)
    if known is None:
        raise NotFound()
    if tag != known:
        return redirect("tag", known, permanent=True)
    asked = page_request(request.GET, list_name=f"tag:{tag}", viewer=request.user)
    posts, next_cursor = page_of(queries.tagged(request.user, tag).below(asked.after), asked)
    context = {"tag": tag, "items": queries.placed(request.user, posts), "next_cursor": next_cursor}
    return render_list(request, "posts/tag.html", "posts/_list.html", context)


@require_safe
@page
def profile(request: Request, username: str) -> HttpResponse:
    if username != username.lower():
        return redirect("profile", username.lower(), permanent=True)
    viewer, person = request.user, get_known(request.user, username)
    asked = page_request(request.GET, list_name=f"author:{person.pk}", viewer=viewer)
    posts, next_cursor = page_of(queries.of_author(viewer, person).below(asked.after), asked)
    context: dict[str, Any] = {"person": person, "items": queries.placed(viewer, posts), "next_cursor": next_cursor}
    if viewer.is_authenticated and viewer != person:
        context["relation"] = relations(viewer, [person.pk])[person.pk]
    return render_list(request, "posts/profile.html", "posts/_list.html", context)


@require_safe
@page
def thread(request: Request, username: str, post_id: int) -> HttpResponse:
    post = queries.get_visible(request.user, post_id)
    if post.share_of:
        return redirect(post.share_of)
    if post.author.username != username:
        return redirect(post)
    return thread_page(request, post, CommentForm())


def thread_page(request: Request, post: Post, form: Form, status: int = 200) -> HttpResponse:
    asked = page_request(request.GET, list_name=f"comments:{post.pk}", viewer=request.user)
    comments = queries.comments_on(request.user, post).oldest_first_after(asked.after)
    shown, next_cursor = page_of(comments, asked)
    context: dict[str, Any] = {
        "post": post,
        "form": form,
        "items": queries.placed(request.user, shown),
        "next_cursor": next_cursor,
    }
    context["parent"] = queries.find_visible(request.user, post.in_reply_to_id)
    response = render_list(request, "posts/thread.html", "posts/_list.html", context)
    response.status_code = status
    return response


@require_POST
@signed_in
def post_create(request: Request) -> HttpResponse:
    form = PostForm(request.POST)
    try:
        post = actions.publish(author=request.user, **checked(form))
    except Invalid as error:
        whole = "posts/_composer.html" if request.htmx else "posts/compose.html"
        return render(request, whole, {"form": show_errors(form, error), "answered": True}, status=422)
    if request.htmx:
        made = queries.get_visible(request.user, post.pk)
        return render(request, "posts/_created.html", {"post": made, "form": PostForm(), "answered": True})
    messages.success(request, "Your post is published.")
    return redirect(next_url(request))


@require_POST
@signed_in
def comment_create(request: Request, post_id: int) -> HttpResponse:
    form = CommentForm(request.POST)
    try:
        comment = actions.comment(author=request.user, post_id=post_id, **checked(form))
    except Invalid as error:
        return comment_refused(request, queries.get_visible(request.user, post_id), show_errors(form, error))
    post = queries.get_visible(request.user, post_id)
    if request.htmx:
        context = {"post": post, "comment": queries.get_visible(request.user, comment.pk)}
        return render(request, "posts/_commented.html", {**context, "form": CommentForm(), "answered": True})
    messages.success(request, "Your comment is published.")
    return redirect(post)


def comment_refused(request: Request, post: Post, form: Form) -> HttpResponse:
    if request.htmx:
        return render(request, "posts/_comment_form.html", {"post": post, "form": form, "answered": True}, status=422)
    return thread_page(request, post, form, status=422)


@require_POST
@signed_in
def post_like(request: Request, post_id: int) -> HttpResponse:
    post = actions.like(actor=request.user, post_id=post_id)
    return liked(request, post, has_liked=True)


@require_POST
@signed_in
def post_unlike(request: Request, post_id: int) -> HttpResponse:
    post = actions.unlike(actor=request.user, post_id=post_id)
    return liked(request, post, has_liked=False)


def liked(request: Request, post: Post, *, has_liked: bool) -> HttpResponse:
    if not request.htmx:
        return redirect(next_url(request, post))
    post.has_liked = has_liked  # type: ignore[attr-defined]
    return render(request, "posts/_like.html", {"post": post, "viewer": request.user})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def post_delete(request: Request, post_id: int) -> HttpResponse:
    if request.method != "POST":
        post = queries.get_visible(request.user, post_id)
        if post.author_id != request.user.pk:
            raise Forbidden()
        return render(request, "posts/delete.html", {"post": post, "next": next_url(request)})
    actions.delete(actor=request.user, post_id=post_id)
    if request.htmx:
        return HttpResponse()
    messages.success(request, "Your post is deleted.")
    return redirect(next_url(request))
