"""What a digit costs: bytes against quality, for the model's codes and for those of its baselines."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor

import vae
from ui import comparison, naming
from ui.digit import letters_and_shapes
from ui.shell import cache, load
from vae.baselines import classical
from vae.checkpoint import WEIGHTS

SIZES = (2, 3, 4, 5, 6, 7, 8, 10, 12, 16, 24, 32, 64)
LEAST_GAIN_DB = 0.1  # a smaller one is no gain


class Point(NamedTuple):
    """One way to write a digit."""

    n_bytes: int
    image: Tensor  # (1, 28, 28) in [0, 1], decoded
    psnr_db: float


class Lossless(NamedTuple):
    """A digit in black and white, written without loss."""

    ink: Tensor  # (1, 28, 28), each pixel 0 or 1
    code: bytes
    decoded: Tensor  # (1, 28, 28)
    is_exact: bool
    sizes: dict[str, int]  # bytes that each method needs, the model's first


class Step(NamedTuple):
    """What a code says with one number more."""

    image: Tensor  # (1, 28, 28) in [0, 1], decoded
    psnr_db: float
    gain_db: float  # over one number less; for the first, all of it


@cache.briefly(entry_kb=1)
def code(image: Tensor, n_bytes: int) -> bytes:
    """The model's code of an image (1, 28, 28) in at most n_bytes."""
    return vae.compress(load.model(), image, n_bytes=n_bytes)


@cache.briefly(entry_kb=4)
def coded(image: Tensor, n_bytes: int) -> Point:
    """That code, decoded and compared with the image."""
    written = code(image, n_bytes)
    return measured(len(written), vae.decompress(load.model(), written), image)


@cache.briefly(entry_kb=12)
def lossless(image: Tensor) -> Lossless:
    """An image (1, 28, 28) in black and white, split at one half, and the model's lossless code of that."""
    ink = (image >= 0.5).float()
    written = vae.compress_ink(load.model(), ink)
    decoded = vae.decompress_ink(load.model(), written)
    sizes = {comparison.OURS: len(written), **classical.lossless_sizes(ink)}
    return Lossless(ink, written, decoded, decoded.equal(ink), sizes)


@cache.briefly(entry_kb=150)
def number_by_number(code: bytes, image: Tensor) -> list[Step]:
    """The first 1, 2, ... numbers of an image's code, each decoded and compared with the image."""
    decoded = list(vae.read_code(load.model(), code).prefixes(load.model()))
    quality = [vae.psnr(picture, image) for picture in decoded]
    gains = [after - before for before, after in pairwise([0.0, *quality])]
    return [Step(*step) for step in zip(decoded, quality, gains, strict=True)]


@cache.briefly(entry_kb=60)
def ours(image: Tensor) -> list[Point]:
    """The model's codes of an image at all SIZES."""
    model = load.model()
    codes = vae.compress_to_sizes(model, image, SIZES)
    return [measured(len(code), vae.decompress(model, code), image) for code in codes]


def of_baselines(image: Tensor) -> dict[str, list[Point]]:
    """Every baseline's ways to write an image, bytes and quality both rising."""
    return {name: of_baseline(name, image) for name in classical.COMPRESSORS}


@cache.briefly(entry_kb=300)
def of_baseline(name: str, image: Tensor) -> list[Point]:
    """One baseline's ways to write an image, bytes and quality both rising."""
    compress = classical.COMPRESSORS[name]
    return [measured(n_bytes, decoded, image) for n_bytes, decoded in compress(image)]


@cache.for_good
def of_shape(name: str, n_bytes: int) -> list[comparison.Entry]:
    """A letter or shape of `letters_and_shapes` in at most n_bytes: the model's code of it, then PCA's."""
    truth = letters_and_shapes.picture(name)
    pca = best_within(of_baseline("PCA", truth), n_bytes)
    points = {comparison.OURS: coded(truth, n_bytes), "PCA": pca}
    return [entry(method, point) for method, point in points.items() if point]


def measured(n_bytes: int, decoded: Tensor, image: Tensor) -> Point:
    """A way to write an image, with its quality."""
    return Point(n_bytes, decoded, vae.psnr(decoded, image))


def entry(name: str, point: Point) -> comparison.Entry:
    """A method's way to write a digit, to be compared with others."""
    words = f"{decibels(point.psnr_db)} · {point.n_bytes} bytes"
    return comparison.Entry(name, point.image, point.psnr_db, words)


def decibels(db: float, *, signed: bool = False) -> str:
    """A quality, or with a sign a gain, in words."""
    if math.isinf(db):
        return "exact"
    return f"{db:+.1f} dB".replace("-", "−") if signed else f"{db:.1f} dB"


def best_within(points: Sequence[Point], n_bytes: int) -> Point | None:
    """The best point of at most n_bytes."""
    affordable = [point for point in points if point.n_bytes <= n_bytes]
    return max(affordable, key=lambda point: point.psnr_db, default=None)


def cheapest_as_good(points: Sequence[Point], psnr_db: float) -> Point | None:
    """The smallest point of at least a quality."""
    good = [point for point in points if point.psnr_db >= psnr_db]
    return min(good, key=lambda point: point.n_bytes, default=None)


def last_gain(points: Sequence[Point]) -> Point:
    """The point after which more bytes bring next to nothing."""
    best = max(point.psnr_db for point in points)
    return next(point for point in points if point.psnr_db >= best - LEAST_GAIN_DB)


def fewest_that_read(points: Sequence[Point], image: Tensor) -> int | None:
    """The bytes from which on a digit always reads as itself; None where it never does, or has no name."""
    original, *decoded = naming.names(torch.stack([image, *(point.image for point in points)]))
    right = [name == original for name in decoded]
    if original is None or not right[-1]:
        return None
    first = len(right) - next((i for i, good in enumerate(reversed(right)) if not good), len(right))
    return points[first].n_bytes


def model_bytes() -> int:
    """Size of the weights file, which whoever reads a code must have."""
    return (WEIGHTS / "vae.safetensors").stat().st_size


def axes(points: Sequence[Point], *, highest_db: float = math.inf) -> tuple[list[int], list[float]]:
    """Bytes and quality, for a chart; an exact copy counts as highest_db."""
    return [point.n_bytes for point in points], [min(point.psnr_db, highest_db) for point in points]
