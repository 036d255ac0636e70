"""Pictures made anew: only pixels go through, so nothing else that was in the file is kept or served."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedsite.errors import Invalid, TooLarge, WrongType
from feedsite.media import guarded, limits
from feedsite.media.guarded import Bounds
from feedsite.media.kinds import HEAD_BYTES, TAIL_BYTES, Kind, find_kind, is_two_things

CHILD = str(Path(__file__).with_name("picture_child.py"))
BOUNDS = Bounds(memory_bytes=1280 * limits.MIB, cpu_seconds=25, file_bytes=32 * limits.MIB, wall_seconds=40)
# The longer side in pixels: a phone's grid, its whole width or a desktop's column, the viewer.
SIZES = {"preview": 640, "medium": 1200, "full": 2048}
# What the child says no with, and its numbers.
REFUSED = {
    "side": gettext_lazy("The picture is %(width)d × %(height)d pixels; a side has at most %(most)d."),
    "pixels": gettext_lazy("The picture has %(millions)d million pixels; at most %(most)d million are taken."),
    "frames": gettext_lazy("The animation has more than %(most)d frames."),
    "moving": gettext_lazy("The animation is too long for its size. Make it shorter or smaller."),
}
UNREADABLE = gettext_lazy("This file is damaged, or not the picture it says it is. Try another one, or save it anew.")
TWO_THINGS = gettext_lazy("This file is a picture and something else at once. Save the picture anew and try again.")


@dataclass(frozen=True)
class Made:
    """Pictures that lie in a scratch folder: {size: (file, width, height)}; whether `full` moves."""

    moves: bool
    width: int
    height: int
    blurhash: str
    files: dict[str, tuple[Path, int, int]]


def picture_kind(source: Path) -> Kind:
    """What the picture in the file is; raises WrongType, TooLarge, or Invalid for one that is also something else."""
    with source.open("rb") as file:
        head = file.read(TAIL_BYTES)
        file.seek(max(0, source.stat().st_size - TAIL_BYTES))
        tail = file.read(TAIL_BYTES)
    kind = find_kind(head[:HEAD_BYTES])
    if kind is None or kind.is_video:
        raise WrongType(_("This file is not a picture we can read. Use JPEG, PNG, WebP or GIF."))
    if source.stat().st_size > kind.max_bytes:
        raise TooLarge(_("A picture may have at most %(most)d MiB.") % {"most": kind.max_mib})
    if is_two_things(head, tail):
        raise Invalid(TWO_THINGS)
    return kind


def reencode(folder: Path, kind: Kind, sizes: dict[str, int], *, square: bool = False) -> Made:
    """Makes WebP files of the picture `source` in the folder; raises Invalid when it cannot be one.

    No size is larger than the picture. An animation moves in `full` and stands still in the others.
    """
    asked = {
        "format": kind.format,
        "sizes": sizes,
        "square": square,
        "most_side": limits.IMAGE_MAX_SIDE,
        "most_pixels": limits.IMAGE_MAX_PIXELS,
        "most_frames": limits.ANIMATION_MAX_FRAMES,
        "most_moving_pixels": limits.ANIMATION_MAX_PIXELS,
    }
    try:
        said, _ = guarded.run([sys.executable, "-I", CHILD, json.dumps(asked)], BOUNDS, folder)
        answer = json.loads(said)
        if "refused" in answer:
            raise Invalid((REFUSED[answer["refused"]] % answer["numbers"])[:200])
        return checked(answer, folder, sizes)
    except (guarded.Failed, ValueError, KeyError, TypeError, OSError) as error:
        raise Invalid(UNREADABLE) from error


def checked(answer: dict[str, Any], folder: Path, sizes: dict[str, int]) -> Made:
    """What the child says, believed no further than needed: it has read what a stranger sent."""
    files = {}
    for name in sizes:
        width, height = (int(side) for side in answer["files"][name])
        files[name] = (folder / f"{name}.webp", width, height)
        if min(files[name][0].stat().st_size, width, height) < 1:
            raise ValueError(name)
    return Made(bool(answer["moves"]), int(answer["width"]), int(answer["height"]), str(answer["blurhash"])[:64], files)
