"""A digit as the model sees it, the ways to make one, and the text by which a link brings it back exactly.

Nothing here knows of a visitor: `ui.digit.current` holds the one that all pages work on.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from torch import Tensor

import vae
from ui.digit import letters_and_shapes
from ui.formats import picture_code, stroke_code
from ui.formats.fabric import Stroke
from ui.shell import address, load

_NAMES = {"drawing": "your drawing", "upload": "your picture"}


@dataclass(frozen=True, eq=False)
class Digit:
    """One digit as the model sees it."""

    image: Tensor  # (1, 28, 28) float32 in [0, 1], ink = 1
    source: str  # "drawing", "gallery", "upload", "link", "ready-made" or "stand-in"
    label: int | None = None  # which digit it is, where that is known
    called: str | None = None  # what to call it otherwise, such as "this star"
    text: str | None = None  # what an address carries to bring it back; None = nothing

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

    @property
    def strokes(self) -> list[Stroke]:
        """The pen strokes that it was drawn with; none where it is no drawing."""
        return strokes_in(self.text) if self.text else []

    @property
    def is_shape(self) -> bool:
        """Whether it is a ready-made letter or shape, also from a link."""
        return self.text is not None and address.opened(self.text)[0] == "shape"


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


def plain_seven() -> Digit:
    """A seven of two lines, for where there is no gallery."""
    lines = [Stroke(np.array([[0.3, 0.25], [0.7, 0.25], [0.45, 0.8]]), "medium")]
    return Digit(_framed(lines), "ready-made", label=7)


def ready_made(name: str) -> Digit:
    """A letter or shape of `letters_and_shapes`.

    Raises:
        InputError: there is none of this name.
    """
    text = address.signed("shape", name)
    return Digit(
        letters_and_shapes.picture(name), "ready-made", called=letters_and_shapes.called(name), text=text
    )


def from_text(text: str) -> Digit:
    """The digit in a text that an address carries; it keeps that very text.

    Raises:
        InputError, AddressError: there is none, or a part of it was lost or altered.
        FileError: a file of the model that it needs is missing or damaged.
    """
    kind, said = address.opened(text)
    if kind == "code":
        image = vae.decompress(load.model(), base64.urlsafe_b64decode(said))
        return Digit(image, "link", called="this digit", text=text)
    if kind == "gallery" and said in map(str, range(len(load.gallery().labels))):
        return replace(_of_gallery(int(said)), source="link")
    if kind == "shape":
        return replace(ready_made(said), source="link")
    if kind == "picture":
        return Digit(picture_code.read(said), "link", called="this picture", text=text)
    if kind == "pen":
        return Digit(_framed(stroke_code.read(said)), "link", called="this drawing", text=text)
    raise vae.InputError("there is no such digit")


def strokes_in(text: str) -> list[Stroke]:
    """The pen strokes in a text that an address carries; none where it holds no drawing.

    Raises:
        InputError, AddressError: a part of the text was lost or altered.
    """
    kind, said = address.opened(text)
    return stroke_code.read(said) if kind == "pen" else []


def _of_gallery(i: int) -> Digit:
    gallery = load.gallery()
    text = address.signed("gallery", str(i))
    return Digit(gallery.images[i], "gallery", int(gallery.labels[i]), text=text)


def _framed(strokes: Sequence[Stroke]) -> Tensor:
    return vae.frame_strokes([stroke.points for stroke in strokes], pen=[stroke.pen for stroke in strokes])
