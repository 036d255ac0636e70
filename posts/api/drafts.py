"""The API of drafts and of posts that are due later. Nobody sees those of others."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from accounts.idempotency import idempotent
from feedsite.errors import NotFound
from feedsite.pagination import listed, page_of, page_request
from feedsite.rendering import stamp
from feedsite.schema import IDEMPOTENCY_KEY, PAGE_PARAMETERS
from posts import actions
from posts.api.answers import made
from posts.cards import media_card, text_id
from posts.models import Draft
from posts.serializers import PostSerializer
from posts.writing_serializers import DraftListSerializer, DraftSerializer, NewDraftSerializer


class Drafts(APIView):
    @extend_schema(operation_id="drafts_list", responses=DraftListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """One's own, newest first."""
        asked = page_request(request.query_params, list_name="drafts", viewer=request.user)
        drafts = Draft.objects.of(request.user).with_media().below(asked.after)
        shown, following = page_of(drafts, asked)
        return Response(listed("drafts", [draft_card(draft) for draft in shown], following))

    @extend_schema(request=NewDraftSerializer, responses={201: DraftSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any) -> Response:
        """Keeps a draft; with `due_at` it is posted then."""
        draft = actions.save_draft(author=request.user, **parsed(NewDraftSerializer, request))
        return Response(draft_card(own(request.user, draft.pk)), status=201)


class DraftDetail(APIView):
    @extend_schema(responses=DraftSerializer)
    def get(self, request: Any, draft_id: int) -> Response:
        return Response(draft_card(own(request.user, draft_id)))

    @extend_schema(request=NewDraftSerializer, responses=DraftSerializer)
    def patch(self, request: Any, draft_id: int) -> Response:
        """Changes what is given; a `due_at` of null makes a plain draft of it again."""
        actions.save_draft(author=request.user, draft_id=draft_id, **parsed(NewDraftSerializer, request))
        return Response(draft_card(own(request.user, draft_id)))

    @extend_schema(responses={204: None})
    def delete(self, request: Any, draft_id: int) -> Response:
        actions.discard_draft(author=request.user, draft_id=draft_id)
        return Response(status=204)


class PublishDraft(APIView):
    @extend_schema(request=None, responses={201: PostSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any, draft_id: int) -> Response:
        """Posts it now; the draft is gone."""
        return made(actions.publish_draft(author=request.user, draft_id=draft_id))


def own(author: Any, draft_id: int) -> Draft:
    draft = Draft.objects.of(author).with_media().filter(pk=draft_id).first()
    if draft is None:
        raise NotFound()
    return draft


def draft_card(draft: Draft) -> dict[str, Any]:
    return {
        "draft_id": str(draft.pk),
        "content": draft.content,
        "content_warning": draft.content_warning,
        "visibility": draft.visibility,
        "in_reply_to": text_id(draft.in_reply_to_id),
        "quote_of": text_id(draft.quote_of_id),
        "media": [media_card(one) for one in draft.hanging],
        "poll": draft.poll,
        "due_at": stamp(draft.due_at),
        "problem": draft.problem,
        "created_at": stamp(draft.created_at),
        "updated_at": stamp(draft.updated_at),
    }
