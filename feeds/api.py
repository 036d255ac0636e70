"""The API of the home timeline."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.views import APIView

from feeds import cards, timeline
from feedsite.errors import Invalid
from feedsite.pagination import listed, page_request
from feedsite.rendering import encode, fragment
from feedsite.schema import PAGE_PARAMETERS
from posts.serializers import PostListSerializer, PostSerializer

RANKINGS = ("chronological",)


class EntrySerializer(PostSerializer):
    entry_id = serializers.CharField()
    reason = serializers.ChoiceField(choices=["own", "following", "shared_by"], required=False)


class TimelineSerializer(PostListSerializer):
    posts = EntrySerializer(many=True)
    ranking = serializers.ChoiceField(choices=RANKINGS)


class HomeTimeline(APIView):
    @extend_schema(
        responses=TimelineSerializer,
        parameters=[*PAGE_PARAMETERS, OpenApiParameter("ranking", str, enum=RANKINGS)],
    )
    def get(self, request: Any) -> HttpResponse:
        """The posts of those one follows and one's own, newest first."""
        ranking = request.query_params.get("ranking", "chronological")
        if ranking not in RANKINGS:
            reason = f"Choose one of {', '.join(RANKINGS)}."
            raise Invalid(reason, fields={"ranking": [reason]})
        asked = page_request(request.query_params, list_name="home", viewer=request.user)
        page = timeline.home(request.user, asked)
        posts = [fragment(card) for card in cards.rendered(request.user, page.rows).values()]
        answer = encode(listed("posts", posts, page.next_cursor) | {"ranking": ranking})
        return HttpResponse(answer, content_type="application/json")
