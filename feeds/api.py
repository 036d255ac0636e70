"""The API of the timelines of home and of lists, and of whom one might follow."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Ranking
from feeds import cards, lists, suggestions, timeline
from feeds.impressions.offering import token_of
from feeds.ranking import explaining, page
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

EMPTY: Mapping[int, dict[str, Any]] = MappingProxyType({})


class EntrySerializer(PostSerializer):
    entry_id = serializers.CharField()
    reason = serializers.ChoiceField(choices=["own", "following", "shared_by"], required=False)


class WhySerializer(serializers.Serializer[Any]):
    source = serializers.ChoiceField(  # type: ignore[assignment]  # a field of that name, not where it is from
        choices=explaining.SOURCES, help_text="How it reached the reader: delivered (push), or looked up (pull)."
    )
    score = serializers.FloatField(required=False, help_text="What the post was ordered by; the sum of its parts.")
    parts = serializers.DictField(
        child=serializers.FloatField(),
        required=False,
        help_text="The terms that were summed when the scroll began, each with the reader's weight in it.",
    )


class HomeEntrySerializer(EntrySerializer):
    why = WhySerializer(required=False, help_text="With `explain=1`.")


class TimelineSerializer(PostListSerializer):
    posts = HomeEntrySerializer(many=True)
    ranking = serializers.ChoiceField(choices=Ranking.choices, help_text="What was really used.")
    impression_token = serializers.CharField(
        required=False,
        help_text="For POST /impressions; none on an empty page, nor where nothing may be kept of the reader.",
    )
    experiment = serializers.CharField(required=False, help_text="Only where an experiment decided the order.")
    arm = serializers.CharField(required=False, help_text="The reader's arm of it.")


RANKING = OpenApiParameter(
    "ranking", str, enum=RANKINGS, description="Without it: that of the cursor, else the reader's setting."
)
EXPLAIN = OpenApiParameter("explain", str, enum=["1"], description="Each post says why it is there.")


class HomeTimeline(APIView):
    @extend_schema(responses=TimelineSerializer, parameters=[*PAGE_PARAMETERS, RANKING, EXPLAIN])
    def get(self, request: Any) -> HttpResponse:
        """The posts of those one follows and one's own, newest first or by a ranking.

        A ranked scroll keeps the order that its first page was made by for two hours after its last page; a cursor
        that comes later is answered with 400 and begins again without it.
        """
        is_explained = wants_explained(request.query_params)
        found = page.home(request.user, request.query_params)
        why = explaining.why(request.user.pk, found) if is_explained else {}
        decided = {"experiment": found.experiment, "arm": found.arm} if found.experiment else {}
        token = token_of(request, found)
        offered = {"impression_token": token} if token else {}
        return answer(request.user, found, why, ranking=found.ranking, **decided, **offered)


def wants_explained(query: Mapping[str, str]) -> bool:
    if query.get("explain", "1") == "1":
        return "explain" in query
    reason = _("Write explain=1, or leave it out.")
    raise Invalid(reason, fields={"explain": [reason]})


def answer(reader: Any, found: timeline.Page, why: Mapping[int, dict[str, Any]] = EMPTY, **more: str) -> HttpResponse:
    """A page of a timeline: its cards as they are put together from cached bytes, with the reasons where there are."""
    rendered = cards.rendered(reader, found.rows)
    posts = [fragment(with_why(card, why[pk]) if pk in why else card) for pk, card in rendered.items()]
    return HttpResponse(encode(listed("posts", posts, found.next_cursor) | more), content_type="application/json")


def with_why(card: bytes, why: dict[str, Any]) -> bytes:
    """The card with one field more; it ends as every object does."""
    return card[:-1] + b',"why":' + encode(why) + b"}"


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
