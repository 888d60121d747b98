"""A board on which the visitor erases a part of a digit."""

import numpy as np
import torch
from torch import Tensor

from ui.digit import canvas
from ui.digit.digit import Digit
from ui.formats import fabric
from ui.view import pictures
from vae.checks import SIDE

_ERASERS = {"small": 58, "medium": 106, "large": 173}
_FINE = 20  # pixels of the eraser's paint for one of the digit
_COVERED = 1 / 3  # the share of a pixel from which it counts as erased


def erased(digit: Digit, known: Tensor) -> Tensor:
    """Let the visitor erase more of a digit of which bool (1, 28, 28) is known; what stays known."""
    strokes = canvas.board(
        "eraser",
        ink="#{:02x}{:02x}{:02x}".format(*pictures.HIDDEN),
        pens=_ERASERS,
        paper=pictures.address(pictures.veiled(digit.image, known), fabric.SIDE // 2),
        about=digit,
    ).strokes
    return known & _unpainted(fabric.painted(strokes, _ERASERS, _FINE * SIDE))


def _unpainted(paint: np.ndarray) -> Tensor:
    """Which pixels the paint covers too little to hide, bool (1, 28, 28)."""
    covered = torch.from_numpy(paint > 0).float()[None]
    return torch.nn.functional.avg_pool2d(covered, _FINE) < _COVERED
