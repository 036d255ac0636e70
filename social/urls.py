from django.urls import path

from feedsite import paths  # noqa: F401 registers the kinds of words in addresses
from social.views import lists, people, requests, standing

urlpatterns = [
    path("@<username:username>/followers", people.followers, name="followers"),
    path("@<username:username>/following", people.following, name="following"),
    path("@<username:username>/follow", standing.follow, name="follow"),
    path("@<username:username>/unfollow", standing.unfollow, name="unfollow"),
    path("@<username:username>/remove-follower", standing.remove_follower, name="remove_follower"),
    path("@<username:username>/hide-shares", standing.hide_shares, name="hide_shares"),
    path("@<username:username>/show-shares", standing.show_shares, name="show_shares"),
    path("follow-requests", requests.follow_requests, name="follow_requests"),
    path("follow-requests/<username:username>/accept", requests.accept, name="accept_follow"),
    path("follow-requests/<username:username>/reject", requests.reject, name="reject_follow"),
    path("@<username:username>/block", standing.block, name="block"),
    path("@<username:username>/unblock", standing.unblock, name="unblock"),
    path("@<username:username>/mute", standing.mute, name="mute"),
    path("@<username:username>/unmute", standing.unmute, name="unmute"),
    path("settings/blocks", standing.settings_blocks, name="settings_blocks"),
    path("lists", lists.all_lists, name="lists"),
    path("lists/<id:list_id>/members", lists.list_members, name="list_members"),
    path("lists/<id:list_id>/rename", lists.list_rename, name="list_rename"),
    path("lists/<id:list_id>/delete", lists.list_delete, name="list_delete"),
    path("lists/<id:list_id>/add/<username:username>", lists.list_add, name="list_add"),
    path("lists/<id:list_id>/remove/<username:username>", lists.list_remove, name="list_remove"),
    path("@<username:username>/lists", lists.lists_of_person, name="lists_of_person"),
]
