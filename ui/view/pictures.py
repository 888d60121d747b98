"""Digits as crisp pictures in the visitor's palette: singles, strips, differences, heat and hidden parts."""

import base64
import io
from collections.abc import Sequence

import numpy as np
import plotly.colors
import streamlit as st
from PIL import Image
from torch import Tensor

from ui.shell import cache, frame

Scale = str | list[tuple[float, str]]

SCALES: dict[str, Scale] = {
    "viridis": "Viridis",
    "magma": "Magma",
    "cividis": "Cividis",
    "grey": [(0, "#000000"), (1, "#ffffff")],
}
SIGNED: Scale = [(0, "#4aa3ff"), (0.5, "#0d0c12"), (1, "#ffa040")]
HEAT: Scale = [(0, "#0d0c12"), (0.4, "#8c2981"), (0.75, "#fe6f5c"), (1, "#fcfdbf")]
HIDDEN = np.array([122, 118, 140], np.uint8)


def show(image: Tensor, *, alt: str, width: int = 140, caption: str | None = None) -> None:
    """Show values in [0, 1], (1, H, W) or (H, W), in the visitor's palette, `width` pixels wide."""
    _show(colours(image), alt=alt, width=width, caption=caption)


def strip(
    images: Sequence[Tensor] | Tensor,
    *,
    alts: Sequence[str],
    captions: Sequence[str] | None = None,
    width: int = 84,
) -> None:
    """Show pictures side by side; they wrap where the screen is narrow."""
    with st.container(horizontal=True, gap="xsmall"):
        for i, image in enumerate(images):
            show(image, alt=alts[i], width=width, caption=captions[i] if captions else None)


def sheet(images: Tensor, n_columns: int) -> Tensor:
    """Many digits (n, 1, 28, 28) as one picture (1, H, W), row by row; n is a multiple of n_columns."""
    rows = images.unflatten(0, (-1, n_columns))[:, :, 0].permute(0, 2, 1, 3)
    return rows.reshape(1, rows.shape[0] * rows.shape[1], -1)


def difference(
    ours: Tensor, truth: Tensor, *, alt: str, width: int = 140, caption: str | None = None
) -> None:
    """Show ours minus truth: orange where ink was added, blue where it was lost, black where they agree."""
    _show(_coloured(_pixels(ours - truth) / 2 + 0.5, SIGNED), alt=alt, width=width, caption=caption)


def heat(values: Tensor, *, alt: str, highest: float, width: int = 140, caption: str | None = None) -> None:
    """Show a map of values (28, 28) or (1, 28, 28) from black at 0 to bright at `highest`."""
    _show(_coloured(_pixels(values) / highest, HEAT), alt=alt, width=width, caption=caption)


def heat_over(
    values: Tensor, image: Tensor, *, alt: str, highest: float, width: int = 140, caption: str | None = None
) -> None:
    """Show a map of values over the digit that it belongs to, whose ink shines through in grey."""
    _show(warmed(values, image, highest), alt=alt, width=width, caption=caption)


def partly_hidden(
    image: Tensor, observed: Tensor, *, alt: str, width: int = 140, caption: str | None = None
) -> None:
    """Show a digit with its unknown pixels greyed out."""
    _show(veiled(image, observed), alt=alt, width=width, caption=caption)


def veiled(image: Tensor, observed: Tensor, palette: str | None = None) -> np.ndarray:
    """A digit as uint8 RGB (H, W, 3) in a palette, or the visitor's, its unknown pixels grey."""
    return np.where(_pixels(observed)[..., None].astype(bool), colours(image, palette), HIDDEN)


def colours(image: Tensor, palette: str | None = None) -> np.ndarray:
    """Values in [0, 1], (1, H, W) or (H, W), as uint8 RGB (H, W, 3) in a palette, or the visitor's."""
    return palette_table(palette or frame.palette())[_steps(_pixels(image))]


def warmed(values: Tensor, image: Tensor, highest: float) -> np.ndarray:
    """A map of values over the digit that it belongs to, as RGB (H, W, 3) from 0 to 255."""
    ink = 0.6 * 255 * _pixels(image)[..., None]
    share = np.clip(_pixels(values) / highest, 0, 1)
    warm = share[..., None]
    return ink * (1 - warm) + _coloured(share, HEAT) * warm


def address(pixels: np.ndarray, width: int) -> str:
    """A data URL of pixels (H, W, 3), to be shown `width` wide."""
    return "data:image/png;base64," + base64.b64encode(png(pixels, width)).decode()


def png(pixels: np.ndarray, width: int) -> bytes:
    """A PNG file of pixels (H, W, 3), each a crisp square, at twice `width` for sharp screens."""
    scale = max(1, round(2 * width / pixels.shape[1]))
    picture = Image.fromarray(pixels.astype(np.uint8))
    buffer = io.BytesIO()
    picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST).save(
        buffer, "PNG"
    )
    return buffer.getvalue()


@cache.for_good
def palette_table(name: str) -> np.ndarray:
    """The 256 colours of a palette, uint8 (256, 3)."""
    return _table(SCALES[name])


def _show(pixels: np.ndarray, *, alt: str, width: int, caption: str | None) -> None:
    """As a data URL, which is passed on untouched: files are shrunk smoothly and turned into JPEG."""
    st.image(address(pixels, width), caption=caption, width=width, alt=alt)


def _pixels(image: Tensor) -> np.ndarray:
    """(1, H, W) or (H, W) -> (H, W)."""
    return image.reshape(image.shape[-2:]).numpy()


def _steps(values: np.ndarray) -> np.ndarray:
    return np.clip(values * 255 + 0.5, 0, 255).astype(int)


def _coloured(values: np.ndarray, scale: Scale) -> np.ndarray:
    return _table(scale)[_steps(values)]


def _table(scale: Scale) -> np.ndarray:
    stops = plotly.colors.get_colorscale(scale) if isinstance(scale, str) else scale
    places = [place for place, _ in stops]
    channels = np.array([list(bytes.fromhex(colour[1:])) for _, colour in stops]).T
    steps = np.linspace(0, 1, 256)
    return (
        np.stack([np.interp(steps, places, channel) for channel in channels], axis=1).round().astype(np.uint8)
    )
