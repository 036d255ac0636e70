"""What you make, by subject."""

from posts.models.attached import ALT_LENGTH, LOOKED_AT_AGAIN_AFTER, LinkPreview, Media, Poll, Vote
from posts.models.delivery import NEVER, AuthorState, Outbox, Pin
from posts.models.draft import Draft
from posts.models.ids import EPOCH, NextPostId, as_id, first_id_at, time_of
from posts.models.leftover import Leftover
from posts.models.marks import Bookmark, Like, PinnedPost
from posts.models.post import CONTENT_WARNING_LENGTH, WIDENING, Post, Revision, TakenDown, Visibility
from posts.models.story import CAPTION_LENGTH, MOST_STORIES, STORY_LASTS, Story, StorySeen, oldest_living_id

__all__ = [
    "ALT_LENGTH",
    "CAPTION_LENGTH",
    "CONTENT_WARNING_LENGTH",
    "EPOCH",
    "LOOKED_AT_AGAIN_AFTER",
    "MOST_STORIES",
    "NEVER",
    "STORY_LASTS",
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
    "PinnedPost",
    "Poll",
    "Post",
    "Revision",
    "Story",
    "StorySeen",
    "TakenDown",
    "Visibility",
    "Vote",
    "as_id",
    "first_id_at",
    "oldest_living_id",
    "time_of",
]
