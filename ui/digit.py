"""The visitor's digit, one for all pages, and the held-out ones of the gallery."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast

import streamlit as st
from torch import Tensor

import vae
from ui import address, load

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


def keep(digit: Digit) -> None:
    """Make this the digit of all pages; call it in a widget's callback, before the page is drawn."""
    st.session_state["digit"] = digit
    st.session_state["digit_problem"] = None
