"""Baselines that keep the training digits themselves: nearest neighbours and likelihood-weighted averages.

They need MNIST at hand, so they compete in `python -m vae.evaluate` and not on the pages.
"""

import math

import numpy as np
import torch
from torch import Tensor

from vae.noise import Noise

CHUNK = 50  # images compared at once with all training digits; bounds memory

# Best on validation digits (weights/LOG.md, "training digits weighted by likelihood" and "powers of the
# likelihood"), tried at each level: spreads from 0 to 3, within 0.1 dB of each level's own best; OFF from
# 0.12 to 0.45 with powers from 0.02 to 1.
SPREAD = 1.1
OFF, TEMPERS = 0.3, ((0.05, 0.1, 0.25, 0.5), (0.1, 0.14, 0.22, 0.5))


def nearest_completions(train: Tensor, x: Tensor, observed: Tensor, *, k: int) -> Tensor:
    """Fill hidden pixels with those of the k training digits nearest on the known pixels.

    Args:
        train: (N, 784) in [0, 1].
        x, observed: (B, 1, 28, 28); observed is bool, True = known.

    Returns:
        (k, B, 1, 28, 28) in [0, 1], the nearest first; known pixels are as they were.
    """
    known, seen = observed.flatten(1).float(), x.flatten(1) * observed.flatten(1)
    distances = seen.square().sum(dim=1, keepdim=True) - 2 * seen @ train.T + known @ train.T.square()
    nearest = distances.topk(k, dim=1, largest=False).indices
    return torch.where(observed, x, train[nearest.T].view(k, *x.shape))


def weighted_digits(train: Tensor, noisy: Tensor, noise: Noise) -> Tensor:
    """The average of the training digits, each weighted by the likelihood of the noisy picture.

    No training digit is the true one to the pixel, so a digit's pixels may be off by a spread, without
    which all the weight would go to a single digit; the spread is the best on validation digits.

    Args:
        train: (N, 784) in [0, 1].
        noisy: (B, 1, 28, 28); the noise is Gaussian or uniform replacement.

    Returns:
        (B, 1, 28, 28) in [0, 1].
    """
    y = noisy.flatten(1)
    if noise.kind == "gaussian":
        fit = (y @ train.T - 0.5 * train.square().sum(dim=1)) / (noise.level**2 + SPREAD**2)
    else:
        temper = float(np.interp(noise.level, *TEMPERS))
        fit = temper * torch.stack([_replacement_log_likelihood(train, row, noise.level) for row in y])
    return (fit.softmax(dim=1) @ train).view_as(noisy)


def _replacement_log_likelihood(train: Tensor, y: Tensor, share: float) -> Tensor:
    """log p(y | digit) for every digit, (N,); a spared pixel is off by N(0, OFF^2)."""
    spared = torch.exp(-0.5 * ((train - y) / OFF).square()) / (OFF * math.sqrt(2 * math.pi))
    return (share + (1 - share) * spared).log().sum(dim=1)


def knn_distance(train: Tensor, x: Tensor) -> Tensor:
    """Euclidean distance of each image (B, 1, 28, 28) to its nearest training digit, (B,)."""
    return torch.cat([torch.cdist(part.flatten(1), train).amin(dim=1) for part in x.split(CHUNK)])
