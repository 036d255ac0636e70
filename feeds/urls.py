from django.urls import path

from feeds import views
from feedsite import paths  # noqa: F401 registers the kinds of words in addresses

urlpatterns = [
    path("", views.home, name="home"),
    path("feed/new", views.feed_new, name="feed_new"),
    path("posts/<id:entry_id>/card", views.post_card, name="post_card"),
]
