"""The files of pictures and videos, and the part of a post they stand in."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.tokens import find_reading_token
from feedsite.errors import NotFound
from feedsite.media.serving import serve_file
from feedsite.pages import Request, page
from posts import files, queries

# Asked anew each time, so that what has become invisible is gone at once; unchanged it costs no bytes.
ASK_AGAIN = "private, no-cache"
HTMX_STOPS_ASKING = 286


@require_safe
@page
def media_file(request: Request, media_id: int, file: str) -> HttpResponse:
    """A file of a post that the viewer may see, or of one's own upload; nothing of it at any other address."""
    viewer = viewer_of(request)
    media = queries.get_shown_media(viewer, media_id)
    if file not in {named[0] for named in media.files.values()}:
        raise NotFound()
    answer: Any = serve_file(request, files.stored_name(media.folder, file), cache_control=ASK_AGAIN)
    answer["Vary"] = "Authorization, Cookie"
    if not viewer.is_authenticated:  # other sites that show a public post may show this
        answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer  # type: ignore[no-any-return]


def viewer_of(request: Request) -> Any:
    """Whoever the Bearer token names, else who is signed in."""
    scheme, _, raw = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return request.user
    token = find_reading_token(raw.strip())
    return token.user if token else AnonymousUser()


@require_safe
@page
def post_media(request: Request, post_id: int) -> HttpResponse:
    """The media of a post as they are now: a page that waits for a video asks for them, until there is nothing more."""
    try:
        post = queries.get_complete(request.user, post_id)
    except NotFound:
        if not request.htmx:
            raise
        return HttpResponse(status=HTMX_STOPS_ASKING)
    return render(request, "posts/_media.html", {"post": post})
