"""Which pixels of a digit are hidden, and how far a completion is from the truth on them."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from ui import comparison
from ui.digit import canvas, fabric
from ui.digit.digit import Digit
from ui.view import pictures
from vae.metrics import rmse

Mask = Tensor  # bool (1, 28, 28), True = known
Inpainter = Callable[[Tensor, Mask], Tensor]

TOP, LEFT, BLOCK, RANDOM, NOTHING = "Top", "Left", "Block", "Dots", "None"
WAYS = (TOP, LEFT, BLOCK, RANDOM, NOTHING)
_ERASERS = {"small": 58, "medium": 106, "large": 173}
_SIDE = 28
_FINE = 20  # pixels of the eraser's paint for one of the digit


def observed(way: str, share: float = 0.8) -> Mask:
    """What stays known when a part is hidden at once.

    Args:
        way: one of WAYS.
        share: of pixels hidden, in [0, 1], for RANDOM.
    """
    known = torch.ones(1, _SIDE, _SIDE, dtype=torch.bool)
    half, quarter = _SIDE // 2, _SIDE // 4
    if way == TOP:
        known[:, :half] = False
    elif way == LEFT:
        known[:, :, :half] = False
    elif way == BLOCK:
        known[:, quarter:-quarter, quarter:-quarter] = False
    elif way == RANDOM:
        known = torch.rand(known.shape, generator=torch.Generator().manual_seed(0)) >= share
    return known


def erased(digit: Digit, known: Mask) -> Mask:
    """Let the visitor erase more of a digit that is partly hidden; what stays known."""
    strokes = canvas.board(
        "eraser",
        ink="#{:02x}{:02x}{:02x}".format(*pictures.HIDDEN),
        pens=_ERASERS,
        paper=pictures.png(pictures.veiled(digit.image, known), fabric.SIDE // 2),
        about=digit,
    )
    return known & _unpainted(fabric.painted(strokes, _ERASERS, _FINE * _SIDE))


def attempts(
    digit: Digit, known: Mask, ours: Tensor, inpainters: Mapping[str, Inpainter]
) -> list[comparison.Entry]:
    """Our completion, then each baseline's, scored by the error on the hidden pixels alone."""
    completions = {comparison.OURS: ours}
    completions |= {name: inpaint(digit.image, known) for name, inpaint in inpainters.items()}
    return [_entry(name, image, digit.image, known) for name, image in completions.items()]


def _entry(name: str, image: Tensor, truth: Tensor, known: Mask) -> comparison.Entry:
    error = rmse(image, truth, known)
    return comparison.Entry(name, image, error, f"error {error:.3f}")


def _unpainted(paint: np.ndarray) -> Mask:
    """Pixels of which the eraser covered less than a third."""
    covered = torch.from_numpy(paint > 0).float()[None]
    return torch.nn.functional.avg_pool2d(covered, _FINE) < 1 / 3
