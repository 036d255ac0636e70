"""The API of accounts, and of who follows whom."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.serializers import UserListSerializer, UserSerializer
from feedsite.errors import Invalid
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import PAGE_PARAMETERS
from social import queries
from social.api.finding import find_user
from social.cards import user_cards


class UserDetail(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=UserSerializer)
    def get(self, request: Any, user_id: int) -> Response:
        return Response(user_cards(request.user, [find_user(request.user, pk=user_id)])[0])


class UserLookup(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=UserSerializer, parameters=[OpenApiParameter("username", str, required=True)])
    def get(self, request: Any) -> Response:
        """The account of that username, in whatever case it is written."""
        name = request.query_params.get("username", "").strip().lower()
        if not name or "\0" in name:
            raise Invalid(_("Give a username."), fields={"username": [_("Give a username.")]})
        return Response(user_cards(request.user, [find_user(request.user, username=name)])[0])


class Followers(APIView):
    permission_classes = (AllowAny,)
    list_name = "followers"
    find = staticmethod(queries.followers)

    @extend_schema(responses=UserListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, user_id: int) -> Response:
        user = find_user(request.user, pk=user_id)
        asked = page_request(request.query_params, list_name=f"{self.list_name}:{user_id}", viewer=request.user)
        users = self.find(request.user, user, below=asked.after, limit=asked.limit + 1)
        shown, following = page_of(users, asked)
        return Response(listed("users", user_cards(request.user, shown), following))


class Following(Followers):
    list_name = "following"
    find = staticmethod(queries.following)
