"""A place to send the digit from: its link, to copy, to share or to scan, a picture card and a film."""

import base64
from collections.abc import Callable
from pathlib import Path

import segno
import streamlit as st

from ui.digit.film import Film
from ui.shell import address, frame

_QR_WIDTH = 164
_FILM = "shared_film"  # the key of the visitor's latest one, and of the link that it ends with
_FILES = Path(__file__).parent
_CSS = (_FILES / "share.css").read_text(encoding="utf-8")
_send = st.components.v2.component(
    "send_link",
    html="""
    <button class="copy" type="button">Copy link</button>
    <button class="share" type="button" hidden>Share link …</button>
    <span class="said" role="status"></span>
    """,
    css=_CSS,
    js=(_FILES / "share.js").read_text(encoding="utf-8"),
)
_send_film = st.components.v2.component(
    "send_film",
    html="""
    <p class="sentence"></p>
    <button class="share" type="button" hidden>Share film …</button>
    <a class="download" download="digit-film.gif">Download film</a>
    <img class="film" alt="" />
    """,
    css=_CSS,
    js=(_FILES / "share_film.js").read_text(encoding="utf-8"),
)


@st.fragment
def show(text: str | None, card: Callable[[str], bytes], film: Callable[[str], Film]) -> None:
    """Show the button that opens the place; the link is made as it opens, with the page as it is set then.

    Args:
        text: the digit as an address carries it; None = nobody has brought one.
        card: draws the picture card, given the whole link; it is called when the visitor asks for it.
        film: makes the film, likewise.
    """
    place = st.popover("Share", icon=":material/share:", key="share", on_change="rerun")
    if not place.open:
        return
    with place:
        if text is None:
            st.markdown("Draw, pick or upload a digit first: then this page has a link that carries it.")
            return
        link = address.of_this_page(text)
        st.markdown(
            "Whoever opens this link sees this digit exactly as you do, on this page with the settings that "
            "you have chosen. It does not carry what you erased by hand, or which random draw you see."
        )
        _send(key="send_link", data={"link": link})
        _offer_film(link, film)
        st.code(link, language=None, wrap_lines=True)
        with st.container(horizontal=True, vertical_alignment="center"):
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
                help="The digit, what all five jobs make of it, and the link. It takes a few seconds.",
            )


def _offer_film(link: str, film: Callable[[str], Film]) -> None:
    """The button that has the film made, and the film that was made for this link."""
    asked = st.button(
        "Make a film",
        key="share_film",
        icon=":material/movie:",
        help="The digit going through all five jobs, as a moving picture to share. It takes some seconds.",
    )
    if asked:
        with frame.sentence(), st.spinner("All five jobs are at work …"):
            st.session_state[_FILM] = link, film(link)
    of, made = st.session_state.get(_FILM, ("", None))
    if of == link:
        gif = base64.b64encode(made.file).decode()
        _send_film(key="send_film", data={"link": link, "sentence": made.sentence, "gif": gif})
