"""A drawing board that survives reruns and page changes.

The browser forgets its canvas when the page changes, so every stroke is mirrored in session state. A canvas
starts from `start`, which must not change while it is mounted; to show something else, it is mounted anew
under another key.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from ui import frame
from ui.upload import read_picture

SIDE = 280
PENS = {"Thin": 12, "Medium": 18, "Thick": 26}
_LONGEST_HISTORY = 40


class Drawing(NamedTuple):
    """The board after one stroke."""

    strokes: dict[str, Any]
    png: bytes


@dataclass
class Board:
    """What one canvas shows, and every step that led there."""

    visit: int  # the page visit in which it was last shown
    about: object = None
    paper: bytes | None = None
    mounts: int = 0
    start: dict[str, Any] | None = None
    history: list[Drawing] = field(default_factory=list)

    def mount_anew(self) -> None:
        """Let the browser build the canvas again from the last step."""
        self.mounts += 1
        self.start = self.history[-1].strokes if self.history else None

    def pixels(self) -> np.ndarray | None:
        """What is drawn, uint8 (SIDE, SIDE, 4), or None on an empty board."""
        return read_picture(self.history[-1].png) if self.history else None


def board(
    name: str,
    *,
    ink: str,
    pens: dict[str, int],
    on_change: Callable[[np.ndarray | None], None] | None = None,
    paper: bytes | None = None,
    about: object = None,
) -> np.ndarray | None:
    """Show a board with its pens, Undo and Clear.

    Args:
        name: boards of one name are one board, whatever page they are on.
        ink: the pen's colour in CSS.
        pens: the pens to choose from, label -> width in pixels; the second is ready to hand.
        on_change: called with the new pixels (SIDE, SIDE, 4) after a stroke, Undo or Clear; None = empty.
        paper: a PNG file to draw on; black where there is none. The paper is not part of the pixels, and
            what is drawn stays when the paper changes.
        about: what the drawing belongs to; another one empties the board.

    Returns:
        uint8 (SIDE, SIDE, 4), or None on an empty board.
    """
    state = _state(name, about, paper)
    pen = st.session_state.get(f"{name}_pen") or list(pens)[1]
    result = st_canvas(
        stroke_width=pens[pen],
        stroke_color=ink,
        background_color="" if paper else "#000000",
        background_image=paper,
        width=SIDE,
        height=SIDE,
        initial_drawing=state.start,
        return_image_data=True,
        key=f"{name}_{state.mounts}",
    )
    on_change = on_change or (lambda pixels: None)
    _take(state, result, on_change)
    _tools(name, state, pens, on_change)
    return state.pixels()


def _state(name: str, about: object, paper: bytes | None) -> Board:
    visit = st.session_state["visit"]
    state: Board = st.session_state.setdefault(name, Board(visit, about, paper))
    if state.about is not about:
        state.history.clear()
    if state.visit != visit or state.about is not about or state.paper != paper:
        state.visit, state.about, state.paper = visit, about, paper
        state.mount_anew()
    return state


def _take(state: Board, result: Any, on_change: Callable[[np.ndarray | None], None]) -> None:
    """Mirror what the browser sent, if it is new."""
    try:
        strokes, png = _checked(result)
    except ValueError as error:
        frame.complain(str(error))
        return
    known = state.history[-1].strokes if state.history else None
    if png is None or strokes == known or not (strokes["objects"] or state.history):
        return
    if strokes["objects"]:
        state.history = [*state.history[1 - _LONGEST_HISTORY :], Drawing(strokes, png)]
    else:
        state.history.clear()
    on_change(state.pixels())


def _checked(result: Any) -> tuple[dict[str, Any], bytes | None]:
    """What a browser sent, if a canvas can have sent it."""
    try:
        strokes, png = result.json_data, result.image_bytes
        is_drawing = isinstance(strokes["objects"], list)
        is_board = png is None or read_picture(png).shape == (SIDE, SIDE, 4)
    except (TypeError, KeyError, AttributeError, ValueError) as error:
        raise ValueError("What the canvas sent cannot be read, so the digit stays as it was.") from error
    if not (is_drawing and is_board):
        raise ValueError("What the canvas sent is no drawing of its size, so the digit stays as it was.")
    return strokes, png


def _tools(
    name: str, state: Board, pens: dict[str, int], on_change: Callable[[np.ndarray | None], None]
) -> None:
    def step_back(steps: int) -> None:
        del state.history[-steps:]
        state.mount_anew()
        on_change(state.pixels())

    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width=SIDE):
        st.button(
            "Undo",
            icon=":material/undo:",
            key=f"{name}_undo",
            on_click=step_back,
            args=(1,),
            disabled=not state.history,
            width="stretch",
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key=f"{name}_clear",
            on_click=step_back,
            args=(len(state.history),),
            disabled=not state.history,
            width="stretch",
        )
    st.segmented_control(
        "Pen",
        list(pens),
        default=list(pens)[1],
        required=True,
        key=f"{name}_pen",
        persist_state="session",
        label_visibility="collapsed",
        width=SIDE,
    )
