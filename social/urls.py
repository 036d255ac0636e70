from django.urls import path

from feedsite import paths  # noqa: F401 registers the kinds of words in addresses
from social import views

urlpatterns = [
    path("@<username:username>/followers", views.followers, name="followers"),
    path("@<username:username>/following", views.following, name="following"),
    path("@<username:username>/follow", views.follow, name="follow"),
    path("@<username:username>/unfollow", views.unfollow, name="unfollow"),
    path("follow-requests", views.follow_requests, name="follow_requests"),
    path("follow-requests/<username:username>/accept", views.accept, name="accept_follow"),
    path("follow-requests/<username:username>/reject", views.reject, name="reject_follow"),
    path("@<username:username>/block", views.block, name="block"),
    path("@<username:username>/unblock", views.unblock, name="unblock"),
    path("@<username:username>/mute", views.mute, name="mute"),
    path("@<username:username>/unmute", views.unmute, name="unmute"),
]
