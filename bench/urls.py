"""The site's addresses and a constant beside them: the raw limit of an API view under the same server."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.urls import path
from rest_framework.views import APIView

from bench import seams
from feedsite import urls as site

handler400, handler403, handler404, handler500 = site.handler400, site.handler403, site.handler404, site.handler500
BODY = Path(settings.BENCH_BODY_FILE).read_bytes() if settings.BENCH_BODY_FILE else b"{}"

if not settings.BENCH_REDIS:
    seams.forget_redis()


class Constant(APIView):
    """The same authentication and the same bytes as a timeline, but none of its work."""

    def get(self, request: Any) -> HttpResponse:
        return HttpResponse(BODY, content_type="application/json")


urlpatterns = [path("api/v1/bench/constant", Constant.as_view()), *site.urlpatterns]
