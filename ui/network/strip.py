"""The network in one line, live in the browser: it follows the pen on the board beside it."""

import streamlit as st

from ui.digit.digit import Digit
from ui.network import component_data, scripts
from vae.checks import SIDE

_component = st.components.v2.component(
    "strip",
    html=scripts.page("strip"),
    css=scripts.read("strip.css"),
    js=scripts.with_worker("paint", "framing", "thinking", "bars", "maps", "strip"),
)


def show(mine: Digit, *, key: str, board: str = "canvas") -> None:
    """Show a digit, what encoder and decoder make of it, and its code; nothing is reported to the server.

    Args:
        mine: the digit.
        key: the component's key.
        board: the name of the board whose pen is followed (`ui.digit.canvas`).

    Raises:
        InputError: the browser's weights are missing or belong to other weights.
    """
    strokes = mine.strokes if mine.source == "drawing" else []
    _component(
        key=key,
        data={
            **component_data.about(mine),
            "name": mine.subject,
            "strokes": [(SIDE * stroke.points).tolist() for stroke in strokes],
            "board": f"board_{board}",
        },
    )
