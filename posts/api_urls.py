from django.urls import path

from posts import api

urlpatterns = [
    path("posts", api.Posts.as_view()),
    path("posts/<id:post_id>", api.PostDetail.as_view()),
    path("posts/<id:post_id>/like", api.LikePost.as_view()),
    path("posts/<id:post_id>/likes", api.Likes.as_view()),
    path("posts/<id:post_id>/comments", api.Comments.as_view()),
    path("users/<id:user_id>/posts", api.UserPosts.as_view()),
    path("timeline/public", api.PublicTimeline.as_view()),
    path("timeline/hashtag/<str:tag>", api.HashtagTimeline.as_view()),
]
