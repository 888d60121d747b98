"""Pen strokes as few characters: simplified, on a grid of their own, with their place on the board.

What is read is exactly what any other reader reads, and within half a pixel of what was drawn, in pixels of
the framed picture.
"""

import string
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ui.formats import polyline
from ui.formats.fabric import Points, Stroke
from vae.checks import InputError

MOST_CHARACTERS = 392  # with the 8 that an address adds, 400
MOST_READ = 396  # what was written before could have four more
_TOLERANCES = (0.3, 0.5, 0.7, 1.0)  # in pixels of the framed picture: the first one that fits is taken
_ACROSS = 18  # pixels of the framed picture from one end of the strokes to the other
_ALPHABET = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"  # base64url, 6 bits each
_PENS = ("thin", "medium", "thick")  # as links count them: of those already sent, none may change
_PEN_BITS, _COUNT_BITS, _GRID_BITS, _PLACE_BITS = 2, 8, 7, 10
_GRID, _PLACE = 2**_GRID_BITS - 1, 2**_PLACE_BITS - 1  # steps across the strokes, and across the board
_NO_STROKES = "these characters spell no strokes"


def written(strokes: Sequence[Stroke]) -> str | None:
    """Strokes, of which one at least is no dot, as characters; None where they are too many for that."""
    everywhere = np.concatenate([stroke.points for stroke in strokes])
    origin, side = everywhere.min(axis=0), float(np.ptp(everywhere, axis=0).max())
    place = [round(it * _PLACE) for it in (*origin.tolist(), side)]
    for tolerance in _TOLERANCES:
        bits = "".join(_bits(it, _PLACE_BITS) for it in place)
        for points, pen in strokes:
            bits += _stroke_bits(_simplified((points - origin) / side, tolerance), pen)
        if len(bits) <= 6 * MOST_CHARACTERS:
            return "".join(_ALPHABET[int(bits[i : i + 6].ljust(6, "0"), 2)] for i in range(0, len(bits), 6))
    return None


def read(text: str) -> list[Stroke]:
    """The strokes in characters that `written` wrote.

    Raises:
        InputError: they spell none.
    """
    if len(text) > MOST_READ or not set(text) <= set(_ALPHABET):
        raise InputError(_NO_STROKES)
    reader = _Reader(text)
    *origin, side = (reader.next(_PLACE_BITS) / _PLACE for _ in range(3))
    strokes = []
    while not reader.is_at_end:
        pen, n_points = reader.next(_PEN_BITS), reader.next(_COUNT_BITS)
        if pen >= len(_PENS) or not n_points:
            raise InputError(_NO_STROKES)
        grid = np.array([reader.next(_GRID_BITS) for _ in range(2 * n_points)]).reshape(-1, 2)
        strokes.append(Stroke((origin + side * grid / _GRID).clip(0, 1), _PENS[pen]))
    if not strokes:
        raise InputError(_NO_STROKES)
    return strokes


class _Reader:
    """Whole numbers from a row of bits."""

    def __init__(self, text: str) -> None:
        self.bits = "".join(_bits(_ALPHABET.index(letter), 6) for letter in text)

    def next(self, n: int) -> int:
        if len(self.bits) < n:
            raise InputError(_NO_STROKES)
        number, self.bits = int(self.bits[:n], 2), self.bits[n:]
        return number

    @property
    def is_at_end(self) -> bool:
        """Whether nothing is left but what fills the last character."""
        return len(self.bits) < 6 and "1" not in self.bits


def _simplified(points: Points, tolerance: float) -> NDArray[np.int64]:
    """A line (n, 2) in shares of the drawing's longer side, as the grid points that are enough to draw it."""
    grid = np.round(polyline.simplified(points * _ACROSS, tolerance) / _ACROSS * _GRID).astype(np.int64)
    return grid[np.any(np.diff(grid, axis=0, prepend=-1), axis=1)]


def _stroke_bits(grid: NDArray[np.int64], pen: str) -> str:
    header = _bits(_PENS.index(pen), _PEN_BITS) + _bits(len(grid), _COUNT_BITS)
    return header + "".join(_bits(it, _GRID_BITS) for it in grid.ravel().tolist())


def _bits(number: int, n: int) -> str:
    return f"{number:0{n}b}"
