"""The API of the timelines of home and of lists, and of whom one might follow."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds import cards, lists, suggestions, timeline
from feeds.ranking.values import RANKINGS
from feedsite.errors import Invalid
from feedsite.pagination import listed, page_request
from feedsite.rendering import encode, fragment
from feedsite.schema import PAGE_PARAMETERS
from posts.serializers import PostListSerializer, PostSerializer
from social import actions as social_actions
from social.api import find_user
from social.cards import user_cards
from social.lists import get_list
from social.serializers import SuggestionListSerializer


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
            reason = _("Choose one of %(names)s.") % {"names": ", ".join(RANKINGS)}
            raise Invalid(reason, fields={"ranking": [reason]})
        asked = page_request(request.query_params, list_name="home", viewer=request.user)
        page = timeline.home(request.user, asked)
        return answer(request.user, page, ranking=ranking)


def answer(reader: Any, page: timeline.Page, **more: str) -> HttpResponse:
    """A page of a timeline: its cards as they are put together from cached bytes."""
    posts = [fragment(card) for card in cards.rendered(reader, page.rows).values()]
    return HttpResponse(encode(listed("posts", posts, page.next_cursor) | more), content_type="application/json")


class EntryListSerializer(PostListSerializer):
    posts = EntrySerializer(many=True)


class ListTimeline(APIView):
    @extend_schema(responses=EntryListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, list_id: int) -> HttpResponse:
        """What those on one of one's lists post and share, newest first."""
        one = get_list(request.user, list_id)
        asked = page_request(request.query_params, list_name=f"list:{one.pk}", viewer=request.user)
        return answer(request.user, lists.timeline_of(request.user, one, asked))


class Suggestions(APIView):
    @extend_schema(responses=SuggestionListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """Whom one might follow, best first, each with the reason."""
        asked = page_request(request.query_params, list_name="suggestions", viewer=request.user)
        shown, following = suggestions.page(request.user, asked)
        users = user_cards(request.user, [one.person for one in shown])
        reasoned = [user | {"reason": one.as_reason()} for user, one in zip(users, shown, strict=True)]
        return Response(listed("users", reasoned, following))


class Suggested(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Any, user_id: int) -> Response:
        """Never suggests the account again."""
        social_actions.dismiss(viewer=request.user, person=find_user(request.user, pk=user_id))
        return Response(status=204)
