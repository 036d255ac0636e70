import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedsite.settings")
application = get_wsgi_application()
# Loads every view and template tag now, so that nobody's first request waits for it.
get_resolver().url_patterns  # noqa: B018
