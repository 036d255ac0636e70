from django.urls import path

from feedsite import paths  # noqa: F401 registers the kinds of words in addresses
from moderation import views

urlpatterns = [
    path("rules", views.rules, name="rules"),
    path("reports", views.reports, name="reports"),
    path("posts/<id:post_id>/report", views.report_post, name="report_post"),
    path("@<username:username>/report", views.report_person, name="report_person"),
    path("settings/standing", views.standing, name="standing"),
    path("settings/standing/<id:decision_id>/appeal", views.appeal, name="appeal"),
    path("appeal/<str:token>", views.appeal_by_link, name="appeal_by_link"),
]
