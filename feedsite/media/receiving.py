"""Uploads on their way in: a request that is too large is refused before it is read."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

from feedsite.media.limits import REQUEST_MAX_BYTES

# A form has at most so many files.
MOST_FILES = 8


class Measure(FileUploadHandler):
    """The first of FILE_UPLOAD_HANDLERS: takes nothing itself, only says no."""

    files = 0

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: str, encoding: str | None = None
    ) -> None:
        if content_length > REQUEST_MAX_BYTES:
            raise RequestDataTooBig("The request is too large.")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > MOST_FILES:
            raise RequestDataTooBig("The request has too many files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
