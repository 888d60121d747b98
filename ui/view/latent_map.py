"""The latent map: the plane of the first two standard coordinates, decoded under the pointer."""

import math
from pathlib import Path
from typing import Any

import streamlit as st
import torch

from ui import naming
from ui.digit.digit import Digit
from ui.shell import cache, frame, load
from ui.view import pictures, plane, ring, tiles

CLASS_COLOURS = (
    *("#ff9d9a", "#ffd166", "#a5e887", "#6ee7d8", "#8ecbff"),
    *("#c3b1ff", "#ffb3e2", "#ffb27a", "#d9d9d9", "#f4f1a6"),
)
_NAMES = {tiles.UNCLEAR: naming.said(None)} | {str(label): naming.said(label) for label in range(10)}
_FILES = Path(__file__).parent
_HTML = """
<div class="map">
  <canvas class="plane" tabindex="0" role="application" aria-roledescription="map of digits"></canvas>
  <div class="beside">
    <canvas class="decoded" width="28" height="28" role="img" aria-label="The digit at this point"></canvas>
    <div class="words">
      <p class="where" aria-live="polite"></p>
      <div class="legend">
        <p>Dots are real digits. Press a number to see its dots alone.</p>
        <div class="classes" role="group" aria-label="Classes shown"></div>
      </div>
    </div>
  </div>
</div>
"""
_component = st.components.v2.component(
    "latent_map",
    html=_HTML,
    css=(_FILES / "latent_map.css").read_text(encoding="utf-8"),
    js=(_FILES / "latent_map.js").read_text(encoding="utf-8"),
)


def show(mine: Digit, *, key: str, side: int = 420, legend: bool = True) -> tuple[float, float] | None:
    """Show the map with the held-out digits as dots and the visitor's digit, in its ring if it has one.

    Args:
        mine: the digit to mark.
        key: the widget's key.
        side: of the map, in pixels; it shrinks on narrow screens.
        legend: show the classes, as buttons that show their dots alone.

    Returns:
        The standard coordinates that the visitor chose by click, tap or Enter; None until then.
    """
    return _checked(_map(mine, key, side, legend).point)


def _map(mine: Digit, key: str, side: int, legend: bool) -> Any:
    """The component itself and what it reports; the browser loads the tiles by their address."""
    sheet = tiles.sheet()
    return _component(
        key=key,
        data={
            "n": tiles.N_TILES,
            "extent": tiles.EXTENT,
            "tiles": {
                "url": sheet.url,
                "labels": sheet.labels,
                "names": _NAMES,
                "clear": naming.CLEAR,
                "unclear": tiles.UNCLEAR,
            },
            "side": side,
            "legend": legend,
            "dots": _dots(),
            "colours": CLASS_COLOURS,
            "centre": plane.point_of(mine.image),
            "chosen": _checked(st.session_state.get(key, {}).get("point")),
            "ring": ring.around(mine.image),
            "palette": pictures.palette_table(frame.palette()).tolist(),
            "label": f"Map of digits in two numbers, {mine.name} marked. Move with the arrow keys, "
            "choose with Enter.",
        },
        on_point_change=lambda: None,
    )


def _checked(point: Any) -> tuple[float, float] | None:
    """A point from the browser, if it is one."""
    if not isinstance(point, list) or len(point) != 2:
        return None
    if not all(isinstance(u, (int, float)) and math.isfinite(u) for u in point):
        return None
    u, v = (min(max(float(u), -tiles.EXTENT), tiles.EXTENT) for u in point)
    return u, v


@cache.for_good
def _dots() -> list[list[float]]:
    """The held-out digits: u1, u2 and class."""
    labels = load.gallery().labels[:, None]
    return torch.cat([plane.of_gallery(), labels], dim=1).round(decimals=3).tolist()
