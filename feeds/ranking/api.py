"""The API of more and less of somebody."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from feeds.ranking import actions
from social.api.finding import find_other, find_user


class NudgeSerializer(serializers.Serializer):
    amount = serializers.IntegerField(min_value=-1, max_value=1)


class NudgedSerializer(serializers.Serializer):
    user_id = serializers.CharField()
    # 1 more, -1 less, 0 as much as of others.
    nudge = serializers.IntegerField()


class NudgeUser(APIView):
    @extend_schema(request=NudgeSerializer, responses=NudgedSerializer)
    def post(self, request: Any, user_id: int) -> Response:
        """More (`amount` 1) or less (-1) of the account in ranked timelines; it is not told."""
        person, amount = find_user(request.user, pk=user_id), parsed(NudgeSerializer, request)["amount"]
        actions.nudge(reader=request.user, author=person, amount=amount)
        return Response({"user_id": str(user_id), "nudge": amount})

    @extend_schema(request=None, responses={200: NudgedSerializer})
    def delete(self, request: Any, user_id: int) -> Response:
        """As much of the account as of others."""
        actions.end_nudge(reader=request.user, author=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "nudge": 0})
