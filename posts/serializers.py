"""What the API takes and, for its schema, what it gives. The rules themselves live in the actions."""

from rest_framework import serializers

from accounts.serializers import SmallUserSerializer
from posts.models import Visibility


class PostSerializer(serializers.Serializer):
    post_id = serializers.CharField()
    user = SmallUserSerializer()
    content = serializers.CharField()
    content_html = serializers.CharField()
    media = serializers.ListField(child=serializers.DictField())
    media_urls = serializers.ListField(child=serializers.CharField())
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    hashtags = serializers.ListField(child=serializers.CharField())
    mentions = serializers.ListField(child=serializers.CharField())
    in_reply_to = serializers.CharField(allow_null=True)
    quote_of = serializers.CharField(allow_null=True)
    shared_by = SmallUserSerializer(allow_null=True)
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)
    likes_count = serializers.IntegerField()
    comments_count = serializers.IntegerField()
    shares_count = serializers.IntegerField()
    has_liked = serializers.BooleanField()
    has_shared = serializers.BooleanField()
    has_bookmarked = serializers.BooleanField()


class PostListSerializer(serializers.Serializer):
    posts = PostSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class ContentSerializer(serializers.Serializer):
    # Length and emptiness are judged by the action, in characters as people count them.
    content = serializers.CharField(allow_blank=True, trim_whitespace=False)


class NewPostSerializer(ContentSerializer):
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    in_reply_to = serializers.RegexField(r"^[0-9]{1,16}$", required=False, allow_null=True)


class LikeSerializer(serializers.Serializer):
    post_id = serializers.CharField()
    likes_count = serializers.IntegerField()
    has_liked = serializers.BooleanField()
