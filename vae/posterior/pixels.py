"""What grey value a pixel takes when the decoder gives it a logit, and what noise then makes of it.

MNIST pixels are neither black and white nor Gaussian around the decoder's probability, so their
distribution given the logit is measured once, on validation digits, as a table: logit bin x grey level.
With it, any noise that acts on each pixel alone has an exact likelihood and an exact posterior mean.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.noise import Noise

N_GREYS = 33  # grey levels 0, 1/32, ..., 1
BIN_WIDTH, HIGHEST_LOGIT = 0.25, 8.0
N_BINS = int(2 * HIGHEST_LOGIT / BIN_WIDTH) + 1
SMALLEST = 1e-9  # keeps logarithms finite


def grey_levels(like: Tensor) -> Tensor:
    """The grey levels, (N_GREYS,), of the precision and on the device of a tensor."""
    return torch.linspace(0, 1, N_GREYS, dtype=like.dtype, device=like.device)


def bin_of(logits: Tensor) -> Tensor:
    """The logit bin of each pixel, int64 of the shape of logits, 0 to N_BINS - 1."""
    clamped = logits.clamp(-HIGHEST_LOGIT, HIGHEST_LOGIT)
    return ((clamped + HIGHEST_LOGIT) / BIN_WIDTH).round().long()


def level_of(x: Tensor) -> Tensor:
    """The nearest grey level of each pixel, int64 of the shape of x, 0 to N_GREYS - 1."""
    return (x.clamp(0, 1) * (N_GREYS - 1)).round().long()


def measure(logits: Tensor, x: Tensor) -> Tensor:
    """Count how often each grey level goes with each logit bin; counts (N_BINS, N_GREYS)."""
    cell = bin_of(logits) * N_GREYS + level_of(x)
    return torch.bincount(cell.flatten(), minlength=N_BINS * N_GREYS).view(N_BINS, N_GREYS).float()


def normalize(counts: Tensor) -> Tensor:
    """Counts -> p(level | bin), each row smoothed by one Bernoulli observation at the bin's own logit."""
    p = torch.sigmoid(torch.linspace(-HIGHEST_LOGIT, HIGHEST_LOGIT, N_BINS))
    prior = torch.full((N_BINS, N_GREYS), 1e-3)
    prior[:, 0] += 1 - p
    prior[:, -1] += p
    smoothed = counts + prior
    return smoothed / smoothed.sum(dim=1, keepdim=True)


def likelihood(y: Tensor, noise: Noise | None) -> Tensor:
    """p(seen value y | true level), (..., N_GREYS), up to a factor that no kind of noise changes."""
    levels = grey_levels(y)
    cell = 1 / (N_GREYS - 1)
    if noise is not None and noise.kind == "gaussian":
        variance = noise.level**2 + cell**2 / 12
        density = torch.exp(-0.5 * (y[..., None] - levels).square() / variance)
        return density * cell / (2 * torch.pi * variance) ** 0.5
    exact = F.one_hot(level_of(y), N_GREYS).to(y)
    if noise is None:
        return exact
    inside = ((y >= 0) & (y <= 1)).to(y)[..., None]
    replaced = cell * inside if noise.kind == "uniform" else 0.5 * ((y == 0) | (y == 1)).to(y)[..., None]
    return (1 - noise.level) * exact * inside + noise.level * replaced


def log_evidence(table: Tensor, y: Tensor, noise: Noise | None) -> Tensor:
    """log p(seen value y | logit bin) for every bin, (..., N_BINS) nats, for y (...)."""
    return (likelihood(y, noise) @ table.T).clamp_min(SMALLEST).log()


def posterior(prior: Tensor, y: Tensor, noise: Noise | None) -> Tensor:
    """p(grey level | seen value y), (..., N_GREYS), for y (...) and p(grey level) prior (..., N_GREYS).

    A pixel that the prior thinks impossible keeps the level that was seen.
    """
    joint = prior * likelihood(y, noise) + SMALLEST * F.one_hot(level_of(y), N_GREYS)
    return joint / joint.sum(dim=-1, keepdim=True)


def expectation(p: Tensor, y: Tensor, noise: Noise) -> Tensor:
    """E[clean value | seen value y], (...), of pixels of p(grey level | y) p (..., N_GREYS).

    A pixel that replacement noise spared keeps its exact value, not the centre of its level.
    """
    levels = grey_levels(y).expand(*y.shape, -1)
    if noise.kind != "gaussian":
        levels = levels.scatter(-1, level_of(y)[..., None], y.clamp(0, 1)[..., None])
    return (p * levels).sum(dim=-1)


def moments(p: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of the clean value, each (...), of distributions over levels p (..., N_GREYS)."""
    levels = grey_levels(p)
    mean = p @ levels
    return mean, p @ levels.square() - mean.square()


def quantile(table: Tensor, bins: Tensor, share: Tensor) -> Tensor:
    """The grey value in [0, 1] below which a share of its pixel's chance lies; bins and share (...).

    Each level's chance is spread evenly over its cell.
    """
    below = table.cumsum(dim=1)[bins]
    level = torch.searchsorted(below, share[..., None].contiguous()).clamp_max(N_GREYS - 1)
    before = F.pad(below, (1, 0)).gather(-1, level)
    inside = (share[..., None] - before) / table[bins].gather(-1, level).clamp_min(SMALLEST)
    return ((level + inside.clamp(0, 1) - 0.5) / (N_GREYS - 1)).squeeze(-1).clamp(0, 1)


def look_up(values: Tensor, bins: Tensor) -> Tensor:
    """Pick by bin: values (..., N_BINS), one row for each pixel, and bins (S, ...) -> (S, ...)."""
    rows = values.expand(len(bins), *values.shape)
    return rows.gather(-1, bins[..., None]).squeeze(-1)
