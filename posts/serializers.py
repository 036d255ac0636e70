"""What the API takes and, for its schema, what it gives. The rules themselves live in the actions."""

from rest_framework import serializers

from accounts.serializers import SmallUserSerializer
from posts.models import Media, Visibility


class MediaSerializer(serializers.Serializer):
    media_id = serializers.CharField()
    type = serializers.ChoiceField(choices=Media.Kind.choices)
    url = serializers.CharField(allow_null=True)
    preview_url = serializers.CharField(allow_null=True)
    alt = serializers.CharField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    blurhash = serializers.CharField()
    duration = serializers.FloatField(allow_null=True)
    status = serializers.ChoiceField(choices=Media.Status.choices)


class OwnMediaSerializer(MediaSerializer):
    progress = serializers.IntegerField()
    problem = serializers.CharField(allow_blank=True)


class AltSerializer(serializers.Serializer):
    # Its length is judged by the action.
    alt = serializers.CharField(allow_blank=True, trim_whitespace=False)


class UploadSerializer(serializers.Serializer):
    # What it is and how large is judged by the action, by its content.
    file = serializers.FileField(allow_empty_file=True)
    alt = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")


class LinkPreviewSerializer(serializers.Serializer):
    url = serializers.CharField()
    title = serializers.CharField()
    description = serializers.CharField()
    site_name = serializers.CharField()
    image_url = serializers.CharField(allow_null=True)


class PollOptionSerializer(serializers.Serializer):
    title = serializers.CharField()
    votes_count = serializers.IntegerField(allow_null=True)


class PollSerializer(serializers.Serializer):
    options = PollOptionSerializer(many=True)
    voters_count = serializers.IntegerField()
    multiple = serializers.BooleanField()
    ends_at = serializers.DateTimeField()
    ended = serializers.BooleanField()
    voted = serializers.ListField(child=serializers.IntegerField(), allow_null=True)


class PostSerializer(serializers.Serializer):
    post_id = serializers.CharField()
    user = SmallUserSerializer()
    content = serializers.CharField()
    content_html = serializers.CharField()
    content_warning = serializers.CharField()
    media = MediaSerializer(many=True)
    media_urls = serializers.ListField(child=serializers.CharField())
    link_preview = LinkPreviewSerializer(allow_null=True)
    poll = PollSerializer(allow_null=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    hashtags = serializers.ListField(child=serializers.CharField())
    mentions = serializers.ListField(child=serializers.CharField())
    story_id = serializers.CharField(allow_null=True)
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


class AttachedSerializer(serializers.Serializer):
    """What hangs on a new post or comment; how many, and whose, is judged by the action."""

    media_ids = serializers.ListField(child=serializers.RegexField(r"^[0-9]{1,16}$"), required=False)
    media_urls = serializers.ListField(child=serializers.CharField(max_length=500), required=False, max_length=4)


class NewCommentSerializer(AttachedSerializer):
    # Where a picture says it all it may be left out; the action judges.
    content = serializers.CharField(allow_blank=True, trim_whitespace=False, default="")
    content_warning = serializers.CharField(allow_blank=True, required=False)


class NewPollSerializer(serializers.Serializer):
    # How many, how long and for how long is judged by the action.
    options = serializers.ListField(child=serializers.CharField(allow_blank=True, max_length=1000), max_length=20)
    multiple = serializers.BooleanField(default=False)
    seconds = serializers.IntegerField()


class NewPostSerializer(NewCommentSerializer):
    poll = NewPollSerializer(required=False, allow_null=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    in_reply_to = serializers.RegexField(r"^[0-9]{1,16}$", required=False, allow_null=True)
    quote_of = serializers.RegexField(r"^[0-9]{1,16}$", required=False, allow_null=True)


class ShareSerializer(serializers.Serializer):
    post_id = serializers.CharField()
    shares_count = serializers.IntegerField()
    has_shared = serializers.BooleanField()


class BookmarkSerializer(serializers.Serializer):
    post_id = serializers.CharField()
    has_bookmarked = serializers.BooleanField()


class PinSerializer(serializers.Serializer):
    post_id = serializers.CharField()
    is_pinned = serializers.BooleanField()


class LikeSerializer(serializers.Serializer):
    post_id = serializers.CharField()
    likes_count = serializers.IntegerField()
    has_liked = serializers.BooleanField()
