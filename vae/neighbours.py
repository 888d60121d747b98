"""Rivals that keep the training digits themselves: nearest neighbours and likelihood-weighted averages.

They need MNIST at hand, so they compete in `python -m vae.evaluate` and not on the pages.
"""

import torch
from torch import Tensor

from vae.noise import Noise

CHUNK = 50  # images compared at once with all training digits


def nearest_completions(train: Tensor, x: Tensor, observed: Tensor, *, k: int = 20) -> Tensor:
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

    The best that Bayes can do when the training digits are all digits that there are.

    Args:
        train: (N, 784) in [0, 1].
        noisy: (B, 1, 28, 28); the noise is Gaussian or uniform replacement.

    Returns:
        (B, 1, 28, 28) in [0, 1].
    """
    y = noisy.flatten(1)
    if noise.kind == "gaussian":
        log_likelihood = (y @ train.T - 0.5 * train.square().sum(dim=1)) / noise.level**2
    else:
        log_likelihood = torch.stack([_replacement_log_likelihood(train, row, noise.level) for row in y])
    return (log_likelihood.softmax(dim=1) @ train).view_as(noisy)


def _replacement_log_likelihood(train: Tensor, y: Tensor, share: float) -> Tensor:
    """log p(y | digit) for every digit, (N,); a spared pixel may be off by 1/16 without being a stranger."""
    spared = (train - y).abs() < 1 / 16
    return torch.where(spared, torch.tensor(share + 8 * (1 - share)), torch.tensor(share)).log().sum(dim=1)


def knn_distance(train: Tensor, x: Tensor) -> Tensor:
    """Euclidean distance of each image (B, 1, 28, 28) to its nearest training digit, (B,)."""
    return torch.cat([torch.cdist(part.flatten(1), train).amin(dim=1) for part in x.split(CHUNK)])
