from django.urls import path

from social.api import following, lists, people, standing

urlpatterns = [
    path("users/lookup", people.UserLookup.as_view()),
    path("users/<id:user_id>", people.UserDetail.as_view()),
    path("users/<id:user_id>/follow", following.FollowUser.as_view()),
    path("users/<id:user_id>/follower", following.RemoveFollower.as_view()),
    path("users/<id:user_id>/followers", people.Followers.as_view()),
    path("users/<id:user_id>/following", people.Following.as_view()),
    path("users/<id:user_id>/hide-shares", following.HideShares.as_view()),
    path("users/<id:user_id>/block", standing.BlockUser.as_view()),
    path("users/<id:user_id>/mute", standing.MuteUser.as_view()),
    path("follow-requests", following.FollowRequests.as_view()),
    path("follow-requests/<id:user_id>/accept", following.AcceptFollow.as_view()),
    path("follow-requests/<id:user_id>/reject", following.RejectFollow.as_view()),
    path("lists", lists.Lists.as_view()),
    path("lists/<id:list_id>", lists.ListDetail.as_view()),
    path("lists/<id:list_id>/members", lists.ListMembers.as_view()),
    path("lists/<id:list_id>/members/<id:user_id>", lists.ListMember.as_view()),
]
