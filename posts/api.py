"""The API of posts, comments and likes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny, IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed, refuse
from accounts.idempotency import idempotent
from accounts.serializers import UserListSerializer
from feedsite.errors import NotFound
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import IDEMPOTENCY_KEY, PAGE_PARAMETERS
from posts import actions, queries
from posts.cards import post_card, post_cards
from posts.models import Post
from posts.serializers import ContentSerializer, LikeSerializer, NewPostSerializer, PostListSerializer, PostSerializer
from posts.text import find_tag
from posts.visibility import PostQuerySet
from social.api import find_user
from social.cards import user_cards


def made(post: Post) -> Response:
    post.has_liked = post.has_shared = False  # type: ignore[attr-defined]
    return Response(post_card(post), status=201)


def page_of_posts(request: Any, posts: PostQuerySet, list_name: str, *, oldest_first: bool = False) -> Response:
    """A page of a list of posts that comes from `posts.queries`."""
    asked = page_request(request.query_params, list_name=list_name, viewer=request.user)
    rest = posts.oldest_first_after(asked.after) if oldest_first else posts.below(asked.after)
    shown, following = page_of(rest, asked)
    return Response(listed("posts", post_cards(request.user, shown), following))


class Posts(APIView):
    @extend_schema(request=NewPostSerializer, responses={201: PostSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any) -> Response:
        """A new post, or with `in_reply_to` a comment."""
        given = parsed(NewPostSerializer, request)
        refuse(request.data, "quote_of", "media_ids", "media_urls")
        if parent := given.pop("in_reply_to", None):
            return made(actions.comment(author=request.user, post_id=int(parent), content=given["content"]))
        return made(actions.publish(author=request.user, **given))


class PostDetail(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(responses=PostSerializer)
    def get(self, request: Any, post_id: int) -> Response:
        return Response(post_cards(request.user, [queries.get_visible(request.user, post_id)])[0])

    @extend_schema(responses={204: None})
    def delete(self, request: Any, post_id: int) -> Response:
        actions.delete(actor=request.user, post_id=post_id)
        return Response(status=204)


class LikePost(APIView):
    @extend_schema(request=None, responses={200: LikeSerializer})
    def post(self, request: Any, post_id: int) -> Response:
        return self.answer(actions.like(actor=request.user, post_id=post_id), liked=True)

    @extend_schema(request=None, responses={200: LikeSerializer})
    def delete(self, request: Any, post_id: int) -> Response:
        return self.answer(actions.unlike(actor=request.user, post_id=post_id), liked=False)

    def answer(self, post: Post, *, liked: bool) -> Response:
        return Response({"post_id": str(post.pk), "likes_count": post.likes_count, "has_liked": liked})


class Likes(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=UserListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, post_id: int) -> Response:
        """Who liked it."""
        post = queries.get_visible(request.user, post_id)
        asked = page_request(request.query_params, list_name=f"likes:{post_id}", viewer=request.user)
        users = queries.likers(request.user, post, below=asked.after, limit=asked.limit + 1)
        shown, following = page_of(users, asked)
        return Response(listed("users", user_cards(request.user, shown), following))


class Comments(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, post_id: int) -> Response:
        """The direct replies, oldest first."""
        post = queries.get_visible(request.user, post_id)
        comments = queries.comments_on(request.user, post)
        return page_of_posts(request, comments, f"comments:{post_id}", oldest_first=True)

    @extend_schema(request=ContentSerializer, responses={201: PostSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any, post_id: int) -> Response:
        content = parsed(ContentSerializer, request)["content"]
        return made(actions.comment(author=request.user, post_id=post_id, content=content))


class UserPosts(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, user_id: int) -> Response:
        """An account's posts that the caller may see, newest first."""
        author = find_user(request.user, pk=user_id)
        return page_of_posts(request, queries.of_author(request.user, author), f"posts:{user_id}")


class PublicTimeline(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """Everybody's public posts, newest first."""
        return page_of_posts(request, queries.public_timeline(request.user), "public")


class HashtagTimeline(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, tag: str) -> Response:
        """Public posts with a hashtag, newest first."""
        known = find_tag(tag)
        if known is None:
            raise NotFound()
        return page_of_posts(request, queries.tagged(request.user, known), f"tag:{known}")
