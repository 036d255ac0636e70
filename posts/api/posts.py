"""The API of making, reading and deleting posts and comments."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import IsAuthenticatedOrReadOnly
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from accounts.idempotency import idempotent
from feedsite.schema import IDEMPOTENCY_KEY, PAGE_PARAMETERS
from posts import actions, queries
from posts.api.answers import made, page_of_posts
from posts.api.media import attached
from posts.cards import post_cards
from posts.serializers import NewCommentSerializer, NewPostSerializer, PostListSerializer, PostSerializer
from posts.writing_serializers import EditSerializer


class Posts(APIView):
    @extend_schema(request=NewPostSerializer, responses={201: PostSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any) -> Response:
        """A new post, or with `in_reply_to` a comment."""
        given = parsed(NewPostSerializer, request)
        given["media_ids"] = attached(request.user, given)
        return made(actions.post_or_answer(author=request.user, **given))


class PostDetail(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(responses=PostSerializer)
    def get(self, request: Any, post_id: int) -> Response:
        return Response(post_cards(request.user, [queries.get_visible(request.user, post_id)])[0])

    @extend_schema(request=EditSerializer, responses=PostSerializer)
    def patch(self, request: Any, post_id: int) -> Response:
        """Changes what is given; how it read before stays in its history."""
        actions.edit(actor=request.user, post_id=post_id, **parsed(EditSerializer, request))
        return self.get(request, post_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Any, post_id: int) -> Response:
        actions.delete(actor=request.user, post_id=post_id)
        return Response(status=204)


class Comments(APIView):
    permission_classes = (IsAuthenticatedOrReadOnly,)

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, post_id: int) -> Response:
        """The direct replies, oldest first."""
        post = queries.get_original(request.user, post_id)
        comments = queries.comments_on(request.user, post)
        return page_of_posts(request, comments, f"comments:{post.pk}", oldest_first=True)

    @extend_schema(request=NewCommentSerializer, responses={201: PostSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any, post_id: int) -> Response:
        given = parsed(NewCommentSerializer, request)
        given["media_ids"] = attached(request.user, given)
        return made(actions.comment(author=request.user, post_id=post_id, **given))
