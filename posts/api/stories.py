"""The API of stories."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from accounts.idempotency import idempotent
from accounts.serializers import UserListSerializer
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import IDEMPOTENCY_KEY, PAGE_PARAMETERS
from posts import actions, stories
from posts.api.answers import made
from posts.cards import story_card
from posts.serializers import ContentSerializer, PostSerializer
from posts.story_serializers import NewStorySerializer, SeenSerializer, StoryListSerializer, StorySerializer
from social.api import find_user
from social.cards import user_cards


class Stories(APIView):
    @extend_schema(operation_id="stories_list", responses=StoryListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """Stories of those one follows, unseen first; what was told after the first page waits for the next look."""
        asked = page_request(request.query_params, list_name="stories", viewer=request.user)
        shown, following = stories.of_followed(request.user, asked)
        return Response(listed("stories", [story_card(story) for story in shown], following))

    @extend_schema(request=NewStorySerializer, responses={201: StorySerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any) -> Response:
        """Shows an upload of one's own for 24 hours."""
        story = actions.publish_story(owner=request.user, **parsed(NewStorySerializer, request))
        return Response(story_card(stories.get_story(request.user, story.pk)), status=201)


class StoryDetail(APIView):
    @extend_schema(responses=StorySerializer)
    def get(self, request: Any, story_id: int) -> Response:
        return Response(story_card(stories.get_story(request.user, story_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Any, story_id: int) -> Response:
        actions.delete_story(actor=request.user, story_id=story_id)
        return Response(status=204)


class SeenStory(APIView):
    @extend_schema(responses=UserListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, story_id: int) -> Response:
        """Who has seen one's own story."""
        story = stories.get_own(request.user, story_id)
        asked = page_request(request.query_params, list_name=f"seen:{story_id}", viewer=request.user)
        users = stories.viewers(story, below=asked.after, limit=asked.limit + 1)
        shown, following = page_of(users, asked)
        return Response(listed("users", user_cards(request.user, shown), following))

    @extend_schema(request=None, responses={200: SeenSerializer})
    def post(self, request: Any, story_id: int) -> Response:
        """Notes that one has seen it; idempotent."""
        story = actions.see_story(viewer=request.user, story_id=story_id)
        return Response({"story_id": str(story.pk), "seen": True})


class StoryReply(APIView):
    @extend_schema(request=ContentSerializer, responses={201: PostSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any, story_id: int) -> Response:
        """A private post to the story's owner."""
        content = parsed(ContentSerializer, request)["content"]
        return made(actions.reply_to_story(author=request.user, story_id=story_id, content=content))


class UserStories(APIView):
    @extend_schema(responses=StoryListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, user_id: int) -> Response:
        """An account's stories that the caller may see, in the order they were told; also one's own."""
        person = find_user(request.user, pk=user_id)
        asked = page_request(request.query_params, list_name=f"stories:{user_id}", viewer=request.user)
        told = [one for one in stories.of_person(request.user, person) if one.pk > (asked.after or 0)]
        shown, following = page_of(told, asked)
        return Response(listed("stories", [story_card(story) for story in shown], following))
