"""Files in a folder of this machine, read in parts, so that no file lies in memory."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from django.core.files.storage import FileSystemStorage

CHUNK_BYTES = 256 * 1024


class Folder(FileSystemStorage):
    def chunks(self, name: str, start: int, length: int) -> Iterator[bytes]:
        """The bytes of a part of the file; raises FileNotFoundError before the first."""
        file = open(self.path(name), "rb")  # noqa: SIM115 closed by the generator
        file.seek(start)
        return read_parts(file, length)

    def delete_folder(self, folder: str) -> None:
        """Everything below; a folder that is not there is fine."""
        try:
            folders, files = self.listdir(folder)
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in files:
            self.delete(f"{folder}/{name}")
        for name in folders:
            self.delete_folder(f"{folder}/{name}")
        self.delete(folder)

    def names(self, folder: str) -> list[str]:
        try:
            return self.listdir(folder)[1]
        except (FileNotFoundError, NotADirectoryError):
            return []


def read_parts(file: Any, length: int) -> Iterator[bytes]:
    with closing(file):
        while length > 0 and (chunk := file.read(min(CHUNK_BYTES, length))):
            length -= len(chunk)
            yield chunk
