from django.urls import path

from feedsite import paths  # noqa: F401 registers the kinds of words in addresses
from moderation import api

urlpatterns = [
    path("reports", api.Reports.as_view()),
    path("me/decisions", api.Decisions.as_view()),
    path("me/decisions/<id:decision_id>/appeal", api.AppealDecision.as_view()),
]
