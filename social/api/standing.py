"""The API of blocking and muting."""

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as drf
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from feedsite.rendering import stamp
from social import actions
from social.api.finding import find_other
from social.serializers import MuteAnswerSerializer as MuteAnswer
from social.serializers import MuteSerializer

BlockAnswer = inline_serializer("Blocking", {"user_id": drf.CharField(), "blocking": drf.BooleanField()})


class BlockUser(APIView):
    @extend_schema(request=None, responses={200: BlockAnswer})
    def post(self, request: Any, user_id: int) -> Response:
        """Neither sees the other from now on; follows end both ways."""
        actions.block(blocker=request.user, blocked=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "blocking": True})

    @extend_schema(request=None, responses={200: BlockAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        actions.unblock(blocker=request.user, blocked=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "blocking": False})


class MuteUser(APIView):
    @extend_schema(request=MuteSerializer, responses={200: MuteAnswer})
    def post(self, request: Any, user_id: int) -> Response:
        """Leaves the account out of one's own timelines, for good or until a time; it is not told."""
        person, until = find_other(request.user, user_id), parsed(MuteSerializer, request)["expires_at"]
        actions.mute(muter=request.user, muted=person, expires_at=until)
        ends = {"expires_at": stamp(until)} if until else {}
        return Response({"user_id": str(user_id), "muting": True, **ends})

    @extend_schema(request=None, responses={200: MuteAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        actions.unmute(muter=request.user, muted=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "muting": False})
