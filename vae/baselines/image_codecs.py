"""The image files that a sceptic would send instead of a code: PNG, JPEG and WebP, headers counted."""

import io
import struct
import zlib

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from vae.checks import SIDE, InputError, check_image

Bytes = NDArray[np.uint8]
Point = tuple[int, Tensor]  # what a file weighs, in bytes, and the (1, 28, 28) that it holds

# Nothing is chosen here: every depth, quality and strategy that the formats have is tried for each image.
PNG_DEPTHS = (1, 2, 4, 8)  # bits a pixel of a grey PNG
JPEG_QUALITIES = range(1, 101)
WEBP_QUALITIES = range(101)
DEFLATE_STRATEGIES = (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED)


def png_points(x: Tensor) -> list[Point]:
    """The image (1, 28, 28) in [0, 1] as grey PNG of 1, 2, 4 and 8 bits a pixel; see `frontier`."""
    return frontier(x, [(len(png_file(_grey(x, n), n)), _grey(x, n) / (2**n - 1)) for n in PNG_DEPTHS])


def jpeg_points(x: Tensor) -> list[Point]:
    """The image (1, 28, 28) in [0, 1] as grey JPEG of every quality; see `frontier`."""
    files = [_saved(x, "JPEG", quality=q, optimize=True) for q in JPEG_QUALITIES]
    return frontier(x, [(len(file), _opened(file)) for file in files])


def webp_points(x: Tensor) -> list[Point]:
    """The image (1, 28, 28) in [0, 1] as WebP of every quality and lossless; see `frontier`."""
    files = [_saved(x, "WebP", quality=q, method=6) for q in WEBP_QUALITIES]
    files.append(_saved(x, "WebP", lossless=True, quality=100, method=6))
    return frontier(x, [(len(file), _opened(file)) for file in files])


def frontier(x: Tensor, files: list[tuple[int, NDArray]]) -> list[Point]:
    """Of files given as (n_bytes, pixels), those that no smaller file matches in squared error.

    Returns:
        (n_bytes, decoded float32 (1, 28, 28) in [0, 1]), bytes ascending and error falling.
    """
    points: list[Point] = []
    lowest = float("inf")
    for n_bytes, pixels in sorted(files, key=lambda file: file[0]):
        decoded = torch.as_tensor(pixels, dtype=torch.float32).reshape(1, SIDE, SIDE)
        error = (decoded - x).square().sum().item()
        if error < lowest:
            if points and points[-1][0] == n_bytes:
                points.pop()
            points.append((n_bytes, decoded))
            lowest = error
    return points


def lossless_sizes(ink: Tensor) -> dict[str, int]:
    """Bytes that a black-and-white image costs without loss by the means everybody has.

    Args:
        ink: (1, 28, 28) float32 of zeros and ones.

    Returns:
        The complete 1-bit "PNG" file, the "zlib" stream of the packed bits, and the "Raw bits" themselves.

    Raises:
        InputError: ink is not (1, 28, 28) or holds another value than 0 and 1.
    """
    check_image(ink)
    if not ((ink == 0) | (ink == 1)).all():
        raise InputError("ink must hold zeros and ones alone")
    bits = _grey(ink, 1)
    packed = np.packbits(bits).tobytes()
    return {"PNG": len(png_file(bits, 1)), "zlib": len(_deflated(packed)), "Raw bits": len(packed)}


def png_file(levels: Bytes, n_bits: int) -> bytes:
    """The smallest grey PNG of levels (H, W), 0 to 2**n_bits - 1, over row filters and deflate strategies."""
    height, width = levels.shape
    bits = levels[..., None] >> np.arange(n_bits, dtype=np.uint8)[::-1] & 1
    rows = np.packbits(bits.reshape(height, width * n_bits), axis=1)
    left, above = np.roll(rows, 1, axis=1), np.roll(rows, 1, axis=0)
    left[:, 0] = above[0] = 0
    filtered = {0: rows, 1: rows - left, 2: rows - above}  # none, Sub, Up: every row alike
    data = min((_deflated(np.insert(r, 0, kind, axis=1).tobytes()) for kind, r in filtered.items()), key=len)
    header = struct.pack(">IIBBBBB", width, height, n_bits, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _deflated(data: bytes) -> bytes:
    streams = []
    for strategy in DEFLATE_STRATEGIES:
        packer = zlib.compressobj(9, zlib.DEFLATED, 15, 9, strategy)
        streams.append(packer.compress(data) + packer.flush())
    return min(streams, key=len)


def _grey(x: Tensor, n_bits: int) -> Bytes:
    return (x[0] * (2**n_bits - 1)).round().to(torch.uint8).numpy()


def _saved(x: Tensor, kind: str, **options: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(_grey(x, 8)).save(file, kind, **options)
    return file.getvalue()


def _opened(file: bytes) -> NDArray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("L")) / 255
