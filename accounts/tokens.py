"""Who is calling the API: a Bearer token or the browser's session."""

import hashlib
from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import User


def find_token(raw: str) -> AccessToken | None:
    """The live token of an active account, with its user; one query."""
    checksum = hashlib.sha256(raw.encode()).hexdigest()
    tokens = AccessToken.objects.select_related("user")
    return tokens.filter(token_checksum=checksum, expires__gt=timezone.now(), user__is_active=True).first()


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> tuple[User, AccessToken] | None:
        scheme, _, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(raw.strip())
        if token is None:
            raise AuthenticationFailed("This token is unknown, revoked or expired. Ask for a new one.")
        return token.user, token

    def authenticate_header(self, request: Any) -> str:
        return 'Bearer realm="api"'


class BrowserAuthentication(SessionAuthentication):
    """The signed-in browser; writes need the CSRF token."""


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class BrowserScheme(OpenApiAuthenticationExtension):
    target_class = "accounts.tokens.BrowserAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": "sessionid"}
