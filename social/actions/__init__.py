"""Whom one follows, blocks, mutes and lists: one transaction each, exact at the very next read."""

from social.actions.following import follow, hide_shares, remove_follower, show_shares, unfollow
from social.actions.lists import add_to_list, delete_list, make_list, put_into_lists, remove_from_list, rename_list
from social.actions.pairs import is_blocked_either_way, lock_pair
from social.actions.requests import accept_follow, accept_waiting, reject_follow
from social.actions.standing import block, clear_mutes, dismiss, mute, unblock, unmute
from social.actions.telling import notify_moderation, owe, owe_each

__all__ = [
    "accept_follow",
    "accept_waiting",
    "add_to_list",
    "block",
    "clear_mutes",
    "delete_list",
    "dismiss",
    "follow",
    "hide_shares",
    "is_blocked_either_way",
    "lock_pair",
    "make_list",
    "mute",
    "notify_moderation",
    "owe",
    "owe_each",
    "put_into_lists",
    "reject_follow",
    "remove_follower",
    "remove_from_list",
    "rename_list",
    "show_shares",
    "unblock",
    "unfollow",
    "unmute",
]
