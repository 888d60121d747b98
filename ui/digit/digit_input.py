"""The ways to bring a digit, by drawing, from the gallery, by upload or camera, and where to send it from."""

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from ui.digit import canvas, card, current, film, photo, share
from ui.digit.digit import Digit, from_gallery, from_strokes
from ui.formats import fabric
from ui.formats.fabric import Stroke
from ui.shell import address, frame, load
from ui.view import pictures

_FRAMED, _CHIP = 84, 44  # pixels
_WAYS = "ways"  # key of the popover
_DRAWN = ("drawing", "link")  # sources whose strokes lie on the board
_LARGEST_DOT = 0.05  # of the board's side


def choose() -> Digit:
    """Show the four ways to bring a digit, the framed digit under them, and the place to send it from."""
    current.begin()
    _bring()
    _say_what_went_wrong()
    _framed(current.digit())
    return _send()


def chip(place: DeltaGenerator) -> Digit:
    """Show the current digit, small, and the button that opens the same four ways over the page."""
    current.begin()
    with place, st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        framed = st.container(width=_CHIP)
        over = st.popover("Change", icon=":material/edit:", key=_WAYS, on_change=_reopen)
        with over.container(width=frame.INPUT_WIDTH):
            _bring()
            if over.open:
                _say_what_went_wrong()
            if words := current.said():
                st.caption(words)
            st.button("Done", key="ways_done", on_click=_close, width="stretch")
        mine = _send()
    with framed:
        _picture(mine, _CHIP)
    if not over.open:
        _say_what_went_wrong()
    if mine.source == "link":
        st.caption(_ORIGIN["link"])
    return mine


def _reopen() -> None:
    """The browser forgets a board when the popover closes, so one that opens shows what it held."""
    if st.session_state[_WAYS]:
        canvas.show_again("canvas")


def _close() -> None:
    st.session_state[_WAYS] = False


def _bring() -> None:
    draw, pick, upload, camera = st.tabs(["Draw", "Pick", "Upload", "Camera"])
    with draw:
        is_new = current.digit().source == "stand-in"
        board = canvas.board("canvas", ink="#ffffff", pens=fabric.PENS, invites=is_new)
        if board.take_change():
            _take(board.strokes)
        if board.strokes and current.digit().source not in _DRAWN and not current.said():
            st.caption(f"The board keeps your drawing; {current.digit().name} is in use until you draw more.")
    with pick, frame.sentence():
        _pick()
    with upload:
        photo.upload()
    with camera:
        photo.camera()
    photo.way()


def _say_what_went_wrong() -> None:
    if problem := current.problem():
        frame.complain(problem)


def _send() -> Digit:
    """Put the digit in the address, and show the place to send it from."""
    mine, palette = current.digit(), frame.palette()
    address.keep(mine.text)
    with st.container(width="content"):
        share.show(
            mine.text, lambda link: card.draw(mine, link, palette), lambda link: film.to_share(mine, link)
        )
    return mine


def _framed(mine: Digit) -> None:
    """Show a digit as the model sees it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _picture(mine, _FRAMED)
        st.caption(current.said() or _ORIGIN[mine.source], width=180)


def _picture(mine: Digit, width: int) -> None:
    address = pictures.address(pictures.colours(mine.image), _FRAMED)
    st.image(address, width=width, alt=f"{mine.name}, framed in 28 by 28 pixels")


_ORIGIN = {
    "drawing": "What the model sees: your drawing, cropped, centred and scaled to 28 × 28 pixels.",
    "upload": "What the model sees: your picture, cropped, centred and scaled to 28 × 28 pixels.",
    "ready-made": "What the model sees: a ready-made picture, framed in 28 × 28 pixels as digits are.",
    "link": "This came with the link in the address bar. To draw another, clear the board first.",
    "stand-in": "An example until you draw: a real handwritten 7 that the model never saw in training.",
    "gallery": "What the model sees: real handwriting, 28 × 28 pixels, never used in its training.",
}


def _pick() -> None:
    def press() -> None:
        """Take a digit of the pressed class: its next one where the press let go of it."""
        again = st.session_state["pick_label"] is None
        if again:
            st.session_state["pick_label"] = st.session_state.get("picked")
        st.session_state["picked"] = st.session_state["pick_label"]
        take(int(again))

    def take(step: int) -> None:
        chosen = (st.session_state["pick_label"], current.digit().label, current.FIRST_LABEL)
        label = next(label for label in chosen if label is not None)
        turn = st.session_state["pick_turn"] = st.session_state.get("pick_turn", 0) + step
        current.keep(from_gallery(label, turn))

    load.gallery()  # without it there is nothing to pick
    st.caption("Real handwriting that the model has never seen.")
    st.pills("Which digit?", range(10), key="pick_label", on_change=press)
    st.button("Another one", icon=":material/casino:", on_click=take, args=(1,), key="pick_next")


def _take(strokes: list[Stroke]) -> None:
    """Make what is drawn on the board the current digit, if it is more than a dot."""
    if not strokes:
        current.remark("The board is empty; this digit stays until you draw another one.")
    elif np.ptp(np.concatenate([each.points for each in strokes]), axis=0).max() < _LARGEST_DOT:
        current.remark("You drew no more than a dot, so this digit stays until you draw more.")
    else:
        current.keep(from_strokes(strokes))
