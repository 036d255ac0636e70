from django.urls import path

from feeds import views
from feeds.experiments import views as experiments
from feeds.impressions import views as impressions
from feeds.ranking import views as ranking
from feeds.ranking import why_views as why
from feeds.search.views import search_page
from feeds.trends import views as trends
from feedsite import paths  # noqa: F401 registers the kinds of words in addresses

urlpatterns = [
    path("", views.home, name="home"),
    path("explore", trends.explore, name="explore"),
    path("explore/card", trends.card, name="trends_card"),
    path("tags/<tag:tag>", trends.tag, name="tag"),
    path("lists/<id:list_id>", views.list_timeline, name="list"),
    path("settings/ranking", ranking.settings_ranking, name="settings_ranking"),
    path("settings/ranking/preview", ranking.ranking_preview, name="ranking_preview"),
    path("settings/ranking/to/<slug:ranking>", ranking.switch, name="switch_ranking"),
    path("@<username:username>/nudge/<slug:way>", ranking.nudge, name="nudge"),
    path("posts/<id:entry_id>/why", why.why, name="why"),
    path("why-not", why.why_not, name="why_not"),
    path("suggestions", views.people_to_follow, name="suggestions"),
    path("suggestions/<username:username>/dismiss", views.not_interested, name="not_interested"),
    path("settings/ranking/experiments", experiments.settings_experiments, name="settings_experiments"),
    path("settings/ranking/experiments/<slug:name>/leave", experiments.leave_experiment, name="leave_experiment"),
    path("search", search_page, name="search"),
    path("impressions", impressions.seen, name="seen"),
    path("settings/ranking/tracking", impressions.tracking, name="tracking"),
    path("feed/new", views.feed_new, name="feed_new"),
    path("posts/<id:entry_id>/card", views.post_card, name="post_card"),
]
