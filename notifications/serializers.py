"""What the API takes and, for its schema, what it gives. The rules themselves live in the actions."""

from typing import Any

from rest_framework import serializers

from accounts.serializers import UserSerializer
from notifications.models import Mail
from posts.serializers import PostSerializer
from social.models import NoticeType


class NotificationSerializer(serializers.Serializer):
    notification_id = serializers.CharField()
    group = serializers.CharField()
    type = serializers.ChoiceField(choices=NoticeType.choices)
    actors = UserSerializer(many=True)
    actors_count = serializers.IntegerField()
    post = PostSerializer(required=False)
    # What moderation says.
    text = serializers.CharField(required=False)
    created_at = serializers.DateTimeField()
    read = serializers.BooleanField()


class NotificationListSerializer(serializers.Serializer):
    notifications = NotificationSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()
    # 100 at most.
    unread_count = serializers.IntegerField()


class ReadSerializer(serializers.Serializer):
    up_to = serializers.RegexField(r"^[0-9]{1,16}$", required=False, allow_null=True)


class KnownOnly(serializers.Serializer):
    """Says which names it does not know, instead of leaving them out in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := sorted(set(map(str, data)) - set(self.fields))):
            known = ", ".join(self.fields)
            raise serializers.ValidationError({name: [f"Choose among {known}."] for name in unknown})
        return super().to_internal_value(data)


class WishSerializer(KnownOnly):
    page = serializers.BooleanField()
    email = serializers.ChoiceField(choices=Mail.choices)
    push = serializers.BooleanField()


class WishesSerializer(KnownOnly):
    """How each type is told."""

    def get_fields(self) -> dict[str, Any]:
        return {kind.value: WishSerializer() for kind in NoticeType}


class SettingsSerializer(KnownOnly):
    types = WishesSerializer()
    # As the IANA names it; the daily e-mail comes in its morning.
    time_zone = serializers.CharField(max_length=64)


class ChangedWishSerializer(WishSerializer):
    page = serializers.BooleanField(required=False)
    email = serializers.ChoiceField(choices=Mail.choices, required=False)
    push = serializers.BooleanField(required=False)


class ChangedWishesSerializer(KnownOnly):
    def get_fields(self) -> dict[str, Any]:
        return {kind.value: ChangedWishSerializer(required=False) for kind in NoticeType}


class ChangedSettingsSerializer(KnownOnly):
    types = ChangedWishesSerializer(required=False)
    time_zone = serializers.CharField(max_length=64, required=False)


class ThreadMuteSerializer(serializers.Serializer):
    # The post that the thread began with.
    post_id = serializers.CharField()
    muting = serializers.BooleanField()
