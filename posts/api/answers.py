"""Posts as answers: one, or a page of them."""

from typing import Any

from rest_framework.response import Response

from feedsite.pagination import listed, page_of, page_request
from posts import queries
from posts.cards import post_cards
from posts.models import Post
from posts.visibility import PostQuerySet


def made(post: Post) -> Response:
    return Response(post_cards(post.author, [queries.get_visible(post.author, post.pk)])[0], status=201)


def page_of_posts(request: Any, posts: PostQuerySet, list_name: str, *, oldest_first: bool = False) -> Response:
    """A page of a list of posts that comes from `posts.queries`."""
    asked = page_request(request.query_params, list_name=list_name, viewer=request.user)
    rest = posts.oldest_first_after(asked.after) if oldest_first else posts.below(asked.after)
    shown, following = page_of(rest, asked)
    return Response(listed("posts", post_cards(request.user, shown), following))
