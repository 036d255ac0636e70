"""Files of the store as answers: whole or a range, never taken for something else than they are."""

import hashlib
import logging
import re
from typing import Any

from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response

logger = logging.getLogger(__name__)
TYPES = {
    "webp": "image/webp",
    "mp4": "video/mp4",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
}
CONTENT_ONLY = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def serve_file(request: HttpRequest, name: str, *, cache_control: str) -> HttpResponseBase:
    """The file of that name in the store; raises Http404. A name never stands for anything else: it makes the ETag."""
    etag = f'"{hashlib.sha256(name.encode()).hexdigest()[:24]}"'
    try:
        size = default_storage.size(name)
        answer = get_conditional_response(request, etag=etag) or part_or_whole(request, name, size, etag)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise Http404 from error
    except OSError as error:
        logger.error("The store does not answer: %s", error)
        return HttpResponse(status=503, headers={"Retry-After": "5", "Cache-Control": "no-store"})
    extension = name.rpartition(".")[2]
    answer["ETag"] = etag
    answer["Cache-Control"] = cache_control
    answer["Accept-Ranges"] = "bytes"
    answer["Content-Type"] = TYPES.get(extension, "application/octet-stream")
    disposition = "inline" if extension in TYPES else "attachment"
    answer["Content-Disposition"] = f'{disposition}; filename="{name.rpartition("/")[2]}"'
    # Opened by itself it is a picture and nothing else, whatever a browser may find in it; the styles are those of
    # the browser's own page around it.
    answer["Content-Security-Policy"] = CONTENT_ONLY
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


def part_or_whole(request: HttpRequest, name: str, size: int, etag: str) -> HttpResponseBase:
    asked = find_range(request, size, etag)
    if asked == (0, 0):
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = asked or (0, size)
    body: Any = default_storage.chunks(name, start, end - start) if request.method != "HEAD" else ()  # type: ignore[attr-defined]
    answer = StreamingHttpResponse(body, status=206 if asked else 200)
    answer["Content-Length"] = str(end - start)
    if asked:
        answer["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return answer


def find_range(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """(first byte, byte after the last) that is asked for; None for the whole, (0, 0) for what is not there."""
    found = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if found is None or found.groups() == ("", "") or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
    return (start, end) if start < end else (0, 0)
