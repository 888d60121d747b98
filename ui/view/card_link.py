"""Cards that are links: the link at the top of one reaches over all of it, but for what in it is used."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.shell import frame

# The link's own box stays where it is; what it is pressed on grows to the card around it.
_STYLE = """<style>
[class*="st-key-card_"] {
  position: relative;
  :is(.stElementContainer:has(.stPageLink), .stPageLink, .stPageLink *) { position: static; }
  .stPageLink a::after { content: ""; position: absolute; inset: 0; z-index: 1; border-radius: inherit; }
  &:has(a:hover), &:has(a:focus-visible) { outline: 2px solid var(--st-primary-color, #6046e0); }
  .st-key-%s { position: relative; z-index: 2; }
}
</style>"""


def style(used: str) -> None:
    """Let links reach over their cards; call it once on a page that shows some.

    Args:
        used: key of the widget in a card that a press on it is meant for.
    """
    st.html(_STYLE % used)


def begin(cell: DeltaGenerator, path: str, title: str) -> DeltaGenerator:
    """Put a card into a cell of a grid, which leads to a page; returns the place for what it shows."""
    name = path.rpartition("/")[2].partition(".")[0]
    card = cell.container(key=f"card_{name}", gap="small")
    with card:
        frame.link(path, f"**{title}**")
    return card
