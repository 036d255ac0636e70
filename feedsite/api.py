"""What the API says of the site itself."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema, inline_serializer
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework import serializers
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from feedsite.health import missing_parts
from feedsite.media import limits
from feedsite.pages import live_url
from feedsite.parameters import asked_choice

FEATURES = {"comments": True, "likes": True, "live": True, "media": True, "private_accounts": True, "visibility": True}
FEATURES |= {"notifications": True}
FEATURES |= {"lists": True, "suggestions": True}
FEATURES |= {"bookmarks": True, "quotes": True, "shares": True}
FEATURES |= {"push": True}
FEATURES |= {"content_warnings": True, "drafts": True, "edits": True, "polls": True, "undo_delete": True}
FEATURES |= {"stories": True, "trends": True}
FEATURES |= {"reports": True}
FEATURES |= {"oauth": True, "second_factor": True}
FEATURES |= {"oembed": True, "pinned_posts": True, "rss": True}


class Site(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(
        responses=inline_serializer(
            "Site",
            {
                "name": serializers.CharField(),
                "version": serializers.CharField(),
                "live_url": serializers.CharField(),
                "post_max_length": serializers.IntegerField(),
                "media": serializers.DictField(child=serializers.IntegerField()),
                "registration": serializers.ChoiceField(choices=["open", "invite", "closed"]),
                "features": serializers.DictField(child=serializers.BooleanField()),
            },
        )
    )
    def get(self, request: Any) -> Response:
        """Limits and addresses of this site; no sign-in needed."""
        return Response(
            {
                "name": settings.SITE_NAME,
                "version": settings.VERSION,
                "live_url": live_url(request._request),
                "post_max_length": settings.POST_MAX_LENGTH,
                "media": {"avatar_max_bytes": settings.AVATAR_MAX_BYTES, **limits.for_clients()},
                "registration": settings.REGISTRATION,
                "features": FEATURES,
            }
        )


class PlainJson(OpenApiJsonRenderer):
    media_type = "application/json"


def check_document(query: Mapping[str, str]) -> None:
    """Raises Invalid for a language or version that the document does not have: each language is kept for good."""
    asked_choice(query, "lang", list(dict(settings.LANGUAGES)), settings.LANGUAGE_CODE)
    asked_choice(query, "version", [settings.VERSION], settings.VERSION)


class Schema(SpectacularAPIView):
    content_negotiation_class = DefaultContentNegotiation
    renderer_classes = [PlainJson, OpenApiYamlRenderer, OpenApiJsonRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        check_document(request.query_params)
        return super().get(request, *args, **kwargs)


class Docs(SpectacularSwaggerSplitView):
    """The page to read the document and to try it."""

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        check_document(request.query_params)
        return super().get(request, *args, **kwargs)


def healthz(request: HttpRequest) -> HttpResponse:
    """The process lives; asks nothing of any engine."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when everything answers; 503 and the parts that do not."""
    missing = missing_parts()
    return JsonResponse(
        {"status": "missing" if missing else "ready", "missing": missing}, status=503 if missing else 200
    )
