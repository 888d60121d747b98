"""Which pixels of a digit are hidden, and how far a completion is from the truth on them."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ui import comparison
from ui.digit.digit import Digit
from vae.checks import SIDE
from vae.metrics import rmse

Mask = Tensor  # bool (1, 28, 28), True = known
Inpainter = Callable[[Tensor, Mask], Tensor]

TOP, LEFT, BLOCK, RANDOM, NOTHING = "top", "left", "block", "random", "nothing"
NAMES = {TOP: "Top", LEFT: "Left", BLOCK: "Block", RANDOM: "Dots", NOTHING: "None"}


def observed(way: str, share: float = 0.8) -> Mask:
    """What stays known when a part is hidden at once.

    Args:
        way: one of NAMES.
        share: of pixels hidden, in [0, 1], for RANDOM.
    """
    known = torch.ones(1, SIDE, SIDE, dtype=torch.bool)
    half, quarter = SIDE // 2, SIDE // 4
    if way == TOP:
        known[:, :half] = False
    elif way == LEFT:
        known[:, :, :half] = False
    elif way == BLOCK:
        known[:, quarter:-quarter, quarter:-quarter] = False
    elif way == RANDOM:
        known = torch.rand(known.shape, generator=torch.Generator().manual_seed(0)) >= share
    return known


def attempts(
    digit: Digit, known: Mask, ours: Tensor, inpainters: Mapping[str, Inpainter]
) -> list[comparison.Entry]:
    """Our completion, then each baseline's, scored by the error on the hidden pixels alone."""
    completions = {comparison.OURS: ours}
    completions |= {name: inpaint(digit.image, known) for name, inpaint in inpainters.items()}
    return [_entry(name, image, digit.image, known) for name, image in completions.items()]


def compared(name: str, entries: list[comparison.Entry]) -> str:
    """Who came closest on the hidden part of what is called `name`, in one sentence about the attempts."""
    ours, best = entries[0], comparison.best(entries[1:], comparison.RMSE)
    if comparison.standing(ours, best, comparison.RMSE) == "behind":
        return (
            f"On the hidden part of {name}, **{best.name.lower()} wins**: it is off by {best.score:.3f} "
            f"per pixel, the model's average by {ours.score:.3f}."
        )
    return (
        f"On the hidden part of {name}, the model's average is off by **{ours.score:.3f}** per pixel; "
        f"the better of these two methods, {best.name.lower()}, by {best.score:.3f}."
    )


def _entry(name: str, image: Tensor, truth: Tensor, known: Mask) -> comparison.Entry:
    error = rmse(image, truth, known)
    return comparison.Entry(name, image, error, f"error {error:.3f}")
