"""Avatars drawn by code: flat shapes, one palette each, the same for the same name every time."""

from collections.abc import Callable
from io import BytesIO
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw

PIXELS = 400
# Drawn this much larger and scaled down, which smooths every edge.
SCALE = 2
SIZE = PIXELS * SCALE
# Ground, three tones from far to near, one accent, one light.
PALETTES = [
    ("#f4d9b0", "#e8a87c", "#c38370", "#41506b", "#d9534f", "#fff4e0"),
    ("#cfe8ef", "#86bbd8", "#4f83a8", "#2f4858", "#f6ae2d", "#ffffff"),
    ("#e9e4d4", "#b7c9a8", "#7a9e7e", "#31493c", "#e07a5f", "#fbf7ea"),
    ("#f7c9b6", "#e58f7b", "#a8576b", "#4a3159", "#f9e07f", "#fff1e8"),
    ("#2f3e5c", "#45608a", "#6d8fb3", "#18233b", "#ffcf6f", "#f3ead7"),
    ("#f2e2c4", "#d9b26f", "#a9713f", "#5a3825", "#3f7d6e", "#fff8ea"),
    ("#d8efe3", "#8fccb4", "#469b8b", "#1f5158", "#ff8c61", "#fafff8"),
    ("#e6dff1", "#b9a5d3", "#7f6aa8", "#3c3062", "#f2a65a", "#fcf9ff"),
]
SKINS = ["#f1c9a5", "#e0ac84", "#b97f57", "#8a5a3b", "#6b432b"]

Palette = tuple[str, str, str, str, str, str]
Draw = ImageDraw.ImageDraw


def picture(username: str, kind: str) -> bytes:
    """A square WebP of PIXELS; `kind` is one of KINDS."""
    chance = Random(f"{kind} {username}")
    palette = chance.choice(PALETTES)
    image = Image.new("RGB", (SIZE, SIZE), palette[0])
    KINDS[kind](ImageDraw.Draw(image), palette, chance)
    out = BytesIO()
    image.resize((PIXELS, PIXELS), Image.Resampling.LANCZOS).save(out, "WEBP", quality=88, method=2)
    return out.getvalue()


def circle(draw: Draw, x: float, y: float, radius: float, fill: str) -> None:
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)


def ridge(draw: Draw, base: float, height: float, turns: float, shift: float, fill: str) -> None:
    """Everything below a wavy line."""
    line = [
        (x, base - height * (sin(x / SIZE * turns * 2 * pi + shift) + 0.35 * sin(x / SIZE * turns * 5.1 + 2 * shift)))
        for x in range(0, SIZE + 8, 8)
    ]
    draw.polygon([*line, (SIZE, SIZE), (0, SIZE)], fill=fill)


def turned(points: list[tuple[float, float]], angle: float, x: float, y: float) -> list[tuple[float, float]]:
    """The points, given around the origin, turned and moved to (x, y)."""
    return [(x + px * cos(angle) - py * sin(angle), y + px * sin(angle) + py * cos(angle)) for px, py in points]


def lens(length: float, width: float) -> list[tuple[float, float]]:
    """A pointed oval from the origin upwards, as a leaf or a petal has."""
    up = [(width / 2 * sin(pi * step / 24) ** 0.8, -length * step / 24) for step in range(25)]
    return up + [(-x, y) for x, y in reversed(up)]


def hills(draw: Draw, palette: Palette, chance: Random) -> None:
    circle(draw, chance.uniform(220, 580), chance.uniform(190, 300), chance.uniform(70, 115), palette[4])
    for number, (base, height) in enumerate([(430, 60), (560, 55), (690, 45)], 1):
        ridge(draw, base, height, chance.uniform(0.5, 1.1), chance.uniform(0, 6), palette[number])


def waves(draw: Draw, palette: Palette, chance: Random) -> None:
    circle(draw, chance.uniform(250, 550), 300, chance.uniform(100, 150), palette[4])
    shift = chance.uniform(0, 6)
    tones = [palette[5], palette[1], palette[2], palette[3]]
    for number, tone in enumerate(tones):
        ridge(draw, 390 + number * 105, 24 + 6 * number, 2.2 - number * 0.3, shift + number * 1.7, tone)


def boat(draw: Draw, palette: Palette, chance: Random) -> None:
    circle(draw, chance.choice([190, 620]), 200, chance.uniform(55, 85), palette[5])
    ridge(draw, 560, 12, 1.5, chance.uniform(0, 6), palette[1])
    lean = chance.uniform(-25, 25)
    draw.line((400, 570, 400 + lean, 110), fill=palette[3], width=14)
    draw.polygon([(420, 520), (418 + lean, 130), (630, 520)], fill=palette[4])
    draw.polygon([(380, 520), (384 + lean, 200), (225, 520)], fill=palette[5])
    draw.polygon([(180, 548), (640, 548), (560, 655), (255, 655)], fill=palette[3])
    ridge(draw, 650, 14, 2.5, chance.uniform(0, 6), palette[2])


def loaf(draw: Draw, palette: Palette, chance: Random) -> None:
    draw.rectangle((0, 590, SIZE, SIZE), fill=palette[1])
    draw.rounded_rectangle((120, 300, 680, 630), radius=165, fill="#a9713f")
    draw.rounded_rectangle((120, 285, 680, 590), radius=150, fill="#c98d4f")
    for x in (250, 360, 470):
        slash = turned(lens(210, 58), 0.5 + chance.uniform(-0.05, 0.05), x, 510)
        draw.polygon(slash, fill="#f3d6a4")


def portrait(draw: Draw, palette: Palette, chance: Random, hair_ends: int) -> None:
    skin, hair = chance.choice(SKINS), chance.choice([palette[3], "#3a2a22", "#5e5a58"])
    circle(draw, 400, 400, 330, palette[1])
    draw.rounded_rectangle((245, 190, 555, hair_ends), radius=150, fill=hair)
    draw.rounded_rectangle((160, 610, 640, 980), radius=150, fill=palette[4])
    draw.polygon([(345, 500), (455, 500), (455, 640), (400, 690), (345, 640)], fill=skin)
    draw.rounded_rectangle((275, 250, 525, 580), radius=122, fill=skin)
    draw.pieslice((265, 185, 535, 455), chance.choice([180, 165]), 360, fill=hair)
    for x in (345, 455):
        circle(draw, x, 410, 13, "#2b2320")
    draw.arc((350, 430, 450, 515), 25, 155, fill="#2b2320", width=9)


def short_hair(draw: Draw, palette: Palette, chance: Random) -> None:
    portrait(draw, palette, chance, 440)


def long_hair(draw: Draw, palette: Palette, chance: Random) -> None:
    portrait(draw, palette, chance, 600)


def leaf(draw: Draw, palette: Palette, chance: Random) -> None:
    for number, angle in enumerate([-0.95, 0.95, -0.5, 0.5, 0.0]):
        angle += chance.uniform(-0.08, 0.08)
        length = 500 + number * 35
        draw.polygon(turned(lens(length, 215), angle, 400, 720), fill=palette[1 + number // 2])
        tip = turned([(0, -length * 0.86)], angle, 400, 720)[0]
        draw.line((400, 720, *tip), fill=palette[0], width=8)
    circle(draw, chance.choice([205, 595]), 150, 48, palette[4])


def hive(draw: Draw, palette: Palette, chance: Random) -> None:
    radius = 112.0
    for row in range(-1, 6):
        for column in range(-1, 6):
            x = column * radius * 1.732 + (row % 2) * radius * 0.866
            corners = [(0.94 * radius * sin(k * pi / 3), 0.94 * radius * cos(k * pi / 3)) for k in range(6)]
            tone = chance.choice(["#f6ae2d", "#f9c74f", "#e8932a", palette[5], palette[3]])
            draw.polygon(turned(corners, 0, x, row * radius * 1.5), fill=tone)


def wheel(draw: Draw, palette: Palette, chance: Random) -> None:
    draw.rectangle((0, 660, SIZE, SIZE), fill=palette[1])
    circle(draw, 400, 400, 290, palette[3])
    circle(draw, 400, 400, 245, palette[5])
    spokes, shift = chance.choice([10, 12, 14]), chance.uniform(0, 1)
    for number in range(spokes):
        angle = shift + number * 2 * pi / spokes
        draw.line((400, 400, 400 + 260 * cos(angle), 400 + 260 * sin(angle)), fill=palette[2], width=13)
    circle(draw, 400, 400, 72, palette[4])
    circle(draw, 400, 400, 26, palette[5])


def pot(draw: Draw, palette: Palette, chance: Random) -> None:
    draw.rectangle((0, 610, SIZE, SIZE), fill=palette[1])
    waist = chance.uniform(60, 110)
    for y in range(170, 671):
        at = (y - 170) / 500
        half = waist + (235 - waist) * sin(pi * min(at * 0.9 + 0.02, 1)) ** 1.3
        band = int(at * 7)
        tone = palette[4] if band == 2 else palette[5] if band in (1, 3) else palette[3] if band < 5 else palette[2]
        draw.line((400 - half, y, 400 + half, y), fill=tone)
    draw.ellipse((400 - waist - 12, 148, 400 + waist + 12, 192), fill=palette[2])


def lighthouse(draw: Draw, palette: Palette, chance: Random) -> None:
    draw.rectangle((0, 0, SIZE, SIZE), fill=palette[3])
    for _ in range(26):
        circle(draw, chance.uniform(0, SIZE), chance.uniform(0, 430), chance.uniform(2, 6), palette[5])
    side = chance.choice([-1, 1])
    draw.polygon([(400, 235), (400 + side * 520, 90), (400 + side * 520, 330)], fill=palette[2])
    draw.polygon([(335, 290), (465, 290), (510, 690), (290, 690)], fill=palette[5])
    for top in (350, 500):
        grow = (top - 290) * 0.1125
        draw.polygon(
            [(335 - grow, top), (465 + grow, top), (473 + grow, top + 75), (327 - grow, top + 75)], fill=palette[4]
        )
    draw.rectangle((345, 205, 455, 290), fill="#ffe9a8")
    draw.polygon([(325, 210), (475, 210), (400, 130)], fill=palette[4])
    ridge(draw, 690, 16, 1.3, chance.uniform(0, 6), palette[1])


def sun(draw: Draw, palette: Palette, chance: Random) -> None:
    rays, shift = chance.choice([12, 14, 16]), chance.uniform(0, 1)
    for number in range(rays):
        tone = palette[1] if number % 2 else palette[2]
        draw.polygon(turned(lens(370, 120), shift + number * 2 * pi / rays, 400, 400), fill=tone)
    circle(draw, 400, 400, 190, palette[4])
    circle(draw, 400, 400, 120, palette[5])


def geometry(draw: Draw, palette: Palette, chance: Random) -> None:
    tones = list(palette[1:])
    for x in (0, 400):
        for y in (0, 400):
            ground, shape = chance.sample(tones, 2)
            draw.rectangle((x, y, x + 400, y + 400), fill=ground)
            corner_x, corner_y = chance.choice([0, 400]), chance.choice([0, 400])
            if chance.random() < 0.25:
                circle(draw, x + 200, y + 200, 140, shape)
            else:
                tile_circle(draw, (x, y), (corner_x, corner_y), shape)


def tile_circle(draw: Draw, tile: tuple[int, int], corner: tuple[int, int], fill: str) -> None:
    """A quarter of a circle that fills a tile of 400 from one of its corners."""
    x, y = tile[0] + corner[0], tile[1] + corner[1]
    start = {(0, 0): 0, (400, 0): 90, (400, 400): 180, (0, 400): 270}[corner]
    draw.pieslice((x - 400, y - 400, x + 400, y + 400), start, start + 90, fill=fill)


def flower(draw: Draw, palette: Palette, chance: Random) -> None:
    shift = chance.uniform(0, 1)
    draw.line((400, 420, 400, SIZE), fill=palette[3], width=26)
    for ring, (petals, length, tone) in enumerate([(9, 330, palette[2]), (9, 260, palette[4]), (7, 170, palette[1])]):
        for number in range(petals):
            angle = shift + ring * 0.35 + number * 2 * pi / petals
            draw.polygon(turned(lens(length, length * 0.62), angle, 400, 370), fill=tone)
    circle(draw, 400, 370, 62, palette[5])


def fish(draw: Draw, palette: Palette, chance: Random) -> None:
    ridge(draw, 170, 22, 1.6, chance.uniform(0, 6), palette[1])
    turn = chance.choice([-1, 1])
    draw.polygon([(400 + turn * 170, 420), (400 + turn * 330, 290), (400 + turn * 330, 550)], fill=palette[3])
    draw.ellipse((165, 270, 635, 570), fill=palette[4])
    for column in range(4):
        for row in range(-1, 2):
            x = 400 + turn * (150 - column * 75)
            start, middle = 90 * (2 - turn), 420 + row * 75
            draw.arc((x - 45, middle - 35, x + 45, middle + 35), start, start + 180, fill=palette[5], width=9)
    circle(draw, 400 - turn * 150, 380, 30, palette[5])
    circle(draw, 400 - turn * 154, 380, 14, "#22201e")
    for _ in range(4):
        ahead, y = chance.uniform(250, 330), chance.uniform(180, 340)
        circle(draw, 400 - turn * ahead, y, chance.uniform(10, 24), palette[5])


KINDS: dict[str, Callable[[Draw, Palette, Random], None]] = {
    kind.__name__: kind
    for kind in (
        boat, fish, flower, geometry, hills, hive, leaf, lighthouse, loaf, long_hair, pot, short_hair, sun,
        waves, wheel,
    )
}  # fmt: skip
