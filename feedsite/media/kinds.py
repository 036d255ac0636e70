"""What a file is, by its content alone: names and declared types are whatever a sender likes. Pure."""

import re
from dataclasses import dataclass

from feedsite.media.limits import IMAGE_MAX_BYTES, MIB, VIDEO_MAX_BYTES

HEAD_BYTES = 64
# Where a second file hides: archives name their end in the last bytes (a comment of 64 KiB may follow).
TAIL_BYTES = 66_000
# The first boxes that files of phones, cameras and screen recorders begin with.
BRANDS = frozenset({b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"avc1", b"mp41", b"mp42", b"M4V ", b"qt  ", b"dash"})
BRANDS |= {b"3gp4", b"3gp5", b"3gp6", b"3g2a", b"MSNV", b"f4v ", b"mmp4", b"iso3", b"iso7", b"iso8", b"iso9", b"M4VH"}
# Text that a browser or a server would run, in a picture. XMP, the XML that cameras write, has none of it.
ACTIVE = re.compile(
    rb"<script[\s>/]|<html[\s>]|<!doctype html|<iframe[\s>]|<svg[\s>]|<\?php|javascript:", re.IGNORECASE
)
# A GIF whose width doubles as the start of a comment or a value is a script to whom takes it for one.
SCRIPT_IN_WIDTH = re.compile(rb"GIF8[79]a(?:/\*|=['\"`0-9\s])", re.DOTALL)


@dataclass(frozen=True)
class Kind:
    """`format` is the one reader that gets to see the file: Pillow's, or ffmpeg's for a video."""

    name: str
    format: str
    is_video: bool = False

    @property
    def max_bytes(self) -> int:
        return VIDEO_MAX_BYTES if self.is_video else IMAGE_MAX_BYTES

    @property
    def max_mib(self) -> int:
        return self.max_bytes // MIB


JPEG, PNG, WEBP, GIF = Kind("JPEG", "JPEG"), Kind("PNG", "PNG"), Kind("WebP", "WEBP"), Kind("GIF", "GIF")
MP4, WEBM = Kind("MP4", "mov", is_video=True), Kind("WebM", "matroska", is_video=True)


def find_kind(head: bytes) -> Kind | None:
    """The kind of the file that begins so; None for everything that is not taken."""
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp" and head[8:12] in BRANDS:
        return MP4
    return WEBM if head.startswith(b"\x1a\x45\xdf\xa3") else None


def is_two_things(head: bytes, tail: bytes) -> bool:
    """Whether a picture is also an archive, a page or a script; its first and last bytes are looked at.

    Nothing of it would outlive the re-encoding. It is refused because nobody takes such a picture by chance.
    """
    end = tail.rfind(b"PK\x05\x06")
    is_archive = end >= 0 and b"PK\x01\x02" in tail[:end]
    return is_archive or bool(SCRIPT_IN_WIDTH.match(head) or ACTIVE.search(head) or ACTIVE.search(tail))
