"""Videos, by the ffmpeg that comes with `imageio-ffmpeg`: looked at in a request, made anew by a worker.

One demuxer is named for each kind, and files are the only protocol, so a playlist or a reference to
another file or host leads nowhere.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import imageio_ffmpeg
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedsite.errors import Invalid
from feedsite.media import guarded, limits
from feedsite.media.guarded import Bounds, Failed
from feedsite.media.kinds import MP4, PNG, Kind
from feedsite.media.limits import MIB
from feedsite.media.pictures import Made, reencode

# What phones, cameras and browsers record; ffmpeg knows some four hundred more.
DECODERS = "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,mjpeg,aac,mp3,mp3float,opus,vorbis,ac3,eac3,alac,pcm_s16le,pcm_s16be"
LOOK_BOUNDS = Bounds(memory_bytes=1536 * MIB, cpu_seconds=15, file_bytes=32 * MIB, wall_seconds=20)
# The worker's: three minutes of 4K take some four on one slow core.
MAKE_BOUNDS = Bounds(memory_bytes=3072 * MIB, cpu_seconds=1500, file_bytes=256 * MIB, wall_seconds=840)
THREADS = 2
LONGEST_SIDE, SHORTEST_SIDE, MOST_FRAMES_PER_SECOND = 1920, 1080, 30
POSTER_SIDE = 1280
UNREADABLE = gettext_lazy(
    "This video is damaged, or of a kind that cannot be played here. Try another one, or save it as MP4."
)
DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
STREAM = re.compile(r"^  Stream #0:\d+.*?: Video: (?!.*\(attached pic\)).*?[ ,](\d{1,6})x(\d{1,6})[ ,]", re.MULTILINE)
# Square pixels, within the largest size: what the poster is, and the video's shape.
SHAPE = (
    "scale=trunc(iw*sar):ih,setsar=1,"
    f"scale=min(iw\\,{LONGEST_SIDE}):min(ih\\,{LONGEST_SIDE}):force_original_aspect_ratio=decrease"
)


@dataclass(frozen=True)
class Looked:
    """Width and height as the video will be; `duration` None where the file does not say."""

    width: int
    height: int
    duration: float | None
    poster: Made


@cache
def ffmpeg() -> str:
    return imageio_ffmpeg.get_ffmpeg_exe()


def reading(kind: Kind, *, start: float = 0) -> list[str]:
    """ffmpeg with the file `source` as its one input."""
    return [
        ffmpeg(), "-nostdin", "-hide_banner", "-protocol_whitelist", "file", "-f", kind.format,
        *(["-enable_drefs", "0", "-use_absolute_path", "0"] if kind == MP4 else []),
        "-codec_whitelist", DECODERS, "-max_pixels", str(limits.VIDEO_MAX_PIXELS), "-max_streams", "16",
        "-threads", str(THREADS), *(["-ss", f"{start:.2f}"] if start else []), "-i", "file:source",
    ]  # fmt: skip


def look(folder: Path, kind: Kind) -> Looked:
    """What the video `source` in the folder is, with a poster of it; raises Invalid."""
    width, height, duration = header(folder, kind)
    if width * height > limits.VIDEO_MAX_PIXELS:
        said = _("The video is %(width)d × %(height)d pixels; 4K is the largest taken.")
        raise Invalid(said % {"width": width, "height": height})
    if duration is not None and duration > limits.VIDEO_MAX_SECONDS + 1:
        raise Invalid(too_long())
    poster = make_poster(folder, kind, duration)
    return Looked(*fitting(poster.width, poster.height), duration, poster)


def too_long() -> str:
    most = limits.VIDEO_MAX_SECONDS // 60
    return _("A video may be at most %(most)d minutes long. Cut it and try again.") % {"most": most}


def header(folder: Path, kind: Kind) -> tuple[int, int, float | None]:
    """(width, height, seconds or None) by the header; ffmpeg without an output only tells and gives up."""
    try:
        _, said = guarded.run(reading(kind), LOOK_BOUNDS, folder)
    except Failed as failed:
        said = failed.said
    stream, length = STREAM.search(said), DURATION.search(said)
    if stream is None:
        raise Invalid(UNREADABLE)
    seconds = None
    if length is not None:
        hours, minutes, rest = length.groups()
        seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest)
    return int(stream[1]), int(stream[2]), seconds


def make_poster(folder: Path, kind: Kind, duration: float | None) -> Made:
    """A picture from a little after the start, where many videos are still black; else the first there is."""
    for start in dict.fromkeys([min(1.0, (duration or 0) / 10), 0.0]):
        command = [*reading(kind, start=start), "-map", "0:v:0", "-frames:v", "1", "-vf", SHAPE, "-f", "image2"]
        (folder / "poster.png").unlink(missing_ok=True)
        with suppress(Failed):
            guarded.run([*command, "-c:v", "png", "-update", "1", "-y", "poster.png"], LOOK_BOUNDS, folder)
        if (folder / "poster.png").exists():
            return poster_files(folder)
    raise Invalid(UNREADABLE)


def poster_files(folder: Path) -> Made:
    scratch = folder / "poster"
    scratch.mkdir()
    (folder / "poster.png").rename(scratch / "source")
    try:
        return reencode(scratch, PNG, {"preview": POSTER_SIDE, "whole": LONGEST_SIDE})
    except Invalid as error:
        raise Invalid(UNREADABLE) from error


def fitting(width: int, height: int) -> tuple[int, int]:
    """The size of the video as made: no side or area larger than 1080p, and even, as H.264 wants it."""
    factor = min(1, LONGEST_SIDE / max(width, height), SHORTEST_SIDE / min(width, height))
    even_width, even_height = (max(2, round(side * factor / 2) * 2) for side in (width, height))
    return even_width, even_height


def transcode(folder: Path, kind: Kind, size: tuple[int, int], on_progress: Callable[[float], bool]) -> float:
    """Makes `full.mp4` of `source`, at most that size; its seconds. Raises Failed.

    `on_progress` hears every other second how many seconds are made; when it answers False the work ends.
    """
    width, height = size
    command = [
        *reading(kind), "-map", "0:v:0", "-map", "0:a:0?", "-dn", "-sn", "-map_metadata", "-1", "-map_chapters", "-1",
        "-t", str(limits.VIDEO_MAX_SECONDS), "-vf", f"scale={width}:{height},setsar=1,format=yuv420p",
        "-fpsmax", str(MOST_FRAMES_PER_SECOND), "-c:v", "libx264", "-preset", "veryfast", "-crf", "23",
        "-maxrate", "6M", "-bufsize", "12M", "-threads", str(THREADS), "-filter_threads", "1",
        "-c:a", "aac", "-b:a", "128k", "-ac", "2", "-ar", "48000", "-fflags", "+bitexact",
        "-movflags", "+faststart", "-v", "error", "-progress", "pipe:1", "-stats_period", "2", "-y", "full.mp4",
    ]  # fmt: skip
    with (folder / "err").open("wb") as complaints:
        process = guarded.start(command, MAKE_BOUNDS, folder, out=guarded.PIPE, complaints=complaints)
        try:
            made = follow(process, on_progress)
        finally:
            guarded.end(process)
    if process.returncode != 0 or not made or not (folder / "full.mp4").stat().st_size:
        raise Failed(guarded.read_some(folder / "err"))
    return made


def follow(process: guarded.Running, on_progress: Callable[[float], bool]) -> float:
    """Reads ffmpeg's progress to its end; the seconds made, 0 when it was told to stop."""
    made = 0.0
    assert process.stdout is not None
    with process.stdout as lines:
        for line in iter(lambda: lines.readline(200), b""):
            name, _, value = line.decode(errors="replace").strip().partition("=")
            if name == "out_time_us" and value.isdigit():
                made = int(value) / 1_000_000
            if name == "progress" and not on_progress(made):
                return 0.0
    process.wait(guarded.WAIT_SECONDS)
    return made
