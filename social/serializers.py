"""What the API takes and, for its schema, what it gives. The rules themselves live in the actions."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts.serializers import UserSerializer

TEN_YEARS_SECONDS = 315_360_000
REASON_TYPES = ["followed_by", "interaction", "popular"]


class MuteSerializer(serializers.Serializer):
    """Nothing: until it is taken back. Else one of the two, and `expires_at` comes of both."""

    seconds = serializers.IntegerField(min_value=1, max_value=TEN_YEARS_SECONDS, required=False, allow_null=True)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        seconds, expires_at = given.get("seconds"), given.get("expires_at")
        if seconds is not None and expires_at is not None:
            raise serializers.ValidationError({"expires_at": [_("Give seconds or a time, not both.")]})
        if seconds is not None:
            expires_at = timezone.now() + timedelta(seconds=seconds)
        return {"expires_at": expires_at}


class MuteAnswerSerializer(serializers.Serializer):
    user_id = serializers.CharField()
    muting = serializers.BooleanField()
    # Only of a mute that ends by itself.
    expires_at = serializers.DateTimeField(required=False)


class ListNameSerializer(serializers.Serializer):
    # Length and blankness are judged by the action, as people see them.
    name = serializers.CharField(allow_blank=True, trim_whitespace=False)


class ListSerializer(serializers.Serializer):
    list_id = serializers.CharField()
    name = serializers.CharField()
    members_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class ListListSerializer(serializers.Serializer):
    lists = ListSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class ListMemberSerializer(serializers.Serializer):
    list_id = serializers.CharField()
    user_id = serializers.CharField()
    is_member = serializers.BooleanField()


class SuggestionReasonSerializer(serializers.Serializer):
    """Why somebody is suggested: those one follows who follow them, what one did lately, or that many do."""

    type = serializers.ChoiceField(choices=REASON_TYPES)
    usernames = serializers.ListField(child=serializers.CharField())
    followers_known = serializers.IntegerField()
    text = serializers.CharField()


class SuggestedUserSerializer(UserSerializer):
    reason = SuggestionReasonSerializer()


class SuggestionListSerializer(serializers.Serializer):
    users = SuggestedUserSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()
