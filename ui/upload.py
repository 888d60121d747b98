"""From a file of unknown origin to pixels: everything is checked before anything is decoded."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps

FORMATS = ("PNG", "JPEG", "WEBP")
MAX_BYTES = 10 * 2**20
MIN_SIDE, MAX_SIDE = 8, 4096


def read_picture(data: bytes) -> np.ndarray:
    """Decode one still picture.

    Args:
        data: a PNG, JPEG or WebP file; its content counts, not its name.

    Returns:
        uint8 (H, W, 4), upright.

    Raises:
        ValueError: too many bytes, another format, animated, sides outside 8 to 4096 pixels, or damaged.
    """
    if len(data) > MAX_BYTES:
        raise ValueError("The file is larger than 10 MB; choose a smaller picture.")
    picture = _open(data)
    if not MIN_SIDE <= min(picture.size) <= max(picture.size) <= MAX_SIDE:
        width, height = picture.size
        raise ValueError(
            f"The picture is {width} × {height} pixels; each side must have {MIN_SIDE} to {MAX_SIDE}."
        )
    if getattr(picture, "is_animated", False):
        raise ValueError("The picture is animated; choose one that stands still.")
    try:
        return np.asarray(ImageOps.exif_transpose(picture).convert("RGBA"))
    except Exception as error:  # Pillow raises a dozen kinds on damaged files
        raise ValueError("The picture is damaged and cannot be read.") from error


def _open(data: bytes) -> Image.Image:
    """Read the header alone."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise ValueError(f"The picture is far too large; each side may have {MAX_SIDE} pixels.") from error
    except Exception as error:
        raise ValueError("The file is not a PNG, JPEG or WebP picture.") from error
