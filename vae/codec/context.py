"""What the pixels already written say of the next one: where the decoder erred beside it turns its logit.

Pixels are written row by row. An edge that lies farther out than the decoder put it does so over its whole
length, so the errors at the pixels before, left and above, foretell the next. How much differs between edges
cut at one half and ink drawn at random: each kind of picture has weights of its own.

Source: context modelling of binary images, Langdon & Rissanen 1981, doi:10.1109/TCOM.1981.1095052.
"""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.checks import SIDE

BEFORE = ((0, -1), (-1, -1), (-1, 0), (-1, 1))  # rows and columns from a pixel to those that turn its logit
N_FEATURES = len(BEFORE) + 2
LOGIT_ROUNDING, HIGHEST_LOGIT = 1 / 8, 12.0
CHANCES = torch.linspace(
    -HIGHEST_LOGIT, HIGHEST_LOGIT, int(2 * HIGHEST_LOGIT / LOGIT_ROUNDING) + 1, dtype=torch.float64
).sigmoid()


def features(logits: Tensor, ink: Tensor) -> Tensor:
    """What each pixel's logit is turned by, (..., 784, N_FEATURES), for logits (..., 784) and ink (784,).

    The errors of the pixels in BEFORE, the decoder's own logit, and one.
    """
    errors = F.pad((ink - logits.sigmoid()).unflatten(-1, (SIDE, SIDE)), (1, 1, 1, 0))
    beside = [
        errors[..., 1 + down : 1 + down + SIDE, 1 + right : 1 + right + SIDE].flatten(-2)
        for down, right in BEFORE
    ]
    return torch.stack([*beside, logits, torch.ones_like(logits)], dim=-1)


def rounded(logits: Tensor) -> Tensor:
    """Logits as every processor rounds them."""
    return (logits.clamp(-HIGHEST_LOGIT, HIGHEST_LOGIT) / LOGIT_ROUNDING).round() * LOGIT_ROUNDING


def chances(logits: Tensor, ink: Tensor, weights: Tensor) -> Tensor:
    """The chance of ink in each pixel given those before it, float64 (784,), for rounded logits (784,)."""
    return CHANCES[_place(features(logits, ink) @ weights)]


def read(logits: Tensor, weights: Tensor, next_pixel: Callable[[float], int]) -> Tensor:
    """The ink, float64 (784,): next_pixel is told each pixel's chance, as `chances` has it, and says 0 or 1.

    logits: rounded, (784,).
    """
    *turns, own, bias = weights.tolist()
    alone = (own * logits + bias).view(SIDE, SIDE).tolist()
    expected = logits.sigmoid().view(SIDE, SIDE).tolist()
    errors = [[0.0] * (SIDE + 2) for _ in range(SIDE + 1)]
    ink = []
    for row in range(SIDE):
        for column in range(SIDE):
            beside = (errors[1 + row + down][1 + column + right] for down, right in BEFORE)
            turned = alone[row][column] + sum(turn * error for turn, error in zip(turns, beside, strict=True))
            chance = CHANCES[_place(torch.tensor(turned, dtype=torch.float64))].item()
            ink.append(next_pixel(chance))
            errors[1 + row][1 + column] = ink[-1] - expected[row][column]
    return torch.tensor(ink, dtype=torch.float64)


def _place(logits: Tensor) -> Tensor:
    """Where in CHANCES logits are."""
    return ((rounded(logits) + HIGHEST_LOGIT) / LOGIT_ROUNDING).round().long()
