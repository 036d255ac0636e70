from django.urls import path

from feeds import api
from feeds.experiments.api import ExperimentPart, Experiments
from feeds.impressions.api import Impressions
from feeds.ranking import api as ranking
from feeds.search.api import Search, Suggest
from feeds.trends import api as trends

urlpatterns = [
    path("timeline", api.HomeTimeline.as_view()),
    path("impressions", Impressions.as_view()),
    path("lists/<id:list_id>/timeline", api.ListTimeline.as_view()),
    path("trends/hashtags", trends.RisingHashtags.as_view()),
    path("trends/posts", trends.RisingPosts.as_view()),
    path("suggestions", api.Suggestions.as_view()),
    path("suggestions/<id:user_id>", api.Suggested.as_view()),
    path("users/<id:user_id>/nudge", ranking.NudgeUser.as_view()),
    path("experiments", Experiments.as_view()),
    path("experiments/<slug:name>", ExperimentPart.as_view()),
    path("search", Search.as_view()),
    path("search/suggest", Suggest.as_view()),
]
