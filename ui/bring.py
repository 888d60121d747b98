"""The ways to bring a digit, by drawing, from the gallery, by upload or camera, and where to send it from."""

import numpy as np
import streamlit as st
from torch import Tensor

import vae
from ui import address, canvas, card, digit, frame, load, photo, pictures, share
from ui.digit import Digit


def choose() -> Digit:
    """Show the four ways to bring a digit, the framed digit under them, and the place to send it from."""
    _bring()
    _say_what_went_wrong()
    _framed(digit.current())
    return _send()


def choose_another() -> Digit:
    """The same, folded away, for pages whose own input comes first."""
    above = st.container()
    with st.expander("Use another digit", icon=":material/edit:"):
        _bring()
        _framed(digit.current())
    with above:
        _say_what_went_wrong()
        if digit.current().source == "link":
            st.caption(_ORIGIN["link"])
    return _send()


def _bring() -> None:
    draw, pick, upload, camera = st.tabs(["Draw", "Pick", "Upload", "Camera"])
    with draw:
        st.caption("Draw a digit with mouse, finger or pen.")
        canvas.board("canvas", ink="#ffffff", pens=canvas.PENS, on_change=_drawn)
    with pick:
        _pick()
    with upload:
        photo.upload()
    with camera:
        photo.camera()
    photo.way()


def _say_what_went_wrong() -> None:
    digit.current()  # the address may be what went wrong
    if problem := st.session_state.get("digit_problem"):
        frame.complain(problem)


def _send() -> Digit:
    """Put the digit in the address, and show the place to send it from."""
    mine, palette = digit.current(), frame.palette()
    text = mine.once("link", lambda: _spelled(mine))
    address.keep(None if mine.source == "stand-in" else text)
    arrives = mine.once("arrives", lambda: _decoded(text))
    share.show(text, arrives, lambda link: card.draw(mine, link, palette))
    return mine


def _spelled(mine: Digit) -> str | None:
    try:
        return address.spelled(vae.compress(load.model(), mine.image, n_bytes=address.N_BYTES))
    except ValueError:  # too strange for so few bytes
        return None


def _decoded(text: str | None) -> Tensor | None:
    return None if text is None else vae.decompress(load.model(), address.read(text))


def _framed(mine: Digit) -> None:
    """Show a digit as the model sees it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pictures.show(mine.image, alt=f"{mine.name}, framed in 28 by 28 pixels", width=84)
        st.caption(_ORIGIN[mine.source], width=180)


_ORIGIN = {
    "drawing": "What the model sees: your drawing, cropped, centred and scaled to 28 × 28 pixels.",
    "upload": "What the model sees: your picture, cropped, centred and scaled to 28 × 28 pixels.",
    "ready-made": "What the model sees: a ready-made picture, framed in 28 × 28 pixels as digits are.",
    "link": f"This digit came with the link that you opened, rebuilt from the {address.N_BYTES} bytes in it. "
    "Bring your own, and it takes its place.",
    "stand-in": "Until you draw, this 7 stands in: real handwriting, kept out of the model's training.",
    "gallery": "What the model sees: real handwriting, 28 × 28 pixels, kept out of its training.",
}


def _pick() -> None:
    def take(step: int) -> None:
        chosen = (st.session_state["pick_label"], digit.current().label, digit.FIRST_LABEL)
        label = next(label for label in chosen if label is not None)
        turn = st.session_state["pick_turn"] = st.session_state.get("pick_turn", 0) + step
        digit.keep(digit.from_gallery(label, turn))

    st.caption("Real handwriting that the model has never seen.")
    st.pills("Which digit?", range(10), key="pick_label", on_change=take, args=(0,))
    st.button("Another one", icon=":material/casino:", on_click=take, args=(1,), key="pick_next")


def _drawn(pixels: np.ndarray | None) -> None:
    if pixels is None:
        st.session_state["digit_problem"] = "The canvas is empty; the last digit stays until you draw."
    else:
        _frame(pixels, "drawing")


def _frame(pixels: np.ndarray, source: str) -> None:
    try:
        digit.keep(Digit(vae.frame_drawing(pixels), source))
    except ValueError as error:
        st.session_state["digit_problem"] = str(error)
