"""What browsers are told of every answer: what it may load, who may embed it, which devices it may use."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# The site asks for none of these. A script that gets in, or a frame, cannot either.
SWITCHED_OFF = [
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
    "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
]  # fmt: skip
PERMISSIONS = ", ".join(f"{name}=()" for name in SWITCHED_OFF)
# Data is read, not shown: opened by itself it loads nothing and runs nothing.
DATA_ONLY = "default-src 'none'; frame-ancestors 'none'"
DATA = ("application/json", "application/vnd.oai.openapi", "application/yaml", "text/plain")
# Of a plain answer where no middleware runs.
PLAIN = [
    (b"content-type", b"text/plain"), (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", DATA_ONLY.encode()),
]  # fmt: skip


def harden(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Headers of all answers, also of files and errors; what an answer says of itself stays."""

    def answering(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        # Others may not read it over the shoulder of a browser that is signed in here. Files of the site are the same
        # for everybody; a picture opened by itself, which is sandboxed, asks for the site's icon like a stranger.
        policy = "cross-origin" if is_for_all(request) else "same-origin"
        response.headers.setdefault("Cross-Origin-Resource-Policy", policy)
        if response.headers.get("Content-Type", "").startswith(DATA):
            response.headers.setdefault("Content-Security-Policy", DATA_ONLY)
        return response

    return answering


def is_for_all(request: HttpRequest) -> bool:
    return request.path.startswith((settings.STATIC_URL, "/favicon.ico"))
