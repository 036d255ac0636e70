"""The API of the home timeline."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds import timeline
from feedsite.errors import Invalid
from feedsite.pagination import listed, page_request
from feedsite.schema import PAGE_PARAMETERS
from posts.cards import post_card
from posts.serializers import PostListSerializer, PostSerializer

RANKINGS = ("chronological",)


class EntrySerializer(PostSerializer):
    entry_id = serializers.CharField()
    reason = serializers.ChoiceField(choices=["own", "following", "shared_by"], required=False)


class TimelineSerializer(PostListSerializer):
    posts = EntrySerializer(many=True)
    ranking = serializers.ChoiceField(choices=RANKINGS)


def entry_cards(items: list[timeline.Item]) -> list[dict[str, Any]]:
    """The cards of a page of the timeline; originals quoted there are checked when they are opened."""
    return [
        post_card(item.post, entry_id=item.entry.entry_id, sharer=item.sharer, reason=item.reason) for item in items
    ]


class HomeTimeline(APIView):
    @extend_schema(
        responses=TimelineSerializer,
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("ranking", str, enum=RANKINGS)],
    )
    def get(self, request: Any) -> Response:
        """The posts of those one follows and one's own, newest first."""
        ranking = request.query_params.get("ranking", "chronological")
        if ranking not in RANKINGS:
            reason = f"Choose one of {', '.join(RANKINGS)}."
            raise Invalid(reason, fields={"ranking": [reason]})
        asked = page_request(request.query_params, list_name="home", viewer=request.user)
        page = timeline.home(request.user, asked)
        return Response(listed("posts", entry_cards(page.items), page.next_cursor) | {"ranking": ranking})
