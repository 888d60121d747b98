"""Moving pictures as GIF files."""

import base64
import io
from collections.abc import Sequence

from PIL import Image


def gif(pictures: Sequence[Image.Image], ms: Sequence[int]) -> bytes:
    """A GIF file that plays for ever.

    Args:
        pictures: of one size, in one palette (mode "P") for a small file; at least two.
        ms: how long each one stands, in milliseconds, a multiple of 10.
    """
    first, *others = pictures
    file = io.BytesIO()
    first.save(file, "GIF", save_all=True, append_images=others, duration=list(ms), loop=0)
    return file.getvalue()


def address(file: bytes) -> str:
    """A data URL of a GIF file, which lasts as long as the page shows it, unlike a file of the server's."""
    return f"data:image/gif;base64,{base64.b64encode(file).decode()}"
