"""What the API takes and, for its schema, what it gives. The rules themselves live in the actions."""

from typing import Any

from rest_framework import serializers
from rest_framework.fields import empty

from accounts.models import MentionsFrom, Ranking


class SmallUserSerializer(serializers.Serializer):
    user_id = serializers.CharField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    avatar_url = serializers.CharField(allow_null=True)


class UserSerializer(SmallUserSerializer):
    bio = serializers.CharField()
    followers_count = serializers.IntegerField()
    following_count = serializers.IntegerField()
    posts_count = serializers.IntegerField()
    is_private = serializers.BooleanField()
    # Of oneself only: a code, or "" for what the client asks for.
    language = serializers.CharField(required=False)
    created_at = serializers.DateTimeField()
    following = serializers.BooleanField(required=False)
    requested = serializers.BooleanField(required=False)
    followed_by = serializers.BooleanField(required=False)
    blocking = serializers.BooleanField(required=False)
    muting = serializers.BooleanField(required=False)
    # Of one's own account only.
    shows_likes = serializers.BooleanField(required=False)
    ranking = serializers.ChoiceField(choices=Ranking.choices, required=False)
    mentions_from = serializers.ChoiceField(choices=MentionsFrom.choices, required=False)
    in_search = serializers.BooleanField(required=False)
    in_suggestions = serializers.BooleanField(required=False)


class UserListSerializer(serializers.Serializer):
    users = UserSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class SignUpSerializer(serializers.Serializer):
    username = serializers.CharField()
    email = serializers.EmailField()
    password = serializers.CharField(trim_whitespace=False)
    # Of an invitation, where signing up takes one.
    invite = serializers.CharField(required=False, allow_blank=True)


class CredentialsSerializer(serializers.Serializer):
    username = serializers.CharField()
    password = serializers.CharField(trim_whitespace=False)
    # Of the authenticator app, or a recovery code.
    code = serializers.CharField(required=False, allow_blank=True, max_length=20)
    # What the token is called in its owner's list.
    name = serializers.CharField(required=False, allow_blank=True, max_length=50)
    scope = serializers.ChoiceField(choices=["read write", "read"], default="read write")


class TokenSerializer(serializers.Serializer):
    access_token = serializers.CharField()
    token_type = serializers.CharField()


class SignedUpSerializer(TokenSerializer):
    user = UserSerializer()


class GivenBooleanField(serializers.BooleanField):
    """A form without it leaves things as they are, where DRF would take it for a box without its tick."""

    default_empty_html: Any = empty


class ProfileSerializer(serializers.Serializer):
    display_name = serializers.CharField(required=False, allow_blank=True, max_length=50)
    bio = serializers.CharField(required=False, allow_blank=True, max_length=500)
    is_private = GivenBooleanField(required=False)
    language = serializers.CharField(required=False, allow_blank=True)
    shows_likes = GivenBooleanField(required=False)
    ranking = serializers.ChoiceField(choices=Ranking.choices, required=False)
    mentions_from = serializers.ChoiceField(choices=MentionsFrom.choices, required=False)
    in_search = GivenBooleanField(required=False)
    in_suggestions = GivenBooleanField(required=False)
    # What it is is judged by the action: nobody reads it in this process.
    avatar = serializers.FileField(required=False, allow_null=True, allow_empty_file=True)
