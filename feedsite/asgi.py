"""Only the websocket is served here; HTTP is served by WSGI, which answers several times as often."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedsite.settings")
os.environ.setdefault("DATABASE_POOLED", "on")
get_asgi_application()  # loads the apps before anything imports a model

from channels.auth import AuthMiddlewareStack  # noqa: E402
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path  # noqa: E402

from feeds.sockets import FeedSocket, not_found  # noqa: E402

routes = ProtocolTypeRouter(
    {"websocket": AuthMiddlewareStack(URLRouter([path("ws/feed/", FeedSocket.as_asgi())])), "http": not_found}
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    """The routes; the server's own `send` stands in the scope, since a frame needs nothing of what lies between."""
    await routes({**scope, "server_send": send}, receive, send)
