"""Pictures painted by Pillow, to be shown outside the app: their colours and font, crisp digits, QR codes."""

import io

import numpy as np
import segno
from PIL import Image, ImageFont

BACKGROUND, TEXT, MUTED, DIM, ACCENT = "#14131a", "#eceaf4", "#bdb8d0", "#716c85", "#b3a4ff"

Pixels = np.ndarray  # (H, W, 3), 0 to 255


def paste(picture: Image.Image, pixels: Pixels, place: tuple[int, int], side: int) -> None:
    """Put a digit into a picture with its corner at a place, each of its pixels a crisp square."""
    digit = Image.fromarray(pixels.astype(np.uint8)).resize((side, side), Image.Resampling.NEAREST)
    picture.paste(digit, place)


def qr_code(link: str, side: int) -> Image.Image:
    """A link as a QR code; each of its squares is as many whole pixels as fit in a side, at least one."""
    code = segno.make(link, error="l", micro=False)
    file = io.BytesIO()
    code.save(file, kind="png", scale=max(1, side // code.symbol_size(border=4)[0]), border=4)
    return Image.open(file)


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that comes with Pillow."""
    return ImageFont.load_default(size)
