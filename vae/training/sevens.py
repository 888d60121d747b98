"""Sevens with a bar across the down stroke, a flag, or both, as half the world writes them: MNIST has few."""

from pathlib import Path

import torch
from torch import Tensor

from vae.training.data import N_VALIDATION, as_images, load_mnist
from vae.training.hands import stroke_width

EVERY = 4  # one seven in so many is also learned with a bar, a flag or both
SHARE_FLAGGED = 0.25  # of those, which have a short stroke down from the beginning
SHARE_UNBARRED = 0.1  # of those, which have the flag alone
SEED = 7


def learned_digits(root: Path | str) -> Tensor:
    """What the model learns from, uint8 (N, 28, 28): the training digits, then barred or flagged sevens."""
    digits, labels = (part[N_VALIDATION:] for part in load_mnist(root, train=True))
    sevens = as_images(digits[labels == 7][::EVERY])
    drawn = with_strokes(sevens, torch.Generator().manual_seed(SEED))
    return torch.cat([digits, (255 * drawn[:, 0]).round().byte()])


def with_strokes(sevens: Tensor, generator: torch.Generator) -> Tensor:
    """Sevens (B, 1, 28, 28) in [0, 1] with a bar across the middle of the down stroke, a flag, or both."""
    n = len(sevens)

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand(n, generator=generator)

    ink, row, width = sevens[:, 0], uniform(13.5, 17), stroke_width(sevens)
    near = ink * ((torch.arange(28) - row[:, None]).abs() < 1.5)[..., None]
    column = (near.sum(dim=1) * torch.arange(28)).sum(dim=1) / near.sum(dim=(1, 2)).clamp_min(1)
    half = torch.stack([uniform(2.5, 4.5), uniform(-1.5, 0.5)], dim=1)
    middle = torch.stack([column, row], dim=1)
    bar = _segment(middle - half, middle + half, width)
    corner = _top_left(ink)
    flag = _segment(corner, corner + torch.stack([uniform(-1.5, 0.5), uniform(2, 3.5)], dim=1), width)
    chance = torch.rand((n, 1, 1), generator=generator)
    ink = torch.where(chance < SHARE_UNBARRED, ink, torch.maximum(ink, bar))
    return torch.where(chance < SHARE_FLAGGED, torch.maximum(ink, flag), ink)[:, None]


def _top_left(ink: Tensor) -> Tensor:
    """Where the top stroke begins, x and y (B, 2): the leftmost ink of the upper twelve rows."""
    rows, columns = torch.meshgrid(torch.arange(28), torch.arange(28), indexing="ij")
    far = columns + 100 * ((ink < 0.5) | (rows >= 12))
    first = far.flatten(1).argmin(dim=1)
    return torch.stack([first % 28, first // 28], dim=1).float()


def _segment(start: Tensor, end: Tensor, width: Tensor) -> Tensor:
    """Ink (B, 28, 28) of strokes with round ends, from start to end, x and y (B, 2), of a width (B,)."""
    rows, columns = torch.meshgrid(torch.arange(28.0), torch.arange(28.0), indexing="ij")
    place = torch.stack([columns, rows], dim=-1) - start[:, None, None]
    along = (end - start)[:, None, None]
    share = ((place * along).sum(dim=-1) / along.square().sum(dim=-1)).clamp(0, 1)
    distance = (place - share[..., None] * along).norm(dim=-1)
    return (0.5 + width[:, None, None] / 2 - distance).clamp(0, 1)
