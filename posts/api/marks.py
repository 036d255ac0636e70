"""The API of likes and bookmarks."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.serializers import UserListSerializer
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import PAGE_PARAMETERS
from posts import actions, queries
from posts.cards import post_cards
from posts.models import Post
from posts.serializers import BookmarkSerializer, LikeSerializer, PostListSerializer
from social.cards import user_cards


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
        post = queries.get_original(request.user, post_id)
        asked = page_request(request.query_params, list_name=f"likes:{post.pk}", viewer=request.user)
        users = queries.likers(request.user, post, below=asked.after, limit=asked.limit + 1)
        shown, following = page_of(users, asked)
        return Response(listed("users", user_cards(request.user, shown), following))


class BookmarkPost(APIView):
    @extend_schema(request=None, responses={200: BookmarkSerializer})
    def post(self, request: Any, post_id: int) -> Response:
        """Keeps a post for later; nobody is told."""
        post = actions.bookmark(actor=request.user, post_id=post_id)
        return Response({"post_id": str(post.pk), "has_bookmarked": True})

    @extend_schema(request=None, responses={200: BookmarkSerializer})
    def delete(self, request: Any, post_id: int) -> Response:
        post = actions.unbookmark(actor=request.user, post_id=post_id)
        return Response({"post_id": str(post.pk), "has_bookmarked": False})


class Bookmarks(APIView):
    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """What one keeps and may still see, the newest kept first."""
        asked = page_request(request.query_params, list_name="bookmarks", viewer=request.user)
        posts, following = page_of(queries.bookmarked(request.user, below=asked.after), asked, "bookmark_id")
        return Response(listed("posts", post_cards(request.user, posts), following))
