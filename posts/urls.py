from django.urls import path, re_path

from feedsite import paths  # noqa: F401 registers the kinds of words in addresses
from posts.views import drafts, editing, lists, marks, media, thread, voting, writing

urlpatterns = [
    re_path(r"^media/posts/(?P<media_id>[0-9]{1,16})/(?P<file>[a-z0-9-]+\.[a-z0-9]+)$", media.media_file),
    path("posts/<id:post_id>/media", media.post_media, name="post_media"),
    path("public", lists.public, name="public"),
    path("compose", writing.compose, name="compose"),
    path("posts", writing.post_create, name="post_create"),
    path("posts/<id:post_id>/comments", thread.comment_create, name="comment_create"),
    path("posts/<id:post_id>/like", marks.post_like, name="post_like"),
    path("posts/<id:post_id>/unlike", marks.post_unlike, name="post_unlike"),
    path("posts/<id:post_id>/share", marks.post_share, name="post_share"),
    path("posts/<id:post_id>/unshare", marks.post_unshare, name="post_unshare"),
    path("posts/<id:post_id>/bookmark", marks.post_bookmark, name="post_bookmark"),
    path("posts/<id:post_id>/unbookmark", marks.post_unbookmark, name="post_unbookmark"),
    path("posts/<id:post_id>/earlier", thread.earlier, name="earlier"),
    path("posts/<id:post_id>/delete", writing.post_delete, name="post_delete"),
    path("posts/<id:post_id>/restore", writing.post_restore, name="post_restore"),
    path("posts/<id:post_id>/vote", voting.post_vote, name="post_vote"),
    path("drafts", drafts.drafts, name="drafts"),
    path("drafts/autosave", drafts.autosave, name="autosave"),
    path("drafts/<id:draft_id>/publish", drafts.draft_publish, name="draft_publish"),
    path("drafts/<id:draft_id>/delete", drafts.draft_delete, name="draft_delete"),
    path("drafts/<id:draft_id>/schedule", drafts.draft_schedule, name="draft_schedule"),
    path("@<username:username>/<id:post_id>/edit", editing.post_edit, name="post_edit"),
    path("@<username:username>/<id:post_id>/history", editing.post_history, name="post_history"),
    path("@<username:username>", lists.profile, name="profile"),
    path("@<username:username>/<id:post_id>", thread.thread, name="thread"),
    path("@<username:username>/<id:post_id>/likes", lists.likes, name="likes"),
    path("@<username:username>/<id:post_id>/shares", lists.shares, name="shares"),
    path("@<username:username>/<id:post_id>/quotes", lists.quotes, name="quotes"),
    path("bookmarks", lists.bookmarks, name="bookmarks"),
]
