from django.urls import path

from feedsite import paths  # noqa: F401 registers the kinds of words in addresses
from posts import views

urlpatterns = [
    path("public", views.public, name="public"),
    path("tags/<tag:tag>", views.tag, name="tag"),
    path("posts", views.post_create, name="post_create"),
    path("posts/<id:post_id>/comments", views.comment_create, name="comment_create"),
    path("posts/<id:post_id>/like", views.post_like, name="post_like"),
    path("posts/<id:post_id>/unlike", views.post_unlike, name="post_unlike"),
    path("posts/<id:post_id>/delete", views.post_delete, name="post_delete"),
    path("@<username:username>", views.profile, name="profile"),
    path("@<username:username>/<id:post_id>", views.thread, name="thread"),
]
