"""The API of uploads: pictures and videos before, and beside, the post they hang on."""

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from accounts.idempotency import once
from accounts.models import User
from feedsite.rendering import JSONParser
from feedsite.schema import IDEMPOTENCY_KEY
from posts import actions
from posts.cards import media_card
from posts.models import Media
from posts.serializers import AltSerializer, MediaSerializer, OwnMediaSerializer, UploadSerializer


def own_card(media: Media) -> dict[str, Any]:
    """What its owner is told besides: how far a video is, and why it failed."""
    return {**media_card(media), "progress": media.progress, "problem": media.problem}


class Uploads(APIView):
    parser_classes = (MultiPartParser, FormParser)

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={
            201: MediaSerializer,
            202: OpenApiResponse(MediaSerializer, "A video: taken, and being made ready."),
        },
        parameters=[IDEMPOTENCY_KEY],
    )
    def post(self, request: Any) -> Response:
        """Keeps a picture (201) or a video (202: ask again until it is `ready`) for a post within a day."""
        given = parsed(UploadSerializer, request)
        alt = actions.checked_alt(given["alt"])
        prepared = actions.prepare_upload(request.user, given["file"])
        said = [prepared.fields["digest"], alt.encode()]
        return once(request, said, lambda: answer(actions.keep_upload(prepared, alt=alt)))


def answer(media: Media) -> Response:
    return Response(media_card(media), status=202 if media.status == Media.Status.PROCESSING else 201)


class MediaDetail(APIView):
    parser_classes = (JSONParser,)

    @extend_schema(responses=OwnMediaSerializer)
    def get(self, request: Any, media_id: int) -> Response:
        """One's own upload, with `progress` (of a hundred) and the `problem` of one that failed."""
        return Response(own_card(actions.get_upload(request.user, media_id)))

    @extend_schema(request=AltSerializer, responses=OwnMediaSerializer)
    def patch(self, request: Any, media_id: int) -> Response:
        """Changes the description, also after it was posted."""
        alt = parsed(AltSerializer, request)["alt"]
        return Response(own_card(actions.describe_upload(owner=request.user, media_id=media_id, alt=alt)))

    @extend_schema(responses={204: None})
    def delete(self, request: Any, media_id: int) -> Response:
        """Takes an upload back that hangs on no post; one that does goes with its post (409)."""
        actions.remove_upload(owner=request.user, media_id=media_id)
        return Response(status=204)


def attached(author: User, given: dict[str, Any]) -> list[Any]:
    """The uploads that a body names by their ids, their addresses or both; takes these out of it."""
    ids, urls = given.pop("media_ids", None) or [], given.pop("media_urls", None) or []
    also = [str(media_id) for media_id in actions.ids_of_urls(author, urls)]
    return [*ids, *(media_id for media_id in also if media_id not in ids)]
