"""The masks of the evaluation: what of a digit is hidden before it is filled in."""

from dataclasses import dataclass

import torch
from torch import Tensor

from vae.checks import SIDE


@dataclass(frozen=True)
class Block:
    """Hides the same rectangle of every digit."""

    name: str
    rows: slice
    columns: slice

    def observed(self, n: int, seed: int) -> Tensor:
        """The known pixels of n digits, bool (n, 1, 28, 28), True = known; the same for every seed."""
        observed = torch.ones((n, 1, SIDE, SIDE), dtype=torch.bool)
        observed[:, :, self.rows, self.columns] = False
        return observed


@dataclass(frozen=True)
class AtRandom:
    """Hides each pixel with the same chance."""

    share: float  # hidden, in [0, 1]

    @property
    def name(self) -> str:
        return f"random {100 * self.share:g} %"

    def observed(self, n: int, seed: int) -> Tensor:
        """The known pixels of n digits, bool (n, 1, 28, 28), True = known."""
        generator = torch.Generator().manual_seed(seed)
        return torch.rand((n, 1, SIDE, SIDE), generator=generator) >= self.share


Mask = Block | AtRandom

EVERYWHERE, HALF, CENTRE = slice(None), slice(SIDE // 2), slice(7, 21)
MASKS: tuple[Mask, ...] = (
    Block("top half", HALF, EVERYWHERE),
    Block("left half", EVERYWHERE, HALF),
    Block("centre 14 × 14", CENTRE, CENTRE),
    AtRandom(0.5),
    AtRandom(0.8),
    AtRandom(0.9),
)
LITTLE_SEEN: tuple[Mask, ...] = (AtRandom(0.95), AtRandom(0.98))
