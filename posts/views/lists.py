"""Pages that are lists of posts."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from feedsite.pages import Request, page, render_list, signed_in
from feedsite.pagination import page_of, page_request
from posts import queries
from posts.profiles import placed_with_answered
from social.queries import newcomers_might_follow, with_relations

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
@signed_in
def bookmarks(request: Request) -> HttpResponse:
    asked = page_request(request.GET, list_name="bookmarks", viewer=request.user)
    posts, next_cursor = page_of(queries.bookmarked(request.user, below=asked.after), asked, "bookmark_id")
    context = {"items": placed_with_answered(request.user, posts), "next_cursor": next_cursor}
    return render_list(request, "posts/bookmarks.html", "posts/_list.html", context)


@require_safe
@page
def quotes(request: Request, username: str, post_id: int) -> HttpResponse:
    post = queries.get_original(request.user, post_id)
    if post.pk != post_id or post.author.username != username:
        return redirect("quotes", post.author.username, post.pk)
    asked = page_request(request.GET, list_name=f"quotes:{post.pk}", viewer=request.user)
    found, next_cursor = page_of(queries.quotes_of(request.user, post).below(asked.after), asked)
    context = {"post": post, "items": queries.placed(request.user, found), "next_cursor": next_cursor}
    return render_list(request, "posts/quotes.html", "posts/_list.html", context)


@require_safe
@page
def likes(request: Request, username: str, post_id: int) -> HttpResponse:
    return people(request, username, post_id, "likes")


@require_safe
@page
def shares(request: Request, username: str, post_id: int) -> HttpResponse:
    return people(request, username, post_id, "shares")


def people(request: Request, username: str, post_id: int, which: str) -> HttpResponse:
    post = queries.get_original(request.user, post_id)
    if post.pk != post_id or post.author.username != username:
        return redirect(which, post.author.username, post.pk)
    asked = page_request(request.GET, list_name=f"{which}:{post.pk}", viewer=request.user)
    listed = queries.likers if which == "likes" else queries.sharers
    found, next_cursor = page_of(listed(request.user, post, below=asked.after, limit=asked.limit + 1), asked)
    shown = with_relations(request.user, found)
    context = {"post": post, "which": which, "people": shown, "next_cursor": next_cursor}
    return render_list(request, "posts/people.html", "social/_people.html", context)
