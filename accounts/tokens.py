"""Who is calling the API: a Bearer token or the browser's session."""

import functools
import hashlib
from typing import Any

from django.db import connection, models
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import User


@functools.cache
def statement() -> str:
    """The token and its user in one indexed query, written out once: the ORM would compile it each time."""
    token = ", ".join(f"t.{field.column}" for field in AccessToken._meta.concrete_fields)
    user = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
    return (
        f"SELECT {token}, {user} FROM {AccessToken._meta.db_table} t JOIN {User._meta.db_table} u ON u.id = t.user_id"  # noqa: S608
        " WHERE t.token_checksum = %s AND t.expires > now() AND u.is_active"
    )


@functools.cache
def names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def find_token(raw: str) -> AccessToken | None:
    """The live token of an active account, with its user; one query."""
    with connection.cursor() as cursor:
        cursor.execute(statement(), [hashlib.sha256(raw.encode()).hexdigest()])
        row = cursor.fetchone()
    if row is None:
        return None
    width = len(names(AccessToken))
    token: Any = AccessToken.from_db(connection.alias, names(AccessToken), row[:width])
    token.user = User.from_db(connection.alias, names(User), row[width:])
    return token  # type: ignore[no-any-return]


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> tuple[User, AccessToken] | None:
        scheme, _space, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(raw.strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, revoked or expired. Ask for a new one."))
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
