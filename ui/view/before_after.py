"""Two pictures of one digit in one frame, with a line to drag between them.

Neither the line, nor the slider that paints the left picture, nor the film on the right calls the server.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st
from torch import Tensor

from ui.view import pictures

_FILES = Path(__file__).parent
_HTML = """
<div class="pair">
  <div class="frame">
    <img class="after" draggable="false" alt="">
    <img class="before" draggable="false" alt="">
    <div class="line"></div>
    <input class="divider" type="range" min="0" max="100" step="1" value="50">
  </div>
  <div class="words">
    <span class="of-before"></span>
    <button class="play" type="button">Play</button>
    <span class="of-after"></span>
  </div>
</div>
"""
_component = st.components.v2.component(
    "before_after",
    html=_HTML,
    css=(_FILES / "before_after.css").read_text(encoding="utf-8"),
    js=(_FILES / "before_after.js").read_text(encoding="utf-8"),
)


class Side(NamedTuple):
    """What is seen on one side of the line."""

    image: Tensor  # (1, H, W) in [0, 1]
    alt: str
    words: str  # under the picture


def show(
    before: Side,
    after: Side,
    *,
    label: str,
    key: str,
    width: int,
    slider: str | None = None,
    at_its_steps: Sequence[Tensor] = (),
    film: Sequence[Side] = (),
) -> None:
    """Show one picture left of a line and another one right of it.

    Args:
        before: left of the line.
        after: right of the line.
        label: what the line does, for those who cannot see it; arrow keys move it.
        key: the widget's key; under one key the line stays where the visitor left it.
        width: in pixels; it shrinks on narrow screens.
        slider: the key of the slider that paints the picture on the left while it is dragged.
        at_its_steps: that picture, (1, H, W) in [0, 1], at each of the slider's steps.
        film: what the picture on the right came from, from the first step on, to be played on a press.
    """
    data: dict[str, Any] = {
        "label": label,
        "width": width,
        "slider": slider,
        "steps": [_address(it) for it in at_its_steps],
        "film": [{"src": _address(it.image), "words": it.words} for it in film],
    }
    for name, side in (("before", before), ("after", after)):
        data[name] = {"src": _address(side.image), "alt": side.alt, "words": side.words}
    _component(key=key, data=data)


def _address(image: Tensor) -> str:
    """A data URL with one pixel for each value; the browser enlarges it."""
    return pictures.address(pictures.colours(image), image.shape[-1] // 2)
