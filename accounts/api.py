"""The API of one's account: sign-up, tokens, profile."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import actions, invitations, second_factor, serializers
from accounts.cards import own_card
from accounts.models import User
from feedsite import limits
from feedsite.errors import DomainError, Invalid
from feedsite.rendering import JSONParser


def parsed(serializer_class: type, request: Any) -> dict[str, Any]:
    """The validated body; raises DRF's ValidationError with the fields to change."""
    serializer = serializer_class(data=request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def check_password(request: HttpRequest, name: str, password: str) -> User:
    """The account of that username or e-mail address, by the same door and limits as the log-in page.

    Raises TooMany, and Invalid in the same words whether or not the account exists.
    """
    kind = "email" if "@" in name else "username"
    user = get_adapter().authenticate(request, **{kind: name, "password": password})
    if not isinstance(user, User) or not user.is_active:
        raise Invalid(_("This username and password do not go together."), code="wrong_credentials")
    return user


class SecondFactorNeeded(DomainError):
    """The password is right, and not enough."""

    status, code = 401, "second_factor_needed"
    detail = gettext_lazy("Send `code` too: of your authenticator app, or a recovery code.")


def check_second_factor(user: User, code: str) -> None:
    """Raises SecondFactorNeeded without a code, Invalid for a wrong one, and TooMany."""
    if not second_factor.is_on(user):
        return
    if not code:
        raise SecondFactorNeeded
    limits.take("second_factor", user.pk)
    if second_factor.use_code(user, code) is None:
        reason = _("This code is wrong or was used already.")
        raise Invalid(reason, fields={"code": [reason]}, code="wrong_code")
    limits.give_back("second_factor", user.pk)


class SignUp(APIView):
    permission_classes = (AllowAny,)
    authentication_classes = ()

    @extend_schema(request=serializers.SignUpSerializer, responses={201: serializers.SignedUpSerializer})
    def post(self, request: Any) -> Response:
        """Makes an account and a token for it; the address is asked by mail to confirm itself."""
        given = parsed(serializers.SignUpSerializer, request)
        invitations.check_open(given.get("invite", ""))
        user = actions.sign_up(**given)
        token = actions.issue_token(user)
        return Response({"user": own_card(user), "access_token": token, "token_type": "Bearer"}, status=201)


class Token(APIView):
    takes_any_scope = True

    def get_permissions(self) -> list[Any]:
        return [AllowAny()] if self.request.method == "POST" else list(super().get_permissions())

    def get_authenticators(self) -> list[Any]:
        asking = self.request is not None and self.request.method == "POST"
        return [] if asking else super().get_authenticators()

    @extend_schema(request=serializers.CredentialsSerializer, responses=serializers.TokenSerializer)
    def post(self, request: Any) -> Response:
        """A fresh token for a username (or e-mail address) and password, and a `code` where there is a second factor.

        Without that code the answer is 401 `second_factor_needed`.
        """
        given = parsed(serializers.CredentialsSerializer, request)
        user = check_password(request._request, given["username"].strip().lower(), given["password"])
        check_second_factor(user, given.get("code", ""))
        token = actions.issue_token(user, name=given.get("name", ""), scope=given["scope"])
        return Response({"access_token": token, "token_type": "Bearer"})

    @extend_schema(responses={204: None})
    def delete(self, request: Any) -> Response:
        """Revokes the token this request came with."""
        if request.auth is None:
            raise Invalid(_("This request carries no token: it came from a browser session."))
        actions.revoke_token(request.auth)
        return Response(status=204)


class Me(APIView):
    parser_classes = (JSONParser, MultiPartParser, FormParser)

    @extend_schema(responses=serializers.UserSerializer)
    def get(self, request: Any) -> Response:
        return Response(own_card(request.user))

    @extend_schema(request=serializers.ProfileSerializer, responses=serializers.UserSerializer)
    def patch(self, request: Any) -> Response:
        """Changes what is given; `avatar` comes as multipart, null takes it away."""
        given = parsed(serializers.ProfileSerializer, request)
        words = {name: value for name, value in given.items() if name in ("display_name", "bio")}
        with transaction.atomic():  # all of it or nothing
            actions.change_profile(request.user, **words)
            if "avatar" in given:
                actions.change_avatar(request.user, given["avatar"])
            if "language" in given:
                actions.change_language(request.user, given["language"])
            if "is_private" in given:
                actions.change_privacy(request.user, given["is_private"])
            if "shows_likes" in given:
                actions.show_likes(request.user, given["shows_likes"])
            reach = {name: given[name] for name in ("mentions_from", "in_search", "in_suggestions") if name in given}
            if reach:
                actions.change_reach(request.user, **reach)
            if "ranking" in given:
                actions.change_ranking(request.user, given["ranking"])
        return Response(own_card(request.user))
