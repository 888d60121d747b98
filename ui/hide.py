"""Which pixels of a digit are hidden, and how far a completion is from the truth on them."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

from ui import canvas, contest, pictures
from ui.digit import Digit

Mask = Tensor  # bool (1, 28, 28), True = known
Inpainter = Callable[[Tensor, Mask], Tensor]

BRUSH, TOP, LEFT, BLOCK, RANDOM = "Brush", "Top", "Left", "Block", "Dots"
WAYS = (TOP, LEFT, BLOCK, RANDOM, BRUSH)
_PENS = {"Small": 24, "Medium": 44, "Large": 72}
_SIDE = 28


def observed(way: str, share: float = 0.8) -> Mask:
    """Known pixels for every way but the brush.

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


def brush(digit: Digit) -> Mask:
    """Let the visitor paint over the digit; what stays known."""
    paint = canvas.board(
        "eraser",
        ink="#ff8fa3",
        pens=_PENS,
        paper=pictures.png(pictures.colours(digit.image), canvas.SIDE),
        about=digit,
    )
    return observed(BRUSH) if paint is None else _unpainted(paint)


def attempts(
    digit: Digit, known: Mask, ours: Tensor, inpainters: Mapping[str, Inpainter]
) -> list[contest.Entry]:
    """Our completion, then each rival's, scored by the error on the hidden pixels alone."""
    completions = {contest.OURS: ours}
    completions |= {name: inpaint(digit.image, known) for name, inpaint in inpainters.items()}
    return [_entry(name, image, digit.image, known) for name, image in completions.items()]


def _entry(name: str, image: Tensor, truth: Tensor, known: Mask) -> contest.Entry:
    rmse = float((image - truth)[~known].square().mean().sqrt())
    return contest.Entry(name, image, rmse, f"error {rmse:.3f}")


def _unpainted(paint: np.ndarray) -> Mask:
    """Pixels of which the brush covered less than a third."""
    alpha = torch.from_numpy(paint[..., 3] > 0).float()[None]
    cell = canvas.SIDE // _SIDE
    return torch.nn.functional.avg_pool2d(alpha, cell) < 1 / 3
