"""Shapes that are no digits, as pen strokes: out-of-distribution examples that need no data."""

import itertools
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.checks import SIDE
from vae.framing import frame_drawing, frame_strokes
from vae.framing.strokes import PENS

Points = NDArray[np.float64]  # (n, 2), x to the right, y down
FLATTEST = 0.18  # area of a triangle over the square of its longest side; 0.43 is the most there can be
TILT, UNEVEN = 0.1, 0.03  # standard deviations of the turn of a square, in radians, and of where corners are


def shapes(kind: str, n: int, seed: int) -> Tensor:
    """n "triangles" or "squares", framed as strokes by each pen in turn, (n, 1, 28, 28)."""
    generator = np.random.default_rng(seed)
    make, pens = _KINDS[kind], itertools.cycle(PENS)
    return torch.stack([frame_strokes([_closed(make(generator))], pen=next(pens)) for _ in range(n)])


def _closed(corners: Points) -> Points:
    return np.concatenate([corners, corners[:1]])


def _triangle(generator: np.random.Generator) -> Points:
    while True:
        corners = generator.uniform(size=(3, 2))
        (a, b), (c, d) = corners[1:] - corners[0]
        longest = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).max()
        if abs(a * d - b * c) / 2 > FLATTEST * longest**2:
            return corners


def _square(generator: np.random.Generator) -> Points:
    corners = np.array([(0.0, 0.0), (1, 0), (1, 1), (0, 1)]) + generator.normal(0, UNEVEN, (4, 2))
    cos, sin = np.cos(tilt := generator.normal(0, TILT)), np.sin(tilt)
    return corners @ np.array([[cos, sin], [-sin, cos]])


_KINDS: dict[str, Callable[[np.random.Generator], Points]] = {"triangles": _triangle, "squares": _square}


def degenerate(seed: int) -> Tensor:
    """Blank, white, uniform noise, one pixel, a dot, a filled square and a level line, (7, 1, 28, 28)."""
    pictures = torch.zeros((4, 1, SIDE, SIDE))
    pictures[1] = 1
    pictures[2] = torch.rand((1, SIDE, SIDE), generator=torch.Generator().manual_seed(seed))
    pictures[3, 0, 14, 14] = 1
    y, x = np.mgrid[:200, :200] - 99.5
    dot, square = np.hypot(x, y) < 40, np.maximum(abs(x), abs(y)) < 40
    drawn = [frame_drawing(255 * ink.astype(np.uint8)) for ink in (dot, square)]
    line = frame_strokes([np.array([(0.0, 0.0), (1, 0)])])
    return torch.cat([pictures, torch.stack([*drawn, line])])
