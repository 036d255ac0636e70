"""What the API takes and gives of stories. The rules live in the actions."""

from rest_framework import serializers

from accounts.serializers import SmallUserSerializer
from posts.serializers import MediaSerializer


class NewStorySerializer(serializers.Serializer):
    # Whose it is, and whether it is free, is judged by the action.
    media_id = serializers.RegexField(r"^[0-9]{1,16}$")
    caption = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")


class StorySerializer(serializers.Serializer):
    story_id = serializers.CharField()
    user = SmallUserSerializer()
    media = MediaSerializer()
    caption = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    seen = serializers.BooleanField()


class StoryListSerializer(serializers.Serializer):
    stories = StorySerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class SeenSerializer(serializers.Serializer):
    story_id = serializers.CharField()
    seen = serializers.BooleanField()
