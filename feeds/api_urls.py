from django.urls import path

from feeds import api

urlpatterns = [path("timeline", api.HomeTimeline.as_view())]
