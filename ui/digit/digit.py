"""The visitor's digit, one for all pages, and the text by which an address brings exactly it back."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import streamlit as st
from torch import Tensor

import vae
from ui.digit import canvas, letters_and_shapes, picture_code, stroke_code
from ui.digit.fabric import Stroke
from ui.shell import address, load

FIRST_LABEL = 7
T = TypeVar("T")
_NAMES = {"drawing": "your drawing", "upload": "your picture"}


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit as the model sees it."""

    image: Tensor  # (1, 28, 28) float32 in [0, 1], ink = 1
    source: str  # "drawing", "gallery", "upload", "link", "ready-made" or "stand-in"
    label: int | None = None  # which digit it is, where that is known
    called: str | None = None  # what to call it otherwise, such as "this star"
    text: str | None = None  # what an address carries to bring it back; None = nothing

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
        """What to call it in a sentence: "this 7", "your drawing", "this star"."""
        if self.label is not None:
            return f"this {self.label}"
        return self.called or _NAMES[self.source]

    @property
    def subject(self) -> str:
        """Its name at the start of a sentence."""
        return self.name[:1].upper() + self.name[1:]


def current() -> Digit:
    """The digit that all pages work on: the address's, or a gallery's, until the visitor brings another.

    The address is read once in a visit, so that it never takes the place of what the visitor brought.
    """
    if "digit" not in st.session_state:
        st.session_state["digit"] = _in_address() or replace(
            from_gallery(FIRST_LABEL), source="stand-in", text=None
        )
    return st.session_state["digit"]


def keep(digit: Digit) -> None:
    """Make this the digit of all pages; call it in a widget's callback, before the page is drawn."""
    st.session_state["digit"] = digit
    st.session_state["digit_problem"] = None


def from_strokes(strokes: Sequence[Stroke]) -> Digit:
    """A drawing. The model sees the strokes as a link carries them, and so the same at its other end.

    Raises:
        InputError: nothing but a dot.
    """
    text = stroke_code.written(strokes)
    if text is None:
        return from_picture(_framed(strokes), "drawing")
    return Digit(_framed(stroke_code.read(text)), "drawing", text=address.signed("pen", text))


def from_picture(image: Tensor, source: str, *, called: str | None = None) -> Digit:
    """A framed picture (1, 28, 28), with its grey values as a link carries them."""
    text = picture_code.written(image)
    return Digit(picture_code.read(text), source, called=called, text=address.signed("picture", text))


def from_gallery(label: int, turn: int = 0) -> Digit:
    """One held-out digit of a class; turns count through its examples and start again at the end."""
    of_class = (load.gallery().labels == label).nonzero().flatten().tolist()
    return _of_gallery(of_class[turn % len(of_class)])


def ready_made(name: str) -> Digit:
    """A letter or shape of `letters_and_shapes`."""
    text = address.signed("shape", name)
    return Digit(
        letters_and_shapes.picture(name), "ready-made", called=letters_and_shapes.called(name), text=text
    )


def _of_gallery(i: int) -> Digit:
    gallery = load.gallery()
    text = address.signed("gallery", str(i))
    return Digit(gallery.images[i], "gallery", int(gallery.labels[i]), text=text)


def _framed(strokes: Sequence[Stroke]) -> Tensor:
    return vae.frame_strokes([stroke.points for stroke in strokes], pen=[stroke.pen for stroke in strokes])


def _in_address() -> Digit | None:
    """The digit in the address, if there is one that can be read; strokes are put on the board."""
    try:
        text = address.text()
        if text is None:
            return None
        return replace(_read(text), source="link", text=text)
    except ValueError:
        st.session_state["digit_problem"] = (
            "The link holds no digit that can be read, perhaps because a part of it was lost, so a "
            f"{FIRST_LABEL} stands in"
        )
        return None


def _read(text: str) -> Digit:
    """The digit in a text that an address carries.

    Raises:
        InputError: there is none, or a part of it was lost or altered.
    """
    kind, said = address.opened(text)
    if kind == "code":
        image = vae.decompress(load.model(), base64.urlsafe_b64decode(said))
        return Digit(image, "link", called="the digit of this link")
    if kind == "gallery" and said in map(str, range(len(load.gallery().labels))):
        return _of_gallery(int(said))
    if kind == "shape":
        return ready_made(said)
    if kind == "picture":
        return Digit(picture_code.read(said), "link", called="this picture")
    if kind == "pen":
        strokes = stroke_code.read(said)
        canvas.put("canvas", strokes)
        return Digit(_framed(strokes), "link", called="this drawing")
    raise vae.InputError("there is no such digit")
