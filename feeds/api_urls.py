from django.urls import path

from feeds import api

urlpatterns = [
    path("timeline", api.HomeTimeline.as_view()),
    path("lists/<id:list_id>/timeline", api.ListTimeline.as_view()),
    path("suggestions", api.Suggestions.as_view()),
    path("suggestions/<id:user_id>", api.Suggested.as_view()),
]
