from django.urls import path

from social import api

urlpatterns = [
    path("users/lookup", api.UserLookup.as_view()),
    path("users/<id:user_id>", api.UserDetail.as_view()),
    path("users/<id:user_id>/follow", api.FollowUser.as_view()),
    path("users/<id:user_id>/followers", api.Followers.as_view()),
    path("users/<id:user_id>/following", api.Following.as_view()),
    path("users/<id:user_id>/block", api.BlockUser.as_view()),
    path("users/<id:user_id>/mute", api.MuteUser.as_view()),
    path("follow-requests", api.FollowRequests.as_view()),
    path("follow-requests/<id:user_id>/accept", api.AcceptFollow.as_view()),
    path("follow-requests/<id:user_id>/reject", api.RejectFollow.as_view()),
]
