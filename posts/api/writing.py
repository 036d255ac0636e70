"""The API of what happens to a post after it is written: its history, its return, votes in its poll."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from feedsite.pagination import listed, page_of, page_request
from feedsite.rendering import stamp
from feedsite.schema import PAGE_PARAMETERS
from posts import actions, queries
from posts.cards import post_cards
from posts.models import Post, Revision
from posts.serializers import PostSerializer
from posts.writing_serializers import RevisionListSerializer, VoteSerializer


def shown(viewer: Any, post_id: int) -> Response:
    return Response(post_cards(viewer, [queries.get_visible(viewer, post_id)])[0])


class History(APIView):
    permission_classes = (AllowAny,)

    @extend_schema(responses=RevisionListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, post_id: int) -> Response:
        """How a post read before it was edited, newest first; empty where it never was."""
        post = queries.get_visible(request.user, post_id)
        asked = page_request(request.query_params, list_name=f"history:{post_id}", viewer=request.user)
        revisions, following = page_of(history(request.user, post, asked.after), asked)
        return Response(listed("revisions", [revision_card(one) for one in revisions], following))


def history(viewer: Any, post: Post, below: int | None) -> Any:
    revisions = Revision.objects.shown_to(viewer, post)
    return revisions if below is None else revisions.filter(pk__lt=below)


def revision_card(revision: Revision) -> dict[str, Any]:
    return {
        "revision_id": str(revision.pk),
        "content": revision.content,
        "content_html": revision.content_html,
        "content_warning": revision.content_warning,
        "media": revision.media,
        "written_at": stamp(revision.written_at),
    }


class RestorePost(APIView):
    @extend_schema(request=None, responses={200: PostSerializer})
    def post(self, request: Any, post_id: int) -> Response:
        """Brings back a post that one has deleted a few minutes ago."""
        actions.restore(actor=request.user, post_id=post_id)
        return shown(request.user, post_id)


class VotePost(APIView):
    @extend_schema(request=VoteSerializer, responses={200: PostSerializer})
    def post(self, request: Any, post_id: int) -> Response:
        """Chooses from a poll, once; answers the post with the votes so far."""
        actions.vote(actor=request.user, post_id=post_id, **parsed(VoteSerializer, request))
        return shown(request.user, post_id)
