"""The API of web push: the site's key, and the devices that are told."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import devices
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import PAGE_PARAMETERS
from notifications import push, push_keys
from notifications.models import PushSubscription

KeyAnswer = inline_serializer("PushKey", {"public_key": serializers.CharField()})


class SubscriptionKeysSerializer(serializers.Serializer):
    p256dh = serializers.CharField(max_length=200)
    auth = serializers.CharField(max_length=100)


class NewSubscriptionSerializer(serializers.Serializer):
    """What `PushSubscription.toJSON()` gives in a browser, and the public key it was made for."""

    endpoint = serializers.CharField()
    keys = SubscriptionKeysSerializer()
    public_key = serializers.CharField(required=False, max_length=200)


class SubscriptionSerializer(serializers.Serializer):
    subscription_id = serializers.CharField()
    browser = serializers.CharField()
    system = serializers.CharField()
    current = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    last_ok_at = serializers.DateTimeField(allow_null=True)


class SubscriptionListSerializer(serializers.Serializer):
    subscriptions = SubscriptionSerializer(many=True)
    next_cursor = serializers.CharField(allow_null=True)
    has_more = serializers.BooleanField()


class Key(APIView):
    @extend_schema(responses=KeyAnswer)
    def get(self, request: Any) -> Response:
        """The public key to subscribe with (`applicationServerKey`), in base64url."""
        return Response({"public_key": push_keys.current().public})


class Subscriptions(APIView):
    @extend_schema(responses=SubscriptionListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """One's devices that are told, newest first; `current` is the one that asks."""
        asked = page_request(request.query_params, list_name="push", viewer=request.user)
        rows, next_cursor = page_of(behind(PushSubscription.objects.of(request.user), asked.after), asked)
        return Response(listed("subscriptions", [described(row, request) for row in rows], next_cursor))

    @extend_schema(request=NewSubscriptionSerializer, responses={201: SubscriptionSerializer})
    def post(self, request: Any) -> Response:
        """Tells this device from now on, until it logs out or its token is revoked; again is no other device."""
        given = NewSubscriptionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        row = push.subscribe(
            user=request.user,
            endpoint=given.validated_data["endpoint"],
            **given.validated_data["keys"],
            made_for=given.validated_data.get("public_key", ""),
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
            session_key=None if request.auth else request.session.session_key,
            token=request.auth,
        )
        return Response(described(row, request), status=201)


class SubscriptionDetail(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Any, subscription_id: int) -> Response:
        """Tells that device nothing more."""
        push.unsubscribe(user=request.user, subscription_id=subscription_id)
        return Response(status=204)


def behind(rows: QuerySet[PushSubscription], last: int | None) -> QuerySet[PushSubscription]:
    return rows if last is None else rows.filter(pk__lt=last)


def described(row: PushSubscription, request: Any) -> dict[str, Any]:
    browser, system = devices.browser_and_system(row.user_agent)
    is_own_session = row.session_id is not None and row.session_id == request.session.session_key
    return {
        "subscription_id": str(row.pk),
        "browser": browser,
        "system": system,
        "current": row.token_id == request.auth.pk if request.auth else is_own_session,
        "created_at": row.created_at,
        "last_ok_at": row.last_ok_at,
    }
