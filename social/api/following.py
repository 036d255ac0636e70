"""The API of following, and of those who ask to."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers as drf
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.serializers import UserListSerializer
from feedsite.errors import Forbidden, Invalid
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import PAGE_PARAMETERS
from social import actions, queries
from social.api.finding import find_other, find_user
from social.cards import user_cards

FollowAnswer = inline_serializer(
    "Following",
    {
        "user_id": drf.CharField(),
        "following": drf.BooleanField(),
        "requested": drf.BooleanField(),
        "followers_count": drf.IntegerField(),
    },
)
FollowerAnswer = inline_serializer("Follower", {"user_id": drf.CharField(), "followed_by": drf.BooleanField()})
SharesAnswer = inline_serializer("HidingShares", {"user_id": drf.CharField(), "hiding_shares": drf.BooleanField()})


class FollowUser(APIView):
    @extend_schema(request=None, responses={200: FollowAnswer})
    def post(self, request: Any, user_id: int) -> Response:
        """Follows the account, or asks to where it is private: `requested` is true until its owner answers."""
        author = find_user(request.user, pk=user_id)
        if author.pk != request.user.pk and actions.is_blocked_either_way(request.user.pk, author.pk):
            raise Forbidden(_("You block this account. Unblock it to follow it."))
        actions.follow(follower=request.user, author=author)
        return self.answer(request.user, author)

    @extend_schema(request=None, responses={200: FollowAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        """Ends a follow, or takes back the request to."""
        author = find_user(request.user, pk=user_id)
        if author.pk == request.user.pk:
            raise Invalid(_("You cannot follow or unfollow yourself."))
        actions.unfollow(follower=request.user, author=author)
        return self.answer(request.user, author)

    def answer(self, viewer: User, author: User) -> Response:
        author.refresh_from_db(fields=["followers_count"])
        relation = queries.relations(viewer, [author.pk])[author.pk]
        stands = {"following": relation.following, "requested": relation.requested}
        return Response({"user_id": str(author.pk), **stands, "followers_count": author.followers_count})


class RemoveFollower(APIView):
    @extend_schema(request=None, responses={200: FollowerAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        """The account no longer follows one; it is not told, and asks again where one's own is private."""
        actions.remove_follower(owner=request.user, follower=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "followed_by": False})


class HideShares(APIView):
    @extend_schema(request=None, responses={200: SharesAnswer})
    def post(self, request: Any, user_id: int) -> Response:
        """Leaves what the account shares out of one's timelines; 403 for one that is not followed."""
        actions.hide_shares(follower=request.user, author=find_user(request.user, pk=user_id))
        return Response({"user_id": str(user_id), "hiding_shares": True})

    @extend_schema(request=None, responses={200: SharesAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        actions.show_shares(follower=request.user, author=find_user(request.user, pk=user_id))
        return Response({"user_id": str(user_id), "hiding_shares": False})


class FollowRequests(APIView):
    @extend_schema(responses=UserListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """Those who ask to follow one's private account."""
        asked = page_request(request.query_params, list_name="follow_requests", viewer=request.user)
        users = queries.asking(request.user, below=asked.after, limit=asked.limit + 1)
        shown, following = page_of(users, asked)
        return Response(listed("users", user_cards(request.user, shown), following))


class AcceptFollow(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Any, user_id: int) -> Response:
        """Lets the account follow; 404 when it does not ask to, or no longer."""
        actions.accept_follow(owner=request.user, follower=find_user(request.user, pk=user_id))
        return Response(status=204)


class RejectFollow(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Any, user_id: int) -> Response:
        """Ends the request; the account is not told, and may ask again."""
        actions.reject_follow(owner=request.user, follower=find_user(request.user, pk=user_id))
        return Response(status=204)
