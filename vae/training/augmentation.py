"""What training sees: clean digits, to learn codes of every length, and corrupted ones, to infer those.

Other hands and pens are in hands.py, barred sevens in sevens.py.
"""

from itertools import accumulate
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from vae.noise import add_noise
from vae.training.data import binarize

Codes = Literal["nested", "whole", "map"]
Corruptions = Literal["all", "noise", "holes"]

SHARE_GREY = 0.15  # of the clean inputs; the others are binarized
# Shares of whole codes and of codes of two numbers; the rest of the digits get a code of any length.
LENGTHS: dict[Codes, tuple[float, float]] = {
    "nested": (0.56, 0.18),
    "whole": (1.0, 0.0),
    "map": (0.0, 1.0),
}
GREY, GAUSSIAN, UNIFORM, SALT_AND_PEPPER, HOLES = range(5)
SHARES: dict[Corruptions, tuple[float, ...]] = {
    "all": (0.06, 0.33, 0.13, 0.10, 0.38),
    "noise": (0.06, 0.57, 0.21, 0.16, 0.00),
    "holes": (0.06, 0.00, 0.00, 0.00, 0.94),
}
HIGHEST_LEVEL = {"gaussian": 1.5, "uniform": 0.8, "salt_and_pepper": 0.8}


class CleanInput(NamedTuple):
    """Clean digits."""

    seen: Tensor  # (B, 1, 28, 28) in [0, 1], what the encoder looks at and the decoder has to give back
    kept: Tensor  # bool (B, K), the prefix of the code that each digit is allowed


class Corrupted(NamedTuple):
    """The same digits, noisy or partly hidden, a few of them neither."""

    seen: Tensor  # (B, 1, 28, 28)
    observed: Tensor  # bool (B, 1, 28, 28), True = known


def clean_input(images: Tensor, latent_dim: int, codes: Codes, generator: torch.Generator) -> CleanInput:
    """Digits (B, 1, 28, 28) in [0, 1], most of them binarized, with codes of random lengths."""
    grey = torch.rand((len(images), 1, 1, 1), generator=generator, device=images.device) < SHARE_GREY
    seen = torch.where(grey, images, binarize(images, generator))
    return CleanInput(seen, random_prefix(len(images), latent_dim, codes, generator, images.device))


def corrupted_input(images: Tensor, corruptions: Corruptions, generator: torch.Generator) -> Corrupted:
    """Digits (B, 1, 28, 28) in [0, 1] with noise of a random kind and level, hidden pixels, or neither."""
    device, n = images.device, len(images)
    chance = torch.rand((n, 1, 1, 1), generator=generator, device=device)
    kind = torch.stack([chance >= edge for edge in accumulate(SHARES[corruptions][:-1])]).sum(dim=0)
    seen = images
    for code, name in ((GAUSSIAN, "gaussian"), (UNIFORM, "uniform"), (SALT_AND_PEPPER, "salt_and_pepper")):
        level = HIGHEST_LEVEL[name] * torch.rand((n, 1, 1, 1), generator=generator, device=device)
        seen = torch.where(kind == code, add_noise(images, name, level, generator), seen)
    return Corrupted(seen, (kind != HOLES) | _random_mask(images, generator))


def n_beyond_the_map(n: int, codes: Codes) -> int:
    """How many of n digits are not confined to codes of two numbers; they are the first ones."""
    return n - round(LENGTHS[codes][1] * n)


def random_prefix(
    n: int, latent_dim: int, codes: Codes, generator: torch.Generator, device: torch.device
) -> Tensor:
    """Which dimensions each of n codes keeps, bool (n, latent_dim).

    "nested": all, the first two, or any number; "whole": all; "map": the first two. The codes of two numbers
    are the last ones.
    """
    chance = torch.rand((n, 1), generator=generator, device=device)
    length = torch.randint(1, latent_dim + 1, (n, 1), generator=generator, device=device)
    whole, two = LENGTHS[codes]
    length = torch.where(chance * (1 - two) < whole, latent_dim, length)
    place = torch.arange(n, device=device)[:, None]
    length = torch.where(place < n_beyond_the_map(n, codes), length, 2)
    return torch.arange(latent_dim, device=device) < length


def _random_mask(images: Tensor, generator: torch.Generator) -> Tensor:
    """Known pixels when a random share, a half or a rectangle is hidden, with equal chance."""
    n, side, device = len(images), images.shape[-1], images.device

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand((n, 1, 1, 1), generator=generator, device=device)

    share = torch.rand(images.shape, generator=generator, device=device) > uniform(0.3, 0.97)
    rows = torch.arange(side, device=device).view(1, 1, side, 1)
    columns = torch.arange(side, device=device).view(1, 1, 1, side)
    top, left, height, width = uniform(0, 16), uniform(0, 16), uniform(8, 22), uniform(8, 22)
    block = (rows < top) | (rows >= top + height) | (columns < left) | (columns >= left + width)
    line = torch.where(uniform(0, 1) < 0.5, rows, columns)
    half = (line < uniform(10, 18)) ^ (uniform(0, 1) < 0.5)
    choice = uniform(0, 3)
    return torch.where(choice < 1, share, torch.where(choice < 2, block, half))
