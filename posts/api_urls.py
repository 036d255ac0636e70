from django.urls import path

from posts.api import completing, drafts, lists, marks, media, posts, sharing, stories, writing

urlpatterns = [
    path("posts/<id:post_id>/history", writing.History.as_view()),
    path("posts/<id:post_id>/restore", writing.RestorePost.as_view()),
    path("posts/<id:post_id>/vote", writing.VotePost.as_view()),
    path("drafts", drafts.Drafts.as_view()),
    path("drafts/<id:draft_id>", drafts.DraftDetail.as_view()),
    path("drafts/<id:draft_id>/publish", drafts.PublishDraft.as_view()),
    path("autocomplete", completing.Autocomplete.as_view()),
    path("media", media.Uploads.as_view()),
    path("media/<id:media_id>", media.MediaDetail.as_view()),
    path("posts", posts.Posts.as_view()),
    path("posts/<id:post_id>", posts.PostDetail.as_view()),
    path("posts/<id:post_id>/comments", posts.Comments.as_view()),
    path("posts/<id:post_id>/like", marks.LikePost.as_view()),
    path("posts/<id:post_id>/likes", marks.Likes.as_view()),
    path("posts/<id:post_id>/share", sharing.SharePost.as_view()),
    path("posts/<id:post_id>/shares", sharing.Shares.as_view()),
    path("posts/<id:post_id>/quotes", sharing.Quotes.as_view()),
    path("posts/<id:post_id>/bookmark", marks.BookmarkPost.as_view()),
    path("bookmarks", marks.Bookmarks.as_view()),
    path("users/<id:user_id>/posts", lists.UserPosts.as_view()),
    path("stories", stories.Stories.as_view()),
    path("stories/<id:story_id>", stories.StoryDetail.as_view()),
    path("stories/<id:story_id>/seen", stories.SeenStory.as_view()),
    path("stories/<id:story_id>/reply", stories.StoryReply.as_view()),
    path("users/<id:user_id>/stories", stories.UserStories.as_view()),
    path("timeline/public", lists.PublicTimeline.as_view()),
    path("timeline/hashtag/<str:tag>", lists.HashtagTimeline.as_view()),
]
