"""The API of what one is told."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import PAGE_PARAMETERS
from notifications import actions, queries, serializers
from notifications.cards import notification_cards
from notifications.mailboxes import time_zone_of
from notifications.preferences import wishes


class Notifications(APIView):
    @extend_schema(responses=serializers.NotificationListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """What one was told, newest first; `unread_count` counts up to 100."""
        asked = page_request(request.query_params, list_name="notifications", viewer=request.user)
        found, unread = queries.page_and_unread(request.user, below=asked.after, limit=asked.limit + 1)
        rows, following = page_of(found, asked, "place")
        answer = listed("notifications", notification_cards(request.user, rows), following)
        return Response(answer | {"unread_count": unread})


class ReadNotifications(APIView):
    @extend_schema(request=serializers.ReadSerializer, responses={204: None})
    def post(self, request: Any) -> Response:
        """Marks `up_to` and all older as read, or all."""
        up_to = parsed(serializers.ReadSerializer, request).get("up_to")
        actions.read(user=request.user, up_to=int(up_to) if up_to else None)
        return Response(status=204)


class NotificationSettings(APIView):
    @extend_schema(responses=serializers.SettingsSerializer)
    def get(self, request: Any) -> Response:
        """How one is told of each type: in the list, by e-mail, on devices."""
        types = {kind: asdict(wish) for kind, wish in wishes(request.user).items()}
        return Response({"types": types, "time_zone": time_zone_of(request.user)})

    @extend_schema(request=serializers.ChangedSettingsSerializer, responses=serializers.SettingsSerializer)
    def patch(self, request: Any) -> Response:
        """Changes what is given."""
        given = parsed(serializers.ChangedSettingsSerializer, request)
        actions.choose(user=request.user, types=given.get("types", {}), time_zone=given.get("time_zone"))
        return self.get(request)


class MuteThread(APIView):
    @extend_schema(request=None, responses={200: serializers.ThreadMuteSerializer})
    def post(self, request: Any, post_id: int) -> Response:
        """One is told nothing more of the thread that the post is in."""
        root_id = actions.mute_thread(user=request.user, post_id=post_id)
        return Response({"post_id": str(root_id), "muting": True})

    @extend_schema(request=None, responses={200: serializers.ThreadMuteSerializer})
    def delete(self, request: Any, post_id: int) -> Response:
        root_id = actions.unmute_thread(user=request.user, post_id=post_id)
        return Response({"post_id": str(root_id), "muting": False})
