"""A place to send the digit from: its link, to copy or to scan, and a picture card."""

from collections.abc import Callable

import segno
import streamlit as st
from torch import Tensor

from ui import address, pictures

_QR_WIDTH = 164


def show(text: str | None, arrives: Tensor | None, card: Callable[[str], bytes]) -> None:
    """Show the button that opens the place.

    Args:
        text: the digit as an address carries it; None = it has no link.
        arrives: what the link rebuilds, (1, 28, 28) in [0, 1]; None = it has no link.
        card: draws the picture card, given the whole link; it is called when the visitor asks for it.
    """
    with st.popover("Send this digit", icon=":material/share:", key="share"):
        if text is None or arrives is None:
            st.markdown("This digit does not fit into a link.")
            return
        link = address.of_this_page(text)
        st.markdown(
            f"Whoever opens this link sees the digit rebuilt from its {address.N_BYTES} bytes, as below. "
            "What is no digit may come out as one."
        )
        pictures.show(arrives, alt="the digit that the link rebuilds", width=84)
        st.code(link, language=None, wrap_lines=True)
        st.image(
            segno.make(link, micro=False).png_data_uri(scale=4, border=4),
            alt="QR code of the link",
            width=_QR_WIDTH,
        )
        st.download_button(
            "Download picture card",
            lambda: card(link),
            "digit-card.png",
            "image/png",
            key="share_card",
            icon=":material/download:",
            on_click="ignore",
            help="The digit, what all five jobs make of it, and the link. It takes a few seconds to draw.",
        )
