"""Who is calling the API: a Bearer token or the browser's session."""

import functools
import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from oauth2_provider.models import AccessToken
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.permissions import SAFE_METHODS

from accounts.access_models import TokenUse
from accounts.models import User

READ, WRITE = "read", "write"
# When a token was last used is told roughly, so that most requests write nothing.
USE_NOTED_EVERY = timedelta(hours=1)


@functools.cache
def statement() -> str:
    """The token and its user in one indexed query, written out once: the ORM would compile it each time."""
    token = ", ".join(f"t.{field.column}" for field in AccessToken._meta.concrete_fields)
    user = ", ".join(f"u.{field.column}" for field in User._meta.concrete_fields)
    return (
        f"SELECT {token}, {user}, n.used_at FROM {AccessToken._meta.db_table} t"  # noqa: S608
        f" JOIN {User._meta.db_table} u ON u.id = t.user_id LEFT JOIN {TokenUse._meta.db_table} n ON n.token_id = t.id"
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
    token.user = User.from_db(connection.alias, names(User), row[width:-1])
    if row[-1] is None or row[-1] < timezone.now() - USE_NOTED_EVERY:
        note_use(token.pk)
    return token  # type: ignore[no-any-return]


def note_use(token_id: int) -> None:
    """Locks the token's key, so that one revoked this moment is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TokenUse._meta.db_table} (token_id, name, used_at)"  # noqa: S608
            f" SELECT id, '', now() FROM {AccessToken._meta.db_table} WHERE id = %s FOR KEY SHARE"
            " ON CONFLICT (token_id) DO UPDATE SET used_at = now()",
            [token_id],
        )


def find_reading_token(raw: str) -> AccessToken | None:
    """The same, when it may read."""
    token = find_token(raw)
    return token if token and READ in token.scope.split() else None


def scope_for(method: str) -> str:
    """The scope that a token must have for a request by this method."""
    return READ if method in SAFE_METHODS else WRITE


class BearerAuthentication(BaseAuthentication):
    def authenticate(self, request: Any) -> tuple[User, AccessToken] | None:
        scheme, _space, raw = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = find_token(raw.strip())
        if token is None:
            raise AuthenticationFailed(_("This token is unknown, revoked or expired. Ask for a new one."))
        self.check_scope(request, token)
        return token.user, token

    def check_scope(self, request: Any, token: AccessToken) -> None:
        """Here and not in a permission class: every view has this door, and some have permissions of their own.

        A view that `takes_any_scope` is for every token, whatever its scopes.
        """
        needed = scope_for(request.method)
        takes_any = getattr(request.parser_context["view"], "takes_any_scope", False)
        if needed not in token.scope.split() and not takes_any:
            raise PermissionDenied(_("This token lacks the scope “%(scope)s”.") % {"scope": needed})

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
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
