"""What the API takes and gives of edits, polls, drafts and completions. The rules live in the actions."""

from rest_framework import serializers

from accounts.serializers import SmallUserSerializer
from posts.models import Visibility
from posts.serializers import MediaSerializer, NewPollSerializer

POST_ID = r"^[0-9]{1,16}$"


class EditSerializer(serializers.Serializer):
    content = serializers.CharField(allow_blank=True, trim_whitespace=False, required=False)
    content_warning = serializers.CharField(allow_blank=True, required=False)
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)


class VoteSerializer(serializers.Serializer):
    choices = serializers.ListField(child=serializers.IntegerField(), max_length=20)


class RevisionMediaSerializer(serializers.Serializer):
    media_id = serializers.CharField()
    alt = serializers.CharField(allow_blank=True)


class RevisionSerializer(serializers.Serializer):
    revision_id = serializers.CharField()
    content = serializers.CharField(allow_blank=True)
    content_html = serializers.CharField(allow_blank=True)
    content_warning = serializers.CharField(allow_blank=True)
    media = RevisionMediaSerializer(many=True)
    written_at = serializers.DateTimeField()


class RevisionListSerializer(serializers.Serializer):
    revisions = RevisionSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class NewDraftSerializer(EditSerializer):
    in_reply_to = serializers.RegexField(POST_ID, required=False, allow_null=True)
    quote_of = serializers.RegexField(POST_ID, required=False, allow_null=True)
    media_ids = serializers.ListField(child=serializers.RegexField(POST_ID), required=False)
    poll = NewPollSerializer(required=False, allow_null=True)
    due_at = serializers.DateTimeField(required=False, allow_null=True)


class DraftSerializer(serializers.Serializer):
    draft_id = serializers.CharField()
    content = serializers.CharField(allow_blank=True)
    content_warning = serializers.CharField(allow_blank=True)
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    in_reply_to = serializers.CharField(allow_null=True)
    quote_of = serializers.CharField(allow_null=True)
    media = MediaSerializer(many=True)
    poll = NewPollSerializer(allow_null=True)
    due_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class DraftListSerializer(serializers.Serializer):
    drafts = DraftSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class HashtagSerializer(serializers.Serializer):
    name = serializers.CharField()
    posts_count = serializers.IntegerField()


class CompletionSerializer(serializers.Serializer):
    users = SmallUserSerializer(many=True)
    hashtags = HashtagSerializer(many=True)
