"""Re-encodes one picture; started by `pictures.py` under the guard, in a scratch folder.

    python -I picture_child.py '{"format": …, "sizes": {name: longest side}, "square": bool, …limits}'

Reads the file `source`, writes `<name>.webp` for each size and prints `{"width", "height", "blurhash", "files",
"moves"}` of what it wrote, or `{"refused": reason, "numbers": {name: number}}`, for which
`pictures.REFUSED` has the words. Whatever else happens to it, the file is one that cannot be read.
"""

import contextlib
import io
import json
import math
import sys
from typing import Any

from blurhash import encode as blurhash_of
from PIL import Image, ImageCms, ImageOps

QUALITY = 82
QUALITY_MOVING = 70
# Pixels of all frames of an animation as we write it: about what is encoded in three seconds.
MOVING_PIXELS = 60_000_000
MOVING_SIDE = 800
SHORTEST_MS, USUAL_MS = 20, 100
BLURHASH_SIDE = 32


class Refused(Exception):
    def __init__(self, reason: str, **numbers: int) -> None:
        super().__init__(reason)
        self.answer = {"refused": reason, "numbers": numbers}


def main(asked: dict[str, Any]) -> dict[str, Any]:
    Image.MAX_IMAGE_PIXELS = None  # our own limits are stricter, and known to clients
    with Image.open("source", formats=[asked["format"]]) as picture:
        check_size(picture, asked)
        frames = count_frames(picture, asked)
        if asked["square"]:
            return write_square(picture, asked)
        still = upright(picture, max(asked["sizes"].values()))
        files = {name: write(shrunk(still, side), name) for name, side in asked["sizes"].items()}
        moves = frames > 1 and "full" in files
        if moves:
            files["full"] = write_moving(picture, frames)
    width, height = files.get("full", still.size)
    return {"width": width, "height": height, "blurhash": blurred(still), "files": files, "moves": moves}


def check_size(picture: Image.Image, asked: dict[str, Any]) -> None:
    """By the header, before anything is decoded."""
    width, height = picture.size
    if max(width, height) > asked["most_side"]:
        raise Refused("side", width=width, height=height, most=asked["most_side"])
    if width * height > asked["most_pixels"]:
        raise Refused("pixels", millions=width * height // 1_000_000, most=asked["most_pixels"] // 1_000_000)


def count_frames(picture: Image.Image, asked: dict[str, Any]) -> int:
    """Goes from frame to frame without decoding, as far as the limits reach."""
    if not getattr(picture, "is_animated", False):
        return 1
    most, area = asked["most_frames"], picture.width * picture.height
    frames = 1
    with contextlib.suppress(EOFError):
        while frames <= most:
            picture.seek(frames)
            frames += 1
    picture.seek(0)
    if frames > most:
        raise Refused("frames", most=most)
    if frames * area > asked["most_moving_pixels"]:
        raise Refused("moving")
    return frames


def upright(picture: Image.Image, side: int) -> Image.Image:
    """The picture (its first frame) as plain RGB or RGBA in sRGB, turned as its camera was held."""
    picture.draft("RGB", (side, side))  # JPEG: decoded at a fraction of its size where that is enough
    turned = ImageOps.exif_transpose(picture) or picture
    return plain(turned, picture.info.get("icc_profile"))


def plain(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode.startswith(("I", "F")):  # 16 bits of grey
        picture = picture.convert("F").point(lambda value: value * (1 / 256)).convert("L")
    if profile and picture.mode in ("RGB", "CMYK"):
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError):
            held = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            picture = (
                ImageCms.profileToProfile(picture, held, ImageCms.createProfile("sRGB"), outputMode="RGB") or picture
            )
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def shrunk(picture: Image.Image, side: int) -> Image.Image:
    if max(picture.size) <= side:
        return picture
    smaller = picture.copy()
    smaller.thumbnail((side, side), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return smaller


def write(picture: Image.Image, name: str) -> tuple[int, int]:
    """Only pixels are handed to the encoder: no EXIF, no profile, no comment."""
    picture.save(f"{name}.webp", "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=b"", xmp=b"")
    return picture.size


def write_square(picture: Image.Image, asked: dict[str, Any]) -> dict[str, Any]:
    """The middle, for an avatar."""
    ((name, side),) = asked["sizes"].items()
    square = ImageOps.fit(upright(picture, 2 * side).convert("RGB"), (side, side))
    return {"width": side, "height": side, "blurhash": "", "files": {name: write(square, name)}, "moves": False}


class Moving:
    """The frames after the first, for Pillow's writer: one at a time, so that never two lie in memory.

    The writer asks for a frame's time after it has got the frame, so `times` grows with them.
    """

    def __init__(self, picture: Image.Image, frames: int) -> None:
        self.picture, self.n_frames = picture, frames - 1
        factor = min(1, MOVING_SIDE / max(picture.size), math.sqrt(MOVING_PIXELS / (frames * math.prod(picture.size))))
        width, height = (max(1, round(side * factor)) for side in picture.size)
        self.size = width, height
        self.times: list[int] = []
        self.first = self.current = self.frame(0)

    def frame(self, number: int) -> Image.Image:
        self.picture.seek(number)
        shown = self.picture.convert("RGBA").resize(self.size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        time = self.picture.info.get("duration") or 0
        self.times.append(max(SHORTEST_MS, round(time) or USUAL_MS))
        return shown

    def seek(self, number: int) -> None:
        self.current = self.frame(number + 1)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.current, name)


def write_moving(picture: Image.Image, frames: int) -> tuple[int, int]:
    moving = Moving(picture, frames)
    loops = picture.info.get("loop", 1 if picture.format == "GIF" else 0)
    moving.first.save(
        "full.webp",
        "WEBP",
        save_all=True,
        append_images=[moving],
        duration=moving.times,
        loop=min(int(loops), 65_535),
        quality=QUALITY_MOVING,
        method=2,
        background=(0, 0, 0, 0),
        exif=b"",
        icc_profile=b"",
        xmp=b"",
    )
    return moving.first.size


def blurred(picture: Image.Image) -> str:
    """Its blurhash, more of it along the longer side; what is transparent counts as white."""
    small = shrunk(picture, BLURHASH_SIDE).convert("RGBA")
    small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small).convert("RGB")
    width, height = small.size
    pixels = list(small.get_flattened_data())
    rows = [pixels[row * width : (row + 1) * width] for row in range(height)]
    return str(blurhash_of(rows, *((4, 3) if width >= height else (3, 4))))


if __name__ == "__main__":
    try:
        answer = main(json.loads(sys.argv[1]))
    except Refused as refused:
        answer = refused.answer
    print(json.dumps(answer))
