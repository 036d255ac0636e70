"""Pictures and videos as people and as attackers make them."""

import io
import struct
import subprocess
import tempfile
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import imageio_ffmpeg
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from accounts.actions import issue_token
from accounts.models import User
from posts import actions
from posts.models import Media


def image(size: tuple[int, int] = (300, 200), kind: str = "PNG", color: Any = "teal", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, kind, **options)
    return out.getvalue()


def animation(frames: int, size: tuple[int, int] = (40, 30), kind: str = "GIF") -> bytes:
    out = io.BytesIO()
    shown = [Image.new("RGB", size, ((n * 101) % 256, (n * 57) % 256, n // 256)) for n in range(frames)]
    shown[0].save(out, kind, save_all=True, append_images=shown[1:], duration=50, loop=0)
    return out.getvalue()


@cache
def video(seconds: float = 1, size: str = "320x240", suffix: str = "mp4", *options: str, rate: int = 25) -> bytes:
    """What ffmpeg makes of its test picture and a tone."""
    codec = ["-c:v", "libvpx", "-c:a", "libopus"] if suffix == "webm" else ["-c:v", "libx264", "-preset", "ultrafast"]
    source = ["-f", "lavfi", "-i", f"testsrc=size={size}:rate={rate}:duration={seconds}"]
    sound = ["-f", "lavfi", "-i", f"sine=duration={seconds}"]
    return ffmpeg([*source, *sound, *codec, "-pix_fmt", "yuv420p", *options], suffix)


def ffmpeg(arguments: list[str], suffix: str) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"made.{suffix}"
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *arguments, str(made)]
        subprocess.run(command, check=True, cwd=folder)
        return made.read_bytes()


def as_file(content: bytes, name: str = "a.png", kind: str = "image/png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, kind)


def uploaded(owner: User, content: bytes | None = None, **more: Any) -> Media:
    return actions.upload(owner=owner, file=as_file(image() if content is None else content), **more)


def send(user: User, content: bytes, name: str = "a.png", **more: Any) -> tuple[int, Any]:
    """(status, data) of POST /api/v1/media by the user's app."""
    client = Client(headers={"authorization": f"Bearer {issue_token(user)}"})
    answer = client.post("/api/v1/media", {"file": as_file(content, name), **more})
    return answer.status_code, answer.json()


# --- What attackers make ---


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_claiming(width: int, height: int, rows: bytes = b"") -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def zeros(number: int) -> bytes:
    """So many of them, compressed: the same block again and again, as each is complete in itself."""
    block = 2**20
    squeeze = zlib.compressobj(9)
    first = squeeze.compress(bytes(block)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    again = squeeze.compress(bytes(block)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    rest = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    last = rest.compress(bytes(number % block)) + rest.flush()
    # The Adler-32 sum of nothing but zeros.
    return first + again * (number // block - 1) + last + struct.pack(">HH", number % 65521, 1)


def png_bomb(side: int = 30_000) -> bytes:
    """900 million pixels in less than a megabyte."""
    return png_claiming(side, side, zeros(side * (side + 1)))


def png_that_inflates_to_more_than_it_claims(claimed: int = 100) -> bytes:
    """Small by its header; half a gigabyte of rows follow."""
    return png_claiming(claimed, claimed, zeros(2**29))


def png_with_a_huge_comment() -> bytes:
    """A text of half a gigabyte, compressed, before the picture."""
    plain = image((10, 10))
    return plain[:33] + png_chunk(b"zTXt", b"x\0\0" + zeros(2**29)) + plain[33:]


def gif_claiming(width: int, height: int) -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"," + struct.pack("<HHHHB", 0, 0, width, height, 0) + b"\x02\x02L\x01\0"
    return b"GIF89a" + screen + frame + b";"


def gif_of_one_picture(frames: int, size: tuple[int, int]) -> bytes:
    """An animation that shows the same whole picture in each of its frames."""
    plain = image(size, "GIF")
    start = 13 + 3 * (2 << (plain[10] & 7))  # behind the screen and its colours
    return plain[:start] + plain[start:-1] * frames + b";"


def gif_of_empty_frames(frames: int) -> bytes:
    """Thousands of frames in a few bytes each."""
    first = gif_claiming(50, 50)[:-1]
    frame = b"," + struct.pack("<HHHHB", 0, 0, 50, 50, 0) + b"\x02\x02L\x01\0"
    return first + frame * frames + b";"


def webp_claiming(width: int, height: int) -> bytes:
    def three(number: int) -> bytes:
        return struct.pack("<I", number - 1)[:3]

    extended = b"VP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + three(width) + three(height)
    lossless = b"VP8L" + struct.pack("<I", 6) + b"\x2f\xff\xff\xff\xff\0"
    body = b"WEBP" + extended + lossless
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_archive(picture: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("payload.js", "alert(1)")
    return picture + out.getvalue()


def gif_script() -> bytes:
    """A GIF whose width is the start of a comment, and after the picture runs a script."""
    picture = bytearray(image((30, 20), "GIF"))
    picture[6:8] = b"/*"
    return bytes(picture) + b"*/=1;alert(document.domain)//"


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I", 8 + len(body)) + kind + body


FTYP = box(b"ftyp", b"isom", struct.pack(">I", 512), b"isommp41")
PLAYLIST = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"


def mp4_with_references_to(address: bytes) -> bytes:
    """A real video whose data reference says: the pictures lie in another file."""
    plain = video()
    place = plain.index(b"dref") - 4
    (length,) = struct.unpack(">I", plain[place : place + 4])
    reference = box(b"url ", b"\0\0\0\0", address + b"\0")
    pointing = box(b"dref", b"\0\0\0\0", struct.pack(">I", 1), reference)
    swapped = plain[:place] + pointing + plain[place + length :]
    return grown(swapped, place, len(pointing) - length)


def grown(content: bytes, place: int, more: int) -> bytes:
    """The boxes around a place that got longer, with lengths that fit again."""
    out, start, end = bytearray(content), 0, len(content)
    containers = {b"moov", b"trak", b"mdia", b"minf", b"dinf"}
    while start < end:
        (length,) = struct.unpack(">I", out[start : start + 4])
        kind = bytes(out[start + 4 : start + 8])
        around = start < place < start + length + more
        if around and kind in containers:
            out[start : start + 4] = struct.pack(">I", length + more)
            start, end = start + 8, start + length + more
        elif around:
            break
        else:
            start += length
    return bytes(out)


HOSTILE: dict[str, Any] = {
    # name: (what makes it, the status)
    "a PNG of 900 million pixels": (png_bomb, 400),
    "a PNG that inflates to half a gigabyte": (png_that_inflates_to_more_than_it_claims, (201, 400)),
    "a PNG with half a gigabyte of comment": (png_with_a_huge_comment, (201, 400)),
    "a PNG that claims 4 billion by 4 billion": (lambda: png_claiming(2**31 - 1, 2**31 - 1), 400),
    "a GIF of 4 billion pixels": (lambda: gif_claiming(65_535, 65_535), 400),
    "a WebP of 280 million million pixels": (lambda: webp_claiming(2**24, 2**24), 400),
    "a GIF of five thousand frames": (lambda: gif_of_empty_frames(5000), 400),
    "a GIF of a hundred thousand frames": (lambda: gif_of_empty_frames(100_000), 400),
    "a long animation of large frames": (lambda: gif_of_one_picture(150, (1300, 1100)), 400),
    "a JPEG with an archive behind it": (lambda: with_archive(image(kind="JPEG")), 400),
    "a GIF that is a script": (gif_script, 400),
    "a GIF with a page behind it": (lambda: image(kind="GIF") + b"<html><script>alert(1)</script>", 400),
    "a GIF with a page in its comment": (lambda: image(kind="GIF", comment=b"<script>alert(1)</script>"), 400),
    "half a JPEG": (lambda: image((900, 900), "JPEG", quality=95)[:4000], 400),
    "half a PNG": (lambda: png_claiming(500, 500, zlib.compress(bytes(1000))), 400),
    "half a WebP": (lambda: image((400, 400), "WEBP")[:60], 400),
    "a few first bytes of a JPEG": (lambda: b"\xff\xd8\xff\xe0", 400),
    "no bytes at all": (lambda: b"", 400),
    "a drawing in SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 415),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", 415),
    "a program": (lambda: b"\x7fELF" + bytes(200), 415),
    "a TIFF": (lambda: image(kind="TIFF"), 415),
    "an EPS, which Pillow would hand to Ghostscript": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        415,
    ),
    "a PDF": (lambda: b"%PDF-1.7\n", 415),
    "a playlist called a video": (lambda: PLAYLIST, 415),
    "a list of files to put together": (lambda: b"ffconcat version 1.0\nfile /etc/passwd\n", 415),
    "a playlist behind the first box of a video": (lambda: FTYP + PLAYLIST, 400),
    "a video that claims 4 GB": (lambda: FTYP + struct.pack(">I", 1) + b"mdat" + struct.pack(">Q", 2**32), 400),
    "a video that lies elsewhere": (lambda: mp4_with_references_to(b"file:///etc/hostname"), 400),
    "a video that lies on another host": (lambda: mp4_with_references_to(b"http://127.0.0.1:9/a.mp4"), 400),
    "half a video": (lambda: video()[:3000], 400),
    "a video without a picture": (lambda: ffmpeg(["-f", "lavfi", "-i", "sine=duration=1"], "mp4"), 400),
    "a video of 8K": (lambda: ffmpeg(["-f", "lavfi", "-i", "color=size=7680x4320:duration=0.1"], "mp4"), 400),
    "ten minutes": (lambda: ffmpeg(["-f", "lavfi", "-i", "color=size=16x16:rate=1:duration=600"], "mp4"), 400),
}
