"""The visitor's digit: drawn, picked from the gallery or uploaded; one for all pages."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import numpy as np
import streamlit as st
from torch import Tensor

import vae
from ui import address, canvas, frame, load, pictures, share
from ui.upload import read_picture

FIRST_LABEL = 7
T = TypeVar("T")
_NAMES = {"drawing": "your drawing", "upload": "your picture", "link": "the linked digit"}


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit as the model sees it."""

    image: Tensor  # (1, 28, 28) float32 in [0, 1], ink = 1
    source: str  # "drawing", "gallery", "upload", "link", "ready-made" or "stand-in"
    label: int | None = None  # which digit it is, where that is known
    called: str | None = None  # what to call it, where it is no digit, such as "this star"

    _results: dict[str, Any] = field(default_factory=dict, repr=False)

    def once(self, job: str, compute: Callable[[], T]) -> T:
        """The result of a job on this digit, computed the first time only; it is forgotten with the digit."""
        if job not in self._results:
            self._results[job] = compute()
        return cast(T, self._results[job])

    @property
    def batch(self) -> Tensor:
        """The image as a batch of one, (1, 1, 28, 28)."""
        return self.image[None]

    @property
    def name(self) -> str:
        """What to call it in a sentence: "this 7", "your drawing", "the linked digit"."""
        if self.label is not None:
            return f"this {self.label}"
        return self.called or _NAMES[self.source]

    @property
    def subject(self) -> str:
        """Its name at the start of a sentence."""
        return self.name[:1].upper() + self.name[1:]


def current() -> Digit:
    """The digit that all pages work on: the link's or one from the gallery, until the visitor brings another.

    The address is read once in a visit, so that it never takes the place of what the visitor brought.
    """
    if "digit" not in st.session_state:
        st.session_state["digit"] = _linked() or _stand_in()
    return st.session_state["digit"]


def from_gallery(label: int, turn: int = 0) -> Digit:
    """One held-out digit of a class; turns count through its examples and start again at the end."""
    gallery = load.gallery()
    of_class = (gallery.labels == label).nonzero().flatten()
    return Digit(gallery.images[of_class[turn % len(of_class)]], "gallery", label)


def _stand_in() -> Digit:
    return replace(from_gallery(FIRST_LABEL), source="stand-in")


def _linked() -> Digit | None:
    """The digit in the address, if there is one that can be read."""
    try:
        code = address.code()
        if code is None:
            return None
        linked = Digit(vae.decompress(load.model(), code), "link")
    except ValueError:
        st.session_state["digit_problem"] = (
            f"The link holds no digit that this model can read, so a {FIRST_LABEL} from its gallery stands in"
        )
        return None
    linked.once("link", lambda: address.spelled(code))
    return linked


def choose() -> Digit:
    """Show the three ways to bring a digit, the framed digit under them, and the place to send it from."""
    _bring()
    _say_what_went_wrong()
    framed(current())
    return _send()


def choose_another() -> Digit:
    """The same, folded away, for pages whose own input comes first."""
    above = st.container()
    with st.expander("Use another digit", icon=":material/edit:"):
        _bring()
        framed(current())
    with above:
        _say_what_went_wrong()
        if current().source == "link":
            st.caption(_ORIGIN["link"])
    return _send()


def _bring() -> None:
    draw, pick, upload = st.tabs(["Draw", "Pick", "Upload"])
    with draw:
        st.caption("Draw a digit with mouse, finger or pen.")
        canvas.board("canvas", ink="#ffffff", pens=canvas.PENS, on_change=_drawn)
    with pick:
        _pick()
    with upload:
        _upload()


def _say_what_went_wrong() -> None:
    current()  # the address may be what went wrong
    if problem := st.session_state.get("digit_problem"):
        frame.complain(problem)


def _send() -> Digit:
    """Put the digit in the address, and show the place to send it from."""
    mine, palette = current(), frame.palette()
    text = mine.once("link", lambda: _spelled(mine))
    address.keep(None if mine.source == "stand-in" else text)
    share.show(text, lambda link: _card(mine, link, palette))
    return mine


def _spelled(mine: Digit) -> str | None:
    try:
        return address.spelled(vae.compress(load.model(), mine.image, n_bytes=address.N_BYTES))
    except ValueError:  # too strange for so few bytes
        return None


def _card(mine: Digit, link: str, palette: str) -> bytes:
    from ui import card  # only now, as it needs modules that need this one

    return card.draw(mine, link, palette)


def framed(digit: Digit) -> None:
    """Show a digit as the model sees it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        pictures.show(digit.image, alt=f"{digit.name}, framed in 28 by 28 pixels", width=84)
        st.caption(_ORIGIN[digit.source], width=180)


_ORIGIN = {
    "drawing": "What the model sees: your drawing, cropped, centred and scaled to 28 × 28 pixels.",
    "upload": "What the model sees: your picture, cropped, centred and scaled to 28 × 28 pixels.",
    "ready-made": "What the model sees: a ready-made picture, framed in 28 × 28 pixels as digits are.",
    "link": "This digit came with the link that you opened. Bring your own, and it takes its place.",
    "stand-in": "Until you draw, this 7 stands in: real handwriting, kept out of the model's training.",
    "gallery": "What the model sees: real handwriting, 28 × 28 pixels, kept out of its training.",
}


def _pick() -> None:
    def take(step: int) -> None:
        label = st.session_state["pick_label"]
        turn = st.session_state["pick_turn"] = st.session_state.get("pick_turn", -1) + step
        if label is not None:
            keep(from_gallery(label, turn))

    st.caption("Real handwriting that the model has never seen.")
    st.pills("Which digit?", range(10), key="pick_label", on_change=take, args=(0,))
    st.button("Another one", icon=":material/casino:", on_click=take, args=(1,), key="pick_next")


def _upload() -> None:
    st.caption("A photo or scan of one digit, dark on light or light on dark.")
    st.file_uploader(
        "Picture of a digit",
        type=["png", "jpg", "jpeg", "webp"],
        key="upload",
        on_change=_uploaded,
        label_visibility="collapsed",
        help="PNG, JPEG or WebP, up to 2 MB and 4,096 pixels a side. It is not stored.",
    )


def _drawn(pixels: np.ndarray | None) -> None:
    if pixels is None:
        st.session_state["digit_problem"] = "The canvas is empty; the last digit stays until you draw."
    else:
        _frame(pixels, "drawing")


def _uploaded() -> None:
    file = st.session_state["upload"]
    if file is None:
        return
    try:
        _frame(read_picture(file.getvalue()), "upload")
    except ValueError as error:
        st.session_state["digit_problem"] = str(error)


def _frame(pixels: np.ndarray, source: str) -> None:
    try:
        keep(Digit(vae.frame_drawing(pixels), source))
    except ValueError as error:
        st.session_state["digit_problem"] = str(error)


def keep(digit: Digit) -> None:
    """Make this the digit of all pages; call it in a widget's callback, before the page is drawn."""
    st.session_state["digit"] = digit
    st.session_state["digit_problem"] = None
