"""A picture of somebody else's page, made small and anew by the same guarded program as uploads."""

import tempfile
from pathlib import Path
from typing import NamedTuple

from feedsite.media import pictures

LONGER_SIDE = 640


class Squeezed(NamedTuple):
    body: bytes
    width: int
    height: int


def squeezed(body: bytes) -> Squeezed:
    """A WebP of at most LONGER_SIDE pixels; raises a DomainError for what is no harmless picture."""
    with tempfile.TemporaryDirectory(prefix="preview-") as name:
        source = Path(name) / "source"
        source.write_bytes(body)
        made = pictures.reencode(Path(name), pictures.picture_kind(source), {"preview": LONGER_SIDE})
        path, width, height = made.files["preview"]
        return Squeezed(path.read_bytes(), width, height)
