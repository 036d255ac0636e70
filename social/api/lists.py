"""The API of lists of people. Their timelines are in `feeds.api`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from accounts.idempotency import idempotent
from accounts.serializers import UserListSerializer
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import IDEMPOTENCY_KEY, PAGE_PARAMETERS
from social import actions, lists
from social.api.finding import find_other, find_user
from social.cards import list_card, user_cards
from social.serializers import ListListSerializer, ListMemberSerializer, ListNameSerializer, ListSerializer


class Lists(APIView):
    @extend_schema(operation_id="lists_list", responses=ListListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """One's own lists, newest first. Nobody else knows of them."""
        asked = page_request(request.query_params, list_name="lists", viewer=request.user)
        found = lists.lists_of(request.user)
        shown, following = page_of(found if asked.after is None else found.filter(pk__lt=asked.after), asked)
        return Response(listed("lists", [list_card(one) for one in shown], following))

    @extend_schema(request=ListNameSerializer, responses={201: ListSerializer}, parameters=[IDEMPOTENCY_KEY])
    @idempotent
    def post(self, request: Any) -> Response:
        """A new list, with nobody on it; 50 at most."""
        made = actions.make_list(owner=request.user, **parsed(ListNameSerializer, request))
        return Response(list_card(lists.get_list(request.user, made.pk)), status=201)


class ListDetail(APIView):
    @extend_schema(responses=ListSerializer)
    def get(self, request: Any, list_id: int) -> Response:
        return Response(list_card(lists.get_list(request.user, list_id)))

    @extend_schema(request=ListNameSerializer, responses=ListSerializer)
    def patch(self, request: Any, list_id: int) -> Response:
        """Another name for it."""
        actions.rename_list(owner=request.user, list_id=list_id, **parsed(ListNameSerializer, request))
        return self.get(request, list_id)

    @extend_schema(responses={204: None})
    def delete(self, request: Any, list_id: int) -> Response:
        """The list goes; whom one follows stays."""
        actions.delete_list(owner=request.user, list_id=list_id)
        return Response(status=204)


class ListMembers(APIView):
    @extend_schema(responses=UserListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any, list_id: int) -> Response:
        one = lists.get_list(request.user, list_id)
        asked = page_request(request.query_params, list_name=f"list:{list_id}:members", viewer=request.user)
        shown, following = page_of(lists.members(one, below=asked.after, limit=asked.limit + 1), asked)
        return Response(listed("users", user_cards(request.user, shown), following))


class ListMember(APIView):
    @extend_schema(request=None, responses={200: ListMemberSerializer})
    def post(self, request: Any, list_id: int, user_id: int) -> Response:
        """Puts somebody one follows on the list; 403 for others, 400 when 500 are on it."""
        lists.get_list(request.user, list_id)
        person = find_user(request.user, pk=user_id)
        actions.add_to_list(owner=request.user, list_id=list_id, person=person)
        return self.answer(list_id, user_id, is_member=True)

    @extend_schema(request=None, responses={200: ListMemberSerializer})
    def delete(self, request: Any, list_id: int, user_id: int) -> Response:
        lists.get_list(request.user, list_id)
        person = find_other(request.user, user_id)
        actions.remove_from_list(owner=request.user, list_id=list_id, person=person)
        return self.answer(list_id, user_id, is_member=False)

    def answer(self, list_id: int, user_id: int, *, is_member: bool) -> Response:
        return Response({"list_id": str(list_id), "user_id": str(user_id), "is_member": is_member})
