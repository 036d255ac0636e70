"""What apps tell of what was on screen; the pages of the site tell the same by `feeds.impressions.views`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds.impressions import actions, tokens
from feeds.impressions.consent import may_keep
from feedsite.pagination import MOST_LIMIT
from posts.writing_serializers import POST_ID

LONGEST_TOKEN = 4000


class SeenSerializer(serializers.Serializer):
    entry_id = serializers.RegexField(POST_ID)
    # How long ago it had been on screen for a second.
    seen_ms_ago = serializers.IntegerField(min_value=0, max_value=tokens.LASTS_MS, default=0)


class ImpressionsSerializer(serializers.Serializer):
    token = serializers.CharField(max_length=LONGEST_TOKEN)
    entries = serializers.ListField(child=SeenSerializer(), min_length=1, max_length=MOST_LIMIT)


class Impressions(APIView):
    @extend_schema(request=ImpressionsSerializer, responses={202: None})
    def post(self, request: Any) -> Response:
        """Tells which entries of a page of the timeline were on screen, at least half of each for a second.

        The token is that page's `impression_token`. What is told twice counts once; nothing is kept of who has
        opted out.
        """
        sent = ImpressionsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        seen = [actions.Seen(int(one["entry_id"]), one["seen_ms_ago"]) for one in sent.validated_data["entries"]]
        if may_keep(request):
            actions.tell_seen(reader=request.user, token=sent.validated_data["token"], seen=seen)
        return Response(status=202)
