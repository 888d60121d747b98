"""From a file of unknown origin to pixels: everything is checked before anything is decoded."""

import io
import math
import warnings

import numpy as np
from PIL import Image, ImageOps

from ui.formats import png_strips
from ui.formats.shrink import shrunk
from vae.checks import InputError

FORMATS = ("PNG", "JPEG", "WEBP", "AVIF")
NAMES = "PNG, JPEG, WebP or AVIF"
MEGA = 1_000_000
MAX_BYTES = 20 * 2**20
MAX_MEGAPIXELS = 50
MIN_SIDE = 8
ENOUGH = 2048  # pixels a side; larger pictures are made smaller by a whole factor
MAX_DECODED_BYTES = 145 * MEGA  # with the file itself
DECODED_BYTES = {"WEBP": 16, "AVIF": 11.7}  # a pixel, measured; these two decode at full size only
PILLOW_BYTES = {"1": 2, "L": 2, "P": 2, "I;16": 2.8}  # a pixel in each mode, measured; 5 in all others
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")


def read_picture(data: bytes) -> np.ndarray:
    """Decode one still picture, made smaller while it is decoded where it is large.

    Args:
        data: a PNG, JPEG, WebP or AVIF file, or the MPO of phone cameras, of which the first frame counts;
            its content matters, not its name.

    Returns:
        uint8 (H, W, 4), upright, at most 2048 pixels a side; 16 bits scaled to 8.

    Raises:
        InputError: too many bytes or pixels, another format, animated, a side below 8 pixels, or damaged.
    """
    if len(data) > MAX_BYTES:
        raise InputError(f"The file is larger than {MAX_BYTES // 2**20} MB; choose a smaller picture.")
    picture = _open(data)
    _check_size(*picture.size)
    if picture.format != "MPO" and getattr(picture, "is_animated", False):
        raise InputError("The picture is animated; choose one that stands still.")
    try:
        return np.asarray(_decoded(picture, data).convert("RGBA"))
    except _TooLargeError as error:
        raise InputError(
            "The picture takes too much memory in the way it was saved; save it smaller, or as a plain JPEG."
        ) from error
    except Exception as error:  # Pillow raises a dozen kinds on damaged files
        raise InputError("The picture is damaged and cannot be read.") from error


class _TooLargeError(Exception):
    """Decoding the picture would take too much memory."""


def _open(data: bytes) -> Image.Image:
    """Read the header alone."""
    if data[4:8] == b"ftyp" and data[8:12] in HEIF_BRANDS:
        raise InputError(
            "This is a HEIC picture, which cannot be read here: save or share it as JPEG, or set the camera "
            "to its most compatible format."
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise InputError(_too_many_pixels()) from error
    except Exception as error:
        raise InputError(f"The file is not a {NAMES} picture.") from error


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_MEGAPIXELS * MEGA:
        raise InputError(_too_many_pixels())
    if min(width, height) < MIN_SIDE:
        raise InputError(
            f"The picture is {width} × {height} pixels; each side must have at least {MIN_SIDE}."
        )


def _too_many_pixels() -> str:
    return f"The picture has more than {MAX_MEGAPIXELS} million pixels; choose a smaller one."


def _decoded(picture: Image.Image, data: bytes) -> Image.Image:
    """The picture upright, at most ENOUGH pixels a side."""
    whole, times = picture.size, math.ceil(max(picture.size) / ENOUGH)
    picture.draft(None, (whole[0] // times, whole[1] // times))  # only JPEG's decoder can
    if len(data) + _bytes_needed(picture, math.prod(whole)) <= MAX_DECODED_BYTES:
        small = shrunk(picture, math.ceil(max(picture.size) / ENOUGH))
    elif png_strips.can_be_read_in_strips(data):
        small = png_strips.read_reduced(data, times)
        small.info = picture.info
    else:
        raise _TooLargeError
    return ImageOps.exif_transpose(small)


def _bytes_needed(picture: Image.Image, whole: int) -> float:
    """What decoding takes; of a progressive JPEG all numbers are held, two bytes each, whatever its draft."""
    a_pixel = DECODED_BYTES.get(picture.format or "", PILLOW_BYTES.get(picture.mode, 5))
    needed = a_pixel * math.prod(picture.size)
    if "progressive" in picture.info:
        areas = [across * down for _, across, down, _ in picture.layer]  # type: ignore[attr-defined]
        needed += 2 * whole * sum(areas) // max(areas)
    return needed
