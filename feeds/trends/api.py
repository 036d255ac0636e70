"""The API of trends; anybody may read them."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds.trends import reading
from feeds.trends.models import Rising
from feeds.trends.rising import WINDOW_HOURS, hour_of, start_of
from feedsite.pagination import listed, page_of, page_request
from feedsite.rendering import stamp
from feedsite.schema import PAGE_PARAMETERS
from posts.cards import post_cards
from posts.serializers import PostListSerializer


class HourSerializer(serializers.Serializer):
    hour = serializers.DateTimeField()
    authors_count = serializers.IntegerField()


class TagTrendSerializer(serializers.Serializer):
    tag = serializers.CharField()
    authors_count = serializers.IntegerField(help_text="Accounts that used it in the hour in which it rose most.")
    rose_at = serializers.DateTimeField(help_text="When that hour began.")
    history = HourSerializer(many=True, help_text=f"The last {WINDOW_HOURS} hours, oldest first.")


class TagTrendListSerializer(serializers.Serializer):
    hashtags = TagTrendSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class RisingHashtags(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=TagTrendListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """Hashtags that more people use now than is usual at this hour, the strongest first."""
        asked = page_request(request.query_params, list_name="trends:hashtags", viewer=request.user)
        shown, following = page_of(reading.tags(asked.after), asked, "place")
        return Response(listed("hashtags", [tag_card(trend) for trend in shown], following))


class RisingPosts(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """Public posts that many like, answer and share at this hour, the strongest first; of each author one."""
        asked = page_request(request.query_params, list_name="trends:posts", viewer=request.user)
        shown, following = page_of(reading.posts(request.user, asked.after), asked, "place")
        return Response(listed("posts", post_cards(request.user, shown), following))


def tag_card(trend: Rising) -> dict[str, Any]:
    first = hour_of(trend.listed_at) - len(trend.history) + 1
    return {
        "tag": trend.tag,
        "authors_count": trend.accounts,
        "rose_at": stamp(trend.rose_at),
        "history": [
            {"hour": stamp(start_of(hour)), "authors_count": number} for hour, number in enumerate(trend.history, first)
        ],
    }
