"""Pictures painted by Pillow, to be shown outside the app: their colours and font, crisp digits in them."""

import numpy as np
from PIL import Image, ImageFont

BACKGROUND, TEXT, MUTED, DIM, ACCENT = "#14131a", "#eceaf4", "#bdb8d0", "#716c85", "#b3a4ff"

Pixels = np.ndarray  # (H, W, 3), 0 to 255


def paste(picture: Image.Image, pixels: Pixels, place: tuple[int, int], side: int) -> None:
    """Put a digit into a picture with its corner at a place, each of its pixels a crisp square."""
    digit = Image.fromarray(pixels.astype(np.uint8)).resize((side, side), Image.Resampling.NEAREST)
    picture.paste(digit, place)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with Pillow."""
    return ImageFont.load_default(size)
