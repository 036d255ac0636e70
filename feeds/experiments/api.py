"""The API of one's part in experiments."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from feeds.experiments import actions, reading
from feedsite.pagination import listed
from feedsite.rendering import stamp


class PartSerializer(serializers.Serializer):
    name = serializers.CharField()
    title = serializers.CharField()
    about = serializers.CharField(help_text="What is tried out, and why.")
    arm = serializers.CharField()
    arm_about = serializers.CharField(help_text="What this arm changes for its readers.")
    since = serializers.DateTimeField(allow_null=True, help_text="Null until it has decided a page.")


class PartListSerializer(serializers.Serializer):
    experiments = PartSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()
    takes_part = serializers.BooleanField(help_text="False: no experiment, now or later.")


class Experiments(APIView):
    @extend_schema(operation_id="experiments_list", responses=PartListSerializer)
    def get(self, request: Any) -> Response:
        """The experiments that order one's home: one at a time."""
        parts = [part_card(part) for part in reading.parts_of(request.user)]
        return Response(listed("experiments", parts, None) | {"takes_part": reading.takes_part(request.user)})

    @extend_schema(operation_id="experiments_destroy_all", responses={204: None})
    def delete(self, request: Any) -> Response:
        """Leaves all of them, also those to come."""
        actions.take_no_part(request.user)
        return Response(status=204)


class ExperimentPart(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Any, name: str) -> Response:
        """Leaves one; the next page is as one has set it."""
        actions.leave(reader=request.user, name=name)
        return Response(status=204)


def part_card(part: reading.Part) -> dict[str, Any]:
    return {
        **{"name": part.name, "title": part.title, "about": part.about, "arm": part.arm, "arm_about": part.arm_about},
        "since": part.since and stamp(part.since),
    }
