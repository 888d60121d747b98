"""Photos of digits on paper, made up: what a camera does to a sheet, one thing at a time."""

import io
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

Pixels = NDArray[np.uint8]
Sheet = NDArray[np.float64]  # (H, W, 3), 1 = white in full light

SIDE = 480
BLUE, GREY, BLACK = (0.15, 0.2, 0.6), (0.45, 0.45, 0.47), (0.08, 0.08, 0.1)


def cover_of(digit: Pixels, *, side: int = SIDE, size: float = 0.5, at: tuple = (0.5, 0.5)) -> Sheet:
    """How much of each place a digit covers, written `size` of the sheet large around `at`, (H, W)."""
    extent = round(size * side * 28 / 20)
    written = Image.fromarray(digit).resize((extent, extent), Image.Resampling.BICUBIC)
    sheet = Image.new("L", (side, side))
    sheet.paste(written, tuple(round(place * side - extent / 2) for place in at))
    return np.asarray(sheet) / 255


def sheet_of(cover: Sheet, *, ink: tuple = BLACK, paper: tuple = (0.85, 0.84, 0.8)) -> Sheet:
    """Ink on paper in full light."""
    return cover[..., None] * np.array(ink) + (1 - cover[..., None]) * np.array(paper)


def photographed(sheet: Sheet, *, noise: float = 0.01, blur: float = 0.7, seed: int = 0) -> Pixels:
    """The sheet through a lens, a noisy sensor and JPEG, uint8 (H, W, 3)."""
    seen = gaussian_filter(sheet, (blur, blur, 0))
    seen = seen + noise * np.random.default_rng(seed).standard_normal(seen.shape)
    file = io.BytesIO()
    Image.fromarray((255 * seen.clip(0, 1)).astype(np.uint8)).save(file, "JPEG", quality=80)
    return np.asarray(Image.open(file))


def places(sheet: Sheet) -> tuple[Sheet, Sheet]:
    """How far down and across each place is, from 0 to 1."""
    height, width = sheet.shape[:2]
    down, across = np.mgrid[:height, :width]
    return down / height, across / width


def gradient(sheet: Sheet) -> Sheet:
    down, across = places(sheet)
    return sheet * (1 - 0.3 * down - 0.35 * across)[..., None]


def hard_shadow(sheet: Sheet) -> Sheet:
    down, across = places(sheet)
    return sheet * np.where(down + 0.4 * across > 0.7, 0.45, 1)[..., None]


def vignette(sheet: Sheet) -> Sheet:
    down, across = places(sheet)
    return sheet / (1 + 4 * ((down - 0.5) ** 2 + (across - 0.5) ** 2))[..., None]


def finger(sheet: Sheet) -> Sheet:
    down, across = places(sheet)
    over = gaussian_filter(((abs(down - 0.12) < 0.07) & (across < 0.6)).astype(float), 8)
    return sheet * (1 - 0.5 * over)[..., None]


def lined(sheet: Sheet, *, squared: bool) -> Sheet:
    """Printed with pale blue lines, under the ink."""
    down, across = places(sheet)
    lines = (down * 8 + 0.3 * across) % 1 < 0.04
    if squared:
        lines = lines | ((across * 8 - 0.3 * down) % 1 < 0.04)
    return np.where(lines[..., None], sheet * np.array([0.62, 0.72, 0.88]), sheet)


def table(sheet: Sheet) -> Sheet:
    down, across = places(sheet)
    return np.where((across > 0.95 + 0.03 * down)[..., None], np.array([0.3, 0.2, 0.12]), sheet)


def textured(sheet: Sheet) -> Sheet:
    grain = gaussian_filter(np.random.default_rng(3).standard_normal(sheet.shape[:2]), 1.2)
    return sheet * (1 + 0.05 * grain / grain.std())[..., None]


def specks(sheet: Sheet) -> Sheet:
    spotted = sheet.copy()
    for y, x in np.random.default_rng(4).integers(5, SIDE - 5, (30, 2)):
        spotted[y : y + 3, x : x + 3] *= 0.3
    return spotted


def in_perspective(sheet: Sheet) -> Sheet:
    side = sheet.shape[0]
    corners = [0.06 * side, 0.02 * side, 0, side, 0.97 * side, 0.94 * side, 0.92 * side, 0.05 * side]
    picture = Image.fromarray((255 * sheet.clip(0, 1)).astype(np.uint8))
    seen = picture.transform(picture.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)
    return np.asarray(seen) / 255


CORRUPTED: dict[str, Callable[[Sheet], Sheet]] = {
    "gradient": gradient,
    "hard shadow": hard_shadow,
    "vignette": vignette,
    "finger's shadow": finger,
    "squared paper": lambda sheet: lined(sheet, squared=True),
    "ruled paper": lambda sheet: lined(sheet, squared=False),
    "squared paper in shadow": lambda sheet: hard_shadow(lined(sheet, squared=True)),
    "edge of the table": table,
    "texture": textured,
    "specks": specks,
    "perspective": in_perspective,
    "low light": lambda sheet: 0.25 * sheet,
}


def stroke(points: list[tuple[float, float]], *, pen: float = 12, side: int = SIDE) -> Sheet:
    """The cover of one stroke; points are in the unit square."""
    fine = Image.new("L", (2 * side, 2 * side))
    brush, radius = ImageDraw.Draw(fine), pen
    scaled = [(2 * side * x, 2 * side * y) for x, y in points]
    brush.line(scaled, fill=255, width=round(2 * radius), joint="curve")
    for x, y in scaled:
        brush.ellipse([x - radius, y - radius, x + radius, y + radius], fill=255)
    return np.asarray(fine.resize((side, side), Image.Resampling.BOX)) / 255


def as_file(pixels: Pixels, kind: str = "JPEG", **options: object) -> bytes:
    """A picture file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, kind, **options)
    return file.getvalue()
