from django.urls import path

from feeds.lab import views

urlpatterns = [
    path("", views.lab, name="feed_lab"),
    path("what-if/", views.what_if, name="feed_what_if"),
]
