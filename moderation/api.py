"""The API of reporting, of what was decided about oneself, and of appealing against it."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import parsed
from accounts.idempotency import idempotent
from feedsite.pagination import listed, page_of, page_request
from feedsite.schema import IDEMPOTENCY_KEY, PAGE_PARAMETERS
from moderation import actions, queries, serializers
from moderation.cards import appeal_card, decision_card, report_card


class Reports(APIView):
    @extend_schema(responses=serializers.ReportListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """What one has reported, newest first, and what came of it."""
        asked = page_request(request.query_params, list_name="reports", viewer=request.user)
        reports, following = page_of(queries.reports_by(request.user, below=asked.after), asked)
        return Response(listed("reports", [report_card(one) for one in reports], following))

    @extend_schema(
        request=serializers.NewReportSerializer,
        responses={201: serializers.ReportSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Any) -> Response:
        """Reports a post or an account. The same again, while nobody has decided, answers the first report."""
        given = parsed(serializers.NewReportSerializer, request)
        post_id, user_id = (int(given[name]) if name in given else None for name in ("post_id", "user_id"))
        made = actions.report(
            reporter=request.user,
            category=given["category"],
            comment=given.get("comment", ""),
            post_id=post_id,
            user_id=user_id,
        )
        return Response(report_card(queries.reports_by(request.user, below=None).get(pk=made.pk)), status=201)


class Decisions(APIView):
    @extend_schema(responses=serializers.DecisionListSerializer, parameters=PAGE_PARAMETERS)
    def get(self, request: Any) -> Response:
        """What the moderators have decided about oneself and one's posts, newest first."""
        asked = page_request(request.query_params, list_name="decisions", viewer=request.user)
        decisions, following = page_of(queries.decisions_about(request.user, below=asked.after), asked)
        return Response(listed("decisions", [decision_card(one) for one in decisions], following))


class AppealDecision(APIView):
    @extend_schema(
        request=serializers.NewAppealSerializer,
        responses={201: serializers.AppealSerializer},
        parameters=[IDEMPOTENCY_KEY],
    )
    @idempotent
    def post(self, request: Any, decision_id: int) -> Response:
        """Asks the moderators to look again, once for each decision."""
        text = parsed(serializers.NewAppealSerializer, request)["text"]
        appeal = actions.appeal(author=request.user, decision_id=decision_id, text=text)
        return Response(appeal_card(appeal), status=201)
