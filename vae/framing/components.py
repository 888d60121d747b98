"""Separate things in a picture: specks go, parts of one digit stay together, digits are told apart."""

from typing import NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from vae.framing.thickening import stroke_width

Labels = NDArray[np.int32]

NEIGHBOURS = np.ones((3, 3), bool)
WEAK, STRONG = 0.4, 0.6  # of full ink: a part is what exceeds the first and somewhere the second
SPECK = 1.2  # stroke widths; what is no longer, and no dot of the pen either, is a speck
DOT = 0.5  # of a square as wide as the stroke: the least ink of a dot of the pen
FULL_DOT = 0.7  # of the same square: a dot of the pen that is as short as a speck
CUT, CUT_STROKES = 0.3, 2.5  # of a part's length, or stroke widths; what the border cuts more of is no ink
DUST = 0.3  # of a stroke's width across
FEWEST_PIXELS = 4  # across a stroke, to tell dust from a dot of the pen
MOST_PARTS = 200
DIGIT_SIZED = 0.45  # of the largest thing's length
APART = 0.12  # of the larger one's length, between digits on paper
APART_IN_DRAWINGS = 0.25  # the same in clean drawings, whose parts are all meant
NEAR = 0.25  # of a thing's length: a small part so near to it on paper is part of it


class Box(NamedTuple):
    """Where something is, in pixels of the picture; right and bottom are the first outside."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def length(self) -> int:
        """The longer side."""
        return max(self.right - self.left, self.bottom - self.top)

    @property
    def girth(self) -> int:
        """Both sides, so that a line is smaller than a digit as long."""
        return self.right - self.left + self.bottom - self.top

    def joined(self, other: "Box") -> "Box":
        """The box around both."""
        low = (min(pair) for pair in zip(self[:2], other[:2], strict=True))
        return Box(*low, *(max(pair) for pair in zip(self[2:], other[2:], strict=True)))

    def gap(self, other: "Box") -> int:
        """How far apart they are, across or down, whichever is more; 0 where they overlap."""
        across = max(self.left - other.right, other.left - self.right)
        return max(across, self.top - other.bottom, other.top - self.bottom, 0)


class Thing(NamedTuple):
    """What may be one digit: its box and the labels of its parts."""

    box: Box
    parts: tuple[int, ...]

    def joined(self, other: "Thing") -> "Thing":
        """Both as one."""
        return Thing(self.box.joined(other.box), self.parts + other.parts)


class Things(NamedTuple):
    """All things in a picture, the largest first, and the label of each pixel's part, 0 = none."""

    labels: Labels
    found: list[Thing]

    def mask(self, which: int, grown: int) -> NDArray[np.bool_]:
        """Where one of them is, with what surrounds it by `grown` pixels."""
        inside = np.isin(self.labels, self.found[which].parts)
        return scipy.ndimage.binary_dilation(inside, NEIGHBOURS, iterations=grown) if grown else inside


def things_on_paper(darkness: NDArray[np.floating], width: float) -> Things:
    """Find what may be a digit on paper; lone specks, and what the border cuts lengthwise, are left out.

    Args:
        darkness: (H, W), 0 = paper, 1 = full ink.
        width: of the strokes, in pixels.
    """
    labels, n = scipy.ndimage.label(darkness > WEAK, NEIGHBOURS)
    strong = np.zeros(n + 1, bool)
    strong[labels[darkness > STRONG]] = True
    area, at_border = np.bincount(labels.ravel(), minlength=n + 1), contacts(labels)
    parts = [
        part
        for part in _parts(labels)
        if strong[part.parts[0]]
        and area[part.parts[0]] >= DOT * width**2
        and (part.box.length >= SPECK * width or area[part.parts[0]] >= FULL_DOT * width**2)
    ]
    within = [
        part for part in parts if at_border[part.parts[0]] <= max(CUT * part.box.length, CUT_STROKES * width)
    ]
    return Things(labels, _grouped(within or parts, APART, NEAR))


def without_specks(ink: NDArray[np.float64], faintest: float) -> NDArray[np.float64]:
    """A clean drawing without what no pen that drew the rest can have drawn: dust on a scan.

    Args:
        ink: (H, W) in [0, 1].
        faintest: ink that counts.
    """
    width = stroke_width(ink)
    if width < FEWEST_PIXELS:
        return ink
    labels, _ = scipy.ndimage.label(ink > faintest, NEIGHBOURS)
    small = np.bincount(labels.ravel()) < (DUST * width) ** 2
    small[0] = False
    return np.where(scipy.ndimage.binary_dilation(small[labels], NEIGHBOURS), 0, ink) if small.any() else ink


def things_drawn(ink: NDArray[np.floating], faintest: float) -> Things:
    """Find what may be a digit in a clean drawing, where every part belongs to one.

    Args:
        ink: (H, W) in [0, 1].
        faintest: ink that counts.
    """
    labels, _ = scipy.ndimage.label(ink > faintest, NEIGHBOURS)
    return Things(labels, _grouped(_parts(labels), APART_IN_DRAWINGS, np.inf))


def contacts(labels: Labels) -> NDArray[np.intp]:
    """How many pixels of the picture's border each label covers."""
    border = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    return np.bincount(border, minlength=int(labels.max()) + 1)


def _parts(labels: Labels) -> list[Thing]:
    """Each connected part, the largest first, as many as can matter."""
    places = enumerate(scipy.ndimage.find_objects(labels), 1)
    parts = [Thing(Box(x.start, y.start, x.stop, y.stop), (label,)) for label, (y, x) in places]
    return _largest_first(parts)[:MOST_PARTS]


def _largest_first(things: list[Thing]) -> list[Thing]:
    return sorted(things, key=lambda thing: -thing.box.girth)


def _grouped(parts: list[Thing], apart: float, near: float) -> list[Thing]:
    """Large parts that nearly touch as one thing each, and small parts with the thing they are near."""
    large = [part for part in parts if part.box.length >= DIGIT_SIZED * parts[0].box.length]
    things = _joined(large, apart)
    for part in parts:
        if part in large:
            continue
        gaps = [thing.box.gap(part.box) / thing.box.length for thing in things]
        nearest = int(np.argmin(gaps))
        if gaps[nearest] <= near:
            things[nearest] = things[nearest].joined(part)
    largest = max((thing.box.length for thing in things), default=0)
    return _largest_first([thing for thing in things if thing.box.length >= DIGIT_SIZED * largest])


def _joined(things: list[Thing], apart: float) -> list[Thing]:
    """Things joined until all are apart by that share of the longer one's length."""
    done: list[Thing] = []
    for thing in things:
        while (other := _touching(thing, done, apart)) is not None:
            done.remove(other)
            thing = thing.joined(other)
        done.append(thing)
    return done


def _touching(thing: Thing, others: list[Thing], apart: float) -> Thing | None:
    for other in others:
        if thing.box.gap(other.box) <= apart * max(thing.box.length, other.box.length):
            return other
    return None
