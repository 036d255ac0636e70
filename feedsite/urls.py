"""Every address of the site. Each app names its own pages and the API's."""

from typing import Any

from django.contrib import admin
from django.urls import include, path, re_path

from feedsite import api, errors, pages, paths, pwa  # noqa: F401 `paths` registers the kinds of words in addresses

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error

# Addresses are tried in turn: what is asked for most stands first.
api_urls: list[Any] = [
    path("", include("feeds.api_urls")),
    path("", include("posts.api_urls")),
    path("", include("social.api_urls")),
    path("", include("accounts.api_urls")),
    path("", include("notifications.api_urls")),
    path("", include("moderation.api_urls")),
    path("site", api.Site.as_view()),
    path("schema", api.Schema.as_view(), name="schema"),
    path("docs", api.Docs.as_view(url_name="schema"), name="docs"),
]

urlpatterns = [
    path("api/v1/", include(api_urls)),
    path("admin/feeds/lab/", include("feeds.lab.urls")),
    path("admin/feeds/experiments/", include("feeds.experiments.staff_urls")),
    path("admin/", admin.site.urls),
    path("healthz", api.healthz),
    path("readyz", api.readyz),
    path("favicon.ico", pages.favicon),
    path("robots.txt", pages.robots),
    path("words/<slug:language>.js", pages.words, name="words"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("sw.js", pwa.service_worker, name="service_worker"),
    path("offline", pwa.offline, name="offline"),
    re_path(r"^media/(?P<path>(?:avatars|previews)/[a-z0-9_-]+\.[a-z0-9]+)$", pages.media, name="media"),
    path("", include("accounts.urls")),
    path("", include("posts.urls")),
    path("", include("feeds.urls")),
    path("", include("social.urls")),
    path("", include("notifications.urls")),
    path("", include("moderation.urls")),
]
