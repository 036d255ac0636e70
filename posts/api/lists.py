"""The API of lists of posts."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from feedsite.errors import NotFound
from feedsite.schema import PAGE_PARAMETERS
from posts import queries
from posts.api.answers import page_of_posts
from posts.serializers import PostListSerializer
from posts.text import find_tag


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
