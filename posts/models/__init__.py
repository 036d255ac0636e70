"""What you make, by subject."""

from posts.models.attached import ALT_LENGTH, LOOKED_AT_AGAIN_AFTER, LinkPreview, Media, Poll, Vote
from posts.models.delivery import NEVER, AuthorState, Outbox, Pin
from posts.models.draft import Draft
from posts.models.ids import EPOCH, NextPostId, as_id, first_id_at, time_of
from posts.models.leftover import Leftover
from posts.models.marks import Bookmark, Like
from posts.models.post import CONTENT_WARNING_LENGTH, WIDENING, Post, Revision, Visibility

__all__ = [
    "ALT_LENGTH",
    "CONTENT_WARNING_LENGTH",
    "EPOCH",
    "LOOKED_AT_AGAIN_AFTER",
    "NEVER",
    "WIDENING",
    "AuthorState",
    "Bookmark",
    "Draft",
    "Leftover",
    "Like",
    "LinkPreview",
    "Media",
    "NextPostId",
    "Outbox",
    "Pin",
    "Poll",
    "Post",
    "Revision",
    "Visibility",
    "Vote",
    "as_id",
    "first_id_at",
    "time_of",
]
