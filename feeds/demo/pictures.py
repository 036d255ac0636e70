"""Pictures for the demo's posts, drawn by code: flat shapes and soft light, the same every time."""

from collections.abc import Callable, Sequence
from io import BytesIO
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageDraw, ImageFilter

from feeds.demo.avatars import circle, lens, turned

WIDTH, HEIGHT = 1500, 1000
# Drawn this much larger and scaled down, which smooths every edge.
SCALE = 2

Draw = ImageDraw.ImageDraw
Tones = Sequence[str]


class Scene:
    """A picture being drawn, in units of the finished picture."""

    def __init__(self, name: str, sky: Tones) -> None:
        self.chance = Random(name)
        self.image = gradient(sky)
        self.draw = ImageDraw.Draw(self.image)

    def shape(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        self.draw.polygon([(x * SCALE, y * SCALE) for x, y in points], fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str, radius: float = 0) -> None:
        corners = (left * SCALE, top * SCALE, right * SCALE, bottom * SCALE)
        self.draw.rounded_rectangle(corners, radius * SCALE, fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: str) -> None:
        circle(self.draw, x * SCALE, y * SCALE, radius * SCALE, fill)

    def line(self, points: Sequence[tuple[float, float]], fill: str, width: float) -> None:
        self.draw.line([(x * SCALE, y * SCALE) for x, y in points], fill, round(width * SCALE), joint="curve")

    def ridge(self, base: float, height: float, turns: float, fill: str) -> None:
        """A rolling line from side to side, filled to the bottom."""
        shift = self.chance.uniform(0, 6)
        tops = [base - height * sin(shift + x / WIDTH * turns * 2 * pi) for x in range(0, WIDTH + 10, 10)]
        self.shape([*zip(range(0, WIDTH + 10, 10), tops, strict=True), (WIDTH, HEIGHT), (0, HEIGHT)], fill)

    def glow(self, x: float, y: float, radius: float, fill: str, strength: float) -> None:
        """Light around a point, fading outwards."""
        mask = Image.new("L", (WIDTH // 4, HEIGHT // 4))
        circle(ImageDraw.Draw(mask), x / 4, y / 4, radius / 4, f"rgb({round(255 * strength)},0,0)")
        soft = mask.filter(ImageFilter.GaussianBlur(radius / 8)).resize(self.image.size)
        self.image.paste(Image.new("RGB", self.image.size, fill), mask=soft)

    def glitter(self, x: float, top: float, bottom: float, fill: str) -> None:
        """Light on water below something bright, wider towards the viewer."""
        for y in range(round(top), round(bottom), 16):
            near = (y - top) / (bottom - top)
            half, aside = self.chance.uniform(8, 30) * (1 + 2 * near), self.chance.uniform(-40, 40) * (0.3 + near)
            self.box(x + aside - half, y, x + aside + half, y + 4 + 3 * near, fill, 3)


def gradient(tones: Tones) -> Image.Image:
    """The tones from top to bottom, each fading into the next."""
    strip = Image.new("RGB", (1, len(tones)))
    for row, tone in enumerate(tones):
        ImageDraw.Draw(strip).point((0, row), fill=tone)
    return strip.resize((WIDTH * SCALE, HEIGHT * SCALE), Image.Resampling.BICUBIC)


def picture(name: str) -> bytes:
    """A JPEG of WIDTH x HEIGHT; `name` is one of SCENES."""
    out = BytesIO()
    SCENES[name](name).image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(out, "JPEG", quality=90)
    return out.getvalue()


def upright(name: str, around: float) -> bytes:
    """The part of a scene that a phone held upright would show; `around` is its middle, from 0 at the left to 1."""
    out = BytesIO()
    whole = SCENES[name](name).image
    wide = whole.height * 9 // 16
    left = min(max(round(whole.width * around - wide / 2), 0), whole.width - wide)
    part = whole.crop((left, 0, left + wide, whole.height))
    part.resize((1080, 1920), Image.Resampling.LANCZOS).save(out, "JPEG", quality=88)
    return out.getvalue()


def dawn(name: str) -> Scene:
    scene = Scene(name, ["#7fa7c9", "#f6d7b8", "#fbe3c4", "#f3b98f"])
    scene.glow(1010, 520, 330, "#fff3d6", 0.9)
    scene.disc(1010, 520, 62, "#fffaf0")
    scene.ridge(520, 26, 0.9, "#a9b3c4")
    scene.ridge(560, 18, 1.4, "#7f90aa")
    scene.box(0, 590, WIDTH, HEIGHT, "#8fb0c4")
    for number in range(7):
        scene.ridge(640 + number * 58, 5 + number, 2.4, ["#88abc1", "#7ea2ba"][number % 2])
    scene.glitter(1010, 596, 980, "#fde8cc")
    scene.line([(520, 776), (556, 300)], "#3d3a3c", 9)
    scene.shape([(566, 318), (800, 372), (700, 736), (548, 716)], "#b5523b")
    scene.line([(566, 318), (800, 372)], "#3d3a3c", 7)
    scene.shape([(320, 738), (860, 728), (790, 838), (420, 846)], "#3f5a4d")
    scene.shape([(320, 738), (860, 728), (854, 744), (326, 754)], "#e9f0f2")
    scene.shape([(420, 850), (790, 842), (730, 884), (480, 890)], "#6f93a9")
    return scene


def night(name: str) -> Scene:
    scene = Scene(name, ["#0d1a33", "#16294a", "#284a6e"])
    for _ in range(90):
        scene.disc(scene.chance.uniform(0, WIDTH), scene.chance.uniform(0, 480), scene.chance.uniform(1, 3), "#dfe8f5")
    scene.glow(330, 200, 170, "#f7efd9", 0.35)
    scene.disc(330, 200, 58, "#fbf5e3")
    scene.ridge(610, 20, 0.8, "#12203a")
    scene.box(0, 640, WIDTH, HEIGHT, "#1b3554")
    scene.glitter(330, 650, 990, "#c9cfce")
    scene.shape([(700, 760), (WIDTH, 700), (WIDTH, HEIGHT), (560, HEIGHT)], "#0c1526")
    scene.box(960, 470, 1260, 760, "#2a2f3a")
    scene.shape([(930, 480), (1110, 350), (1290, 480)], "#1a1e29")
    scene.box(1120, 560, 1210, 760, "#12151d")
    scene.glow(1045, 600, 240, "#ffc766", 0.75)
    scene.box(1000, 550, 1090, 650, "#ffe3a1")
    scene.line([(1045, 550), (1045, 650)], "#2a2f3a", 6)
    scene.line([(1000, 600), (1090, 600)], "#2a2f3a", 6)
    return scene


def osiers(name: str) -> Scene:
    scene = Scene(name, ["#e9ddc8", "#d9c7a6", "#b99b70"])
    scene.box(0, 800, WIDTH, HEIGHT, "#8b6f4e")
    for place, tones in enumerate([("#a8392f", "#c4523f", "#7f2a26"), ("#5c7a3d", "#7d9a50", "#405a2c"),
                                   ("#d9a520", "#ecc04a", "#b07f14")]):  # fmt: skip
        middle = 320 + place * 430
        for _ in range(130):
            foot, top = scene.chance.gauss(middle, 52), scene.chance.gauss(middle, 100)
            waist = middle + (foot - middle) * 0.5
            tip = scene.chance.uniform(60, 220)
            bend = [(foot, 900), (waist, 640), (middle + (top - middle) * 0.7, 380), (top, tip)]
            scene.line(bend, scene.chance.choice(tones), scene.chance.uniform(4, 9))
        for y in (622, 646, 664):
            scene.line([(middle - 74, y), (middle + 74, y - 8)], "#4d3b27", 9)
    return scene


def focaccia(name: str) -> Scene:
    scene = Scene(name, ["#d8d2c8", "#bfb5a6"])
    scene.box(110, 150, 1390, 880, "#3b3b3d", 60)
    scene.box(150, 190, 1350, 840, "#2c2c2e", 44)
    scene.box(190, 225, 1310, 805, "#b9772f", 90)
    scene.box(200, 225, 1300, 785, "#dca24d", 86)
    scene.box(225, 245, 1275, 760, "#e9b967", 76)
    spots = [(300 + column * 150 + (row % 2) * 70, 310 + row * 105) for row in range(4) for column in range(6)]
    for x, y in [(x + scene.chance.uniform(-22, 22), y + scene.chance.uniform(-16, 16)) for x, y in spots]:
        scene.disc(x, y, 32, "#c98936")
        scene.disc(x + 3, y + 5, 25, "#b27527")
        scene.disc(x - 7, y - 6, 8, "#f6dfa8")
    for _ in range(17):
        x, y, angle = scene.chance.uniform(270, 1230), scene.chance.uniform(280, 730), scene.chance.uniform(0, 6)
        for step in range(9):
            at = turned([(0, -step * 9)], angle, x, y)[0]
            for side in (-0.8, 0.8):
                scene.shape(turned(lens(26, 7), angle + side, *at), "#4d6b3c")
    for _ in range(140):
        scene.disc(scene.chance.uniform(250, 1250), scene.chance.uniform(260, 745), 3, "#fffaf0")
    return scene


def street(name: str) -> Scene:
    scene = Scene(name, ["#bfe0ea", "#e4f1ee", "#f7ead1"])
    scene.box(0, 690, WIDTH, HEIGHT, "#e5cf9f")
    walls = ["#e98a6b", "#f2c14e", "#7fb5a6", "#8aa6d1", "#d98aa6", "#f5efe0"]
    for number in range(11):
        left, top = 40 + number * 130, 500 + scene.chance.uniform(-46, 46)
        scene.box(left, top, left + 112, 760, walls[number % 6], 8)
        scene.shape(
            [(left - 10, top + 6), (left + 56, top - 92), (left + 122, top + 6)], ["#6d4c41", "#4f6272"][number % 2]
        )
        scene.box(left + 40, 670, left + 74, 760, "#5a4636", 6)
        for x in (left + 16, left + 70):
            scene.box(x, top + 40, x + 28, top + 76, "#fff8e2", 4)
    scene.box(0, 760, WIDTH, 800, "#cfb98c")
    scene.line([(1180, 930), (1180, 720)], "#4f6272", 12)
    scene.disc(1180, 700, 40, "#d9534f")
    scene.disc(1180, 700, 26, "#fff8e2")
    crab = "#d96f4b"
    for side in (-1, 1):
        for leg in range(3):
            foot = 990 + side * (100 + leg * 26)
            scene.line([(990 + side * 40, 890), (990 + side * (70 + leg * 24), 850 + leg * 16), (foot, 920)], crab, 11)
        scene.disc(990 + side * 26, 826, 9, "#2b2320")
    scene.disc(990, 890, 62, crab)
    scene.disc(940, 860, 52, "#efe3cf")
    scene.disc(940, 860, 30, "#c9ad85")
    return scene


def mill(name: str) -> Scene:
    scene = Scene(name, ["#b9c7cf", "#dfe3dc", "#c5b9a2"])
    scene.box(0, 80, 560, 820, "#8a8378")
    for row in range(9):
        for column in range(5):
            left = column * 120 - (row % 2) * 60
            tone = scene.chance.choice(["#9a9388", "#8f887c", "#a39c90"])
            scene.box(left + 4, 84 + row * 82, left + 114, 158 + row * 82, tone, 6)
    x, y = 800, 520
    for number in range(12):
        angle = number * pi / 6 + 0.12
        scene.line([(x, y), (x + 340 * cos(angle), y + 340 * sin(angle))], "#5d4630", 22)
        at, across = (x + 350 * cos(angle), y + 350 * sin(angle)), (-sin(angle), cos(angle))
        corners = [(at[0] + 60 * k * cos(angle) + 62 * s * across[0], at[1] + 60 * k * sin(angle) + 62 * s * across[1])
                   for k, s in ((-1, -1), (1, -1), (1, 1), (-1, 1))]  # fmt: skip
        scene.shape(corners, "#c58a3c" if number == 4 else "#7a5c3d")
    for radius in (345, 190):
        ring = [(x + radius * cos(step / 30), y + radius * sin(step / 30)) for step in range(190)]
        scene.line(ring, "#4b3826", 20)
    scene.disc(x, y, 62, "#3a2c1f")
    scene.disc(x, y, 24, "#a7a39a")
    for number in range(6):
        scene.ridge(770 + number * 42, 8, 2.2, ["#6f8f97", "#5f818b", "#52747f"][number % 3])
    return scene


def packets(name: str) -> Scene:
    scene = Scene(name, ["#c9a274", "#b58d60"])
    for row in range(3):
        for column in range(6):
            left, top = 70 + column * 236 + scene.chance.uniform(-10, 10), 50 + row * 316 + scene.chance.uniform(-8, 8)
            scene.box(left + 8, top + 10, left + 192, top + 276, "#8f6c46", 6)
            scene.box(left, top, left + 184, top + 266, scene.chance.choice(["#f7f0df", "#efe4c8", "#faf5ea"]), 6)
            scene.box(left, top, left + 184, top + 46, "#e4d5b2", 6)
            ink = ["#2f5d50", "#7a3b2e", "#2f4858", "#6b5a1e"][(row + column) % 4]
            middle = (left + 92, top + 210)
            for angle in (-0.7, 0, 0.7) if (row + column) % 2 else (-1.2, -0.4, 0.4, 1.2):
                scene.shape(turned(lens(90, 38), angle, *middle), ink)
            scene.box(left + 40, top + 228, left + 144, top + 236, ink, 4)
    return scene


def frost(name: str) -> Scene:
    scene = Scene(name, ["#a9c3d6", "#dfe6e6", "#f4e6d3"])
    scene.glow(1150, 330, 260, "#fff6e2", 0.9)
    scene.ridge(400, 40, 0.7, "#a5b3ae")
    scene.ridge(450, 26, 1.1, "#8b9d92")
    scene.box(0, 470, WIDTH, HEIGHT, "#7d6a55")
    for bed in range(-4, 5):
        far, near = 750 + bed * 95, 750 + bed * 330
        scene.shape([(far - 32, 472), (far + 32, 472), (near + 116, HEIGHT), (near - 116, HEIGHT)], "#5b4a3a")
        for step in range(11):
            depth = (step / 10) ** 1.6
            x, y, size = far + (near - far) * depth, 490 + 500 * depth, 16 + 74 * depth
            for angle in (-1.1, -0.6, 0, 0.6, 1.1):
                scene.shape(turned(lens(size, size * 0.5), angle, x, y), ["#4f7a58", "#6b946c"][step % 2])
                tip = turned([(0, -size * 0.86)], angle, x, y)[0]
                scene.disc(*tip, 2 + 7 * depth, "#f3f8fa")
    return scene


def trout(name: str) -> Scene:
    scene = Scene(name, ["#241a16", "#3a261c", "#6b2f14"])
    scene.glow(750, 1010, 460, "#ff8a3c", 0.7)
    for y in (150, 530):
        scene.line([(60, y), (1440, y)], "#8b8680", 14)
        for number in range(7):
            x = 150 + number * 200 + scene.chance.uniform(-10, 10)
            scene.line([(x, y), (x, y + 30)], "#b8b2aa", 6)
            scene.shape([(x - 44, y + 300), (x + 44, y + 300), (x, y + 240)], "#8f6a35")
            scene.shape(turned(lens(240, 92), pi, x, y + 26), "#c9974c")
            scene.shape(turned(lens(220, 44), pi, x + 8, y + 36), "#e3bd78")
            scene.disc(x - 12, y + 62, 6, "#1d1512")
    for _ in range(60):
        scene.disc(scene.chance.uniform(60, 1440), scene.chance.uniform(930, 1000), scene.chance.uniform(4, 16),
                   scene.chance.choice(["#ffb347", "#ff7b2e", "#d9481c"]))  # fmt: skip
    return scene


SCENES: dict[str, Callable[[str], Scene]] = {
    scene.__name__: scene for scene in (dawn, focaccia, frost, mill, night, osiers, packets, street, trout)
}
