"""The API of people and whom they know."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers as drf
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.serializers import UserListSerializer, UserSerializer
from feedsite.errors import Forbidden, Invalid, NotFound
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import PAGE_PARAMETERS
from social import actions, queries
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


def find_user(viewer: Any, **by: Any) -> User:
    """The account, if the viewer may know of it; raises NotFound."""
    user = User.objects.filter(**by).first()
    if user is None or not queries.may_know_of(viewer, user):
        raise NotFound()
    return user


def find_other(viewer: User, user_id: int) -> User:
    """Somebody else's account, even if it blocks the viewer, who may still block or mute it."""
    if user_id == viewer.pk:
        raise Invalid("You cannot do this to yourself.")
    user = User.objects.active().filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    return user


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
            raise Invalid("Give a username.", fields={"username": ["Give a username."]})
        return Response(user_cards(request.user, [find_user(request.user, username=name)])[0])


class FollowUser(APIView):
    @extend_schema(request=None, responses={200: FollowAnswer})
    def post(self, request: Any, user_id: int) -> Response:
        """Follows the account, or asks to where it is private: `requested` is true until its owner answers."""
        author = find_user(request.user, pk=user_id)
        if author.pk != request.user.pk and actions.is_blocked_either_way(request.user.pk, author.pk):
            raise Forbidden("You block this account. Unblock it to follow it.")
        actions.follow(follower=request.user, author=author)
        return self.answer(request.user, author)

    @extend_schema(request=None, responses={200: FollowAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        """Ends a follow, or takes back the request to."""
        author = find_user(request.user, pk=user_id)
        if author.pk == request.user.pk:
            raise Invalid("You cannot follow or unfollow yourself.")
        actions.unfollow(follower=request.user, author=author)
        return self.answer(request.user, author)

    def answer(self, viewer: User, author: User) -> Response:
        author.refresh_from_db(fields=["followers_count"])
        relation = queries.relations(viewer, [author.pk])[author.pk]
        stands = {"following": relation.following, "requested": relation.requested}
        return Response({"user_id": str(author.pk), **stands, "followers_count": author.followers_count})


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


BlockAnswer = inline_serializer("Blocking", {"user_id": drf.CharField(), "blocking": drf.BooleanField()})
MuteAnswer = inline_serializer("Muting", {"user_id": drf.CharField(), "muting": drf.BooleanField()})


class BlockUser(APIView):
    @extend_schema(request=None, responses={200: BlockAnswer})
    def post(self, request: Any, user_id: int) -> Response:
        """Neither sees the other from now on; follows end both ways."""
        actions.block(blocker=request.user, blocked=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "blocking": True})

    @extend_schema(request=None, responses={200: BlockAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        actions.unblock(blocker=request.user, blocked=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "blocking": False})


class MuteUser(APIView):
    @extend_schema(request=None, responses={200: MuteAnswer})
    def post(self, request: Any, user_id: int) -> Response:
        """Leaves the account out of one's own timeline; it is not told."""
        actions.mute(muter=request.user, muted=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "muting": True})

    @extend_schema(request=None, responses={200: MuteAnswer})
    def delete(self, request: Any, user_id: int) -> Response:
        actions.unmute(muter=request.user, muted=find_other(request.user, user_id))
        return Response({"user_id": str(user_id), "muting": False})


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
