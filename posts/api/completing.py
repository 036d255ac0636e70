"""The API that finishes a name or a hashtag for somebody who is typing it."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.cards import small_card
from feedsite import limits
from posts import completing
from posts.writing_serializers import CompletionSerializer

QUERY = OpenApiParameter("q", {"type": "string", "minLength": 2}, required=True, description="`@al` or `#mo`.")


class Autocomplete(APIView):
    @extend_schema(responses=CompletionSerializer, parameters=[QUERY])
    def get(self, request: Any) -> Response:
        """Accounts for a query that begins with @, hashtags for one with #; at most eight."""
        sign, start = completing.split(request.query_params.get("q", ""))
        limits.take("complete", request.user.pk)
        users = completing.people(request.user, start) if sign == "@" else []
        tags = completing.tags(request.user, start) if sign == "#" else []
        found = [{"name": name, "posts_count": count} for name, count in tags]
        return Response({"users": [small_card(user) for user in users], "hashtags": found})
