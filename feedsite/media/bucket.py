"""Files in a bucket of a server that speaks S3; what is missing or away is told as of a folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import botocore.exceptions
from botocore.config import Config
from storages.backends.s3 import S3Storage

from feedsite.media.storage import CHUNK_BYTES, read_parts

# Patient for seconds, not minutes; bucket names in the path, which every such server understands.
CLIENT = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"max_attempts": 2, "mode": "standard"},
    s3={"addressing_style": "path"},
    signature_version="s3v4",
)


class Bucket(S3Storage):
    def __init__(self, **options: Any) -> None:
        super().__init__(client_config=CLIENT, max_memory_size=CHUNK_BYTES, **options)

    def chunks(self, name: str, start: int, length: int) -> Iterator[bytes]:
        with _as_os_errors():
            last = start + length - 1
            part = self.bucket.Object(self._normalize_name(name)).get(Range=f"bytes={start}-{last}")
        return read_parts(part["Body"], length)

    def exists(self, name: str) -> bool:
        with _as_os_errors():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with _as_os_errors():
            super().delete(name)

    def size(self, name: str) -> int:
        with _as_os_errors():
            return int(super().size(name))

    def _save(self, name: str, content: Any) -> str:
        with _as_os_errors():
            return str(super()._save(name, content))

    def delete_folder(self, folder: str) -> None:
        with _as_os_errors():
            self.bucket.objects.filter(Prefix=self._normalize_name(folder).rstrip("/") + "/").delete()

    def names(self, folder: str) -> list[str]:
        with _as_os_errors():
            return list(self.listdir(folder)[1])


@contextmanager
def _as_os_errors() -> Iterator[None]:
    try:
        yield
    except botocore.exceptions.ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
            raise FileNotFoundError(str(error)) from error
        raise OSError(str(error)) from error
    except botocore.exceptions.BotoCoreError as error:
        raise OSError(str(error)) from error
