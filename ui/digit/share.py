"""A place to send the digit from: its link, to copy, to share or to scan, and a picture card."""

from collections.abc import Callable
from pathlib import Path

import segno
import streamlit as st

from ui.shell import address

_QR_WIDTH = 164
_FILES = Path(__file__).parent
_send = st.components.v2.component(
    "send_link",
    html="""
    <button class="copy" type="button">Copy link</button>
    <button class="share" type="button" hidden>Share …</button>
    <span class="said" role="status"></span>
    """,
    css=(_FILES / "share.css").read_text(encoding="utf-8"),
    js=(_FILES / "share.js").read_text(encoding="utf-8"),
)


def show(text: str | None, card: Callable[[str], bytes]) -> None:
    """Show the button that opens the place.

    Args:
        text: the digit as an address carries it; None = nobody has brought one.
        card: draws the picture card, given the whole link; it is called when the visitor asks for it.
    """
    with st.popover("Share", icon=":material/share:", key="share"):
        if text is None:
            st.markdown("Draw, pick or upload a digit first: then this page has a link that carries it.")
            return
        link = address.of_this_page(text)
        st.markdown(
            "Whoever opens this link sees this digit exactly as you do, on this page as you have set it."
        )
        _send(key="send_link", data={"link": link})
        st.code(link, language=None, wrap_lines=True)
        st.image(
            segno.make(link, error="l", micro=False).png_data_uri(scale=4, border=4),
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
