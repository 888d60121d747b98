"""Pictures that are pressed: a button below each, which reaches over its picture as well."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from torch import Tensor

from ui.view import pictures

SIDE = 112
# The button's own box stays where it is; what it is pressed on grows to the container around it.
_STYLE = """<style>
[class*="st-key-pressable_"] {
  position: relative;
  :is(.stElementContainer:has(.stButton), .stButton, .stButton *) { position: static; }
  .stButton button::after { content: ""; position: absolute; inset: 0; z-index: 1; }
}
</style>"""


def style() -> None:
    """Let buttons reach over their pictures; call it once on a page that shows some."""
    st.html(_STYLE)


def show(image: Tensor, name: str, *, alt: str, key: str, on_click: Callable[..., Any], args: Any) -> None:
    """Show a picture (1, H, W) in [0, 1]; a press on it or on the name below calls `on_click` with `args`."""
    with st.container(width=SIDE, gap="xsmall", key=f"pressable_{key}"):
        pictures.show(image, alt=alt, width=SIDE)
        st.button(name, key=key, on_click=on_click, args=args, width="stretch")
