"""The API of what stands on a profile."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from feedsite.errors import Forbidden
from feedsite.pagination import PageRequest, listed, page_request
from feedsite.schema import PAGE_PARAMETERS
from posts import actions, profiles
from posts.cards import post_cards
from posts.models import Post
from posts.serializers import PinSerializer, PostListSerializer
from social.api import find_user


class ProfileList(APIView):
    """A list of posts on the profile of the account in the path; `name` is its cursor's."""

    permission_classes = (AllowAny,)
    name = ""

    @extend_schema(responses=PostListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, user_id: int) -> Response:
        author = find_user(request.user, pk=user_id)
        asked = page_request(request.query_params, list_name=f"{self.name}:{user_id}", viewer=request.user)
        shown, following = self.find(request.user, author, asked)
        return Response(listed("posts", post_cards(request.user, shown), following))

    def find(self, viewer: Any, author: User, asked: PageRequest) -> profiles.Page:
        raise NotImplementedError


class UserPosts(ProfileList):
    """An account's posts that the caller may see, newest first."""

    name = "posts"

    def find(self, viewer: Any, author: User, asked: PageRequest) -> profiles.Page:
        return profiles.posts_of(viewer, author, asked)


class UserComments(ProfileList):
    """An account's comments that the caller may see, newest first."""

    name = "comments_of"

    def find(self, viewer: Any, author: User, asked: PageRequest) -> profiles.Page:
        return profiles.comments_of(viewer, author, asked)


class UserMedia(ProfileList):
    """An account's posts and comments with pictures or videos that the caller may see, newest first."""

    name = "media_of"

    def find(self, viewer: Any, author: User, asked: PageRequest) -> profiles.Page:
        return profiles.media_of(viewer, author, asked)


class UserLikes(ProfileList):
    """What an account likes and the caller may see, the newest posts first; 403 where it is not shown."""

    name = "likes_of"

    def find(self, viewer: Any, author: User, asked: PageRequest) -> profiles.Page:
        if not profiles.shows_likes_to(viewer, author):
            raise Forbidden(_("This account does not show what it likes."))
        return profiles.likes_of(viewer, author, asked)


class UserPinned(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=PostListSerializer)
    def get(self, request: Any, user_id: int) -> Response:
        """The post an account has pinned, where the caller may see it: a list of one or none."""
        pinned = profiles.find_pinned(request.user, find_user(request.user, pk=user_id))
        return Response(listed("posts", post_cards(request.user, [pinned] if pinned else []), None))


class PinPost(APIView):
    @extend_schema(request=None, responses={200: PinSerializer})
    def post(self, request: Any, post_id: int) -> Response:
        """Puts one's own post first on one's profile, in place of another."""
        return self.answer(actions.pin(actor=request.user, post_id=post_id), is_pinned=True)

    @extend_schema(request=None, responses={200: PinSerializer})
    def delete(self, request: Any, post_id: int) -> Response:
        return self.answer(actions.unpin(actor=request.user, post_id=post_id), is_pinned=False)

    def answer(self, post: Post, *, is_pinned: bool) -> Response:
        return Response({"post_id": str(post.pk), "is_pinned": is_pinned})
