"""The API of shares and quotes."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.serializers import UserListSerializer
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import PAGE_PARAMETERS
from posts import actions, queries
from posts.api.answers import page_of_posts
from posts.models import Post
from posts.serializers import PostListSerializer, ShareSerializer
from social.cards import user_cards


class SharePost(APIView):
    @extend_schema(request=None, responses={200: ShareSerializer})
    def post(self, request: Any, post_id: int) -> Response:
        """Brings a public post to one's followers; a share shares what it shows."""
        return self.answer(actions.share(actor=request.user, post_id=post_id), shared=True)

    @extend_schema(request=None, responses={200: ShareSerializer})
    def delete(self, request: Any, post_id: int) -> Response:
        return self.answer(actions.unshare(actor=request.user, post_id=post_id), shared=False)

    def answer(self, post: Post, *, shared: bool) -> Response:
        return Response({"post_id": str(post.pk), "shares_count": post.shown_shares_count, "has_shared": shared})


class Shares(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=UserListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, post_id: int) -> Response:
        """Who shared it."""
        post = queries.get_original(request.user, post_id)
        asked = page_request(request.query_params, list_name=f"shares:{post.pk}", viewer=request.user)
        users = queries.sharers(request.user, post, below=asked.after, limit=asked.limit + 1)
        shown, following = page_of(users, asked)
        return Response(listed("users", user_cards(request.user, shown), following))


class Quotes(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, post_id: int) -> Response:
        """What quotes it, newest first."""
        post = queries.get_original(request.user, post_id)
        return page_of_posts(request, queries.quotes_of(request.user, post), f"quotes:{post.pk}")
