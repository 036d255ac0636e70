"""The API of search."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.cards import small_card
from accounts.serializers import UserListSerializer
from feeds import search
from feeds.search.suggesting import suggested
from feedsite import limits
from feedsite.errors import Invalid
from feedsite.pagination import PageRequest, listed, page_request
from feedsite.schema import PAGE_PARAMETERS
from posts.cards import placed_cards
from posts.queries import Placed
from posts.serializers import PostListSerializer
from posts.writing_serializers import CompletionSerializer, HashtagSerializer
from social.cards import user_cards

TYPES = ("posts", "users", "hashtags")
QUERY = OpenApiParameter(
    "q",
    {"type": "string", "minLength": 1, "maxLength": search.LONGEST_QUERY},
    required=True,
    description='Of posts: words, "phrases", -not, `#tag`, `from:user`, `has:media`, `before:` and `after:` a day.',
)


class HashtagListSerializer(serializers.Serializer):
    hashtags = HashtagSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


FOUND = PolymorphicProxySerializer(
    component_name="Found",
    serializers=[PostListSerializer, UserListSerializer, HashtagListSerializer],
    resource_type_field_name=None,
)


class Search(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(
        responses=FOUND,
        parameters=[QUERY, OpenApiParameter("type", str, enum=TYPES, default="posts"), *PAGE_PARAMETERS],
    )
    def get(self, request: Any) -> Response:
        """Posts, newest first, people, those followed first, or hashtags by use; as far as the caller may see them.

        A page may be short though `has_more` is true: so far was looked, the cursor looks further.
        """
        kind = request.query_params.get("type", "posts")
        if kind not in TYPES:
            reason = _("Choose one of %(names)s.") % {"names": ", ".join(TYPES)}
            raise Invalid(reason, fields={"type": [reason]})
        words = search.checked(request.query_params.get("q", ""))
        page = page_request(request.query_params, list_name=f"search:{kind}:{words}", viewer=request.user)
        limits.take("search", limits.asker(request.user))
        found, next_cursor = ANSWERS[kind](request.user, words, page)
        return Response(listed(kind, found, next_cursor))


def post_answer(viewer: Any, words: str, page: PageRequest) -> tuple[list[Any], str | None]:
    hits = search.posts(viewer, search.read(words), page)
    return placed_cards(viewer, [Placed(post.pk, post) for post in hits.found]), hits.next_cursor


def user_answer(viewer: Any, words: str, page: PageRequest) -> tuple[list[Any], str | None]:
    hits = search.people(viewer, words, page)
    return user_cards(viewer, hits.found), hits.next_cursor


def hashtag_answer(viewer: Any, words: str, page: PageRequest) -> tuple[list[Any], str | None]:
    hits = search.hashtags(words, page)
    return [tag._asdict() for tag in hits.found], hits.next_cursor


ANSWERS = {"posts": post_answer, "users": user_answer, "hashtags": hashtag_answer}


class Suggest(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=CompletionSerializer, parameters=[QUERY])
    def get(self, request: Any) -> Response:
        """A few people and hashtags that begin like the last word of what is being typed; neither for an operator."""
        words = search.checked(request.query_params.get("q", ""))
        limits.take("complete", limits.asker(request.user))
        people, tags = suggested(request.user, words)
        users = [small_card(user) for user in people]
        return Response({"users": users, "hashtags": [tag._asdict() for tag in tags]})
