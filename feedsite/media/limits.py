"""What an upload may be. GET /api/v1/site tells it to clients."""

MIB = 2**20

IMAGE_MAX_BYTES = 16 * MIB
# Read from the header, before anything is decoded: what the cameras of phones make, and no bomb.
IMAGE_MAX_PIXELS = 50_000_000
IMAGE_MAX_SIDE = 16_384
# Of an animation: its frames, and the pixels of all of them.
ANIMATION_MAX_FRAMES = 600
ANIMATION_MAX_PIXELS = 200_000_000

VIDEO_MAX_BYTES = 100 * MIB
VIDEO_MAX_SECONDS = 180
# Of one frame: 4K in its widest form.
VIDEO_MAX_PIXELS = 4096 * 2304

# A form without JavaScript sends several files at once.
REQUEST_MAX_BYTES = 120 * MIB


def for_clients() -> dict[str, int]:
    return {
        "image_max_bytes": IMAGE_MAX_BYTES,
        "image_max_pixels": IMAGE_MAX_PIXELS,
        "image_max_side": IMAGE_MAX_SIDE,
        "animation_max_frames": ANIMATION_MAX_FRAMES,
        "video_max_bytes": VIDEO_MAX_BYTES,
        "video_max_seconds": VIDEO_MAX_SECONDS,
        "video_max_pixels": VIDEO_MAX_PIXELS,
    }
