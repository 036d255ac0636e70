"""What people do with posts. Page, API, admin and command call the same functions."""

from posts.actions.attaching import checked_quote
from posts.actions.deleting import delete, erase, remove, restore
from posts.actions.drafting import discard_draft, publish_draft, publish_due, publish_in_place_of, save_draft
from posts.actions.editing import check_editable, edit
from posts.actions.marks import bookmark, like, unbookmark, unlike
from posts.actions.moderating import put_up, take_down
from posts.actions.outbox import announce_after_commit, claim_post_id, put_into_outbox
from posts.actions.pinning import pin, unpin
from posts.actions.publishing import comment, post_or_answer, publish
from posts.actions.sharing import share, unshare
from posts.actions.stories import (
    delete_story,
    forget_seen,
    note_seen,
    publish_story,
    remove_stories,
    reply_to_story,
    see_story,
)
from posts.actions.uploads import (
    checked_alt,
    describe_upload,
    get_upload,
    ids_of_urls,
    keep_upload,
    prepare_upload,
    remove_upload,
    upload,
)
from posts.actions.voting import vote
from posts.actions.wording import checked_content, written

__all__ = [
    "check_editable",
    "announce_after_commit",
    "bookmark",
    "checked_alt",
    "checked_content",
    "checked_quote",
    "claim_post_id",
    "comment",
    "delete",
    "delete_story",
    "describe_upload",
    "discard_draft",
    "edit",
    "erase",
    "forget_seen",
    "get_upload",
    "ids_of_urls",
    "keep_upload",
    "like",
    "note_seen",
    "pin",
    "post_or_answer",
    "prepare_upload",
    "publish",
    "publish_draft",
    "publish_due",
    "publish_in_place_of",
    "publish_story",
    "put_into_outbox",
    "put_up",
    "remove",
    "remove_stories",
    "remove_upload",
    "reply_to_story",
    "restore",
    "save_draft",
    "see_story",
    "share",
    "take_down",
    "unbookmark",
    "unlike",
    "unpin",
    "unshare",
    "upload",
    "vote",
    "written",
]
