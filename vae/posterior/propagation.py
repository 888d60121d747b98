"""What pixels say about their neighbours: where the decoder errs, it errs along a whole edge.

Errors of neighbouring pixels go together (vae/posterior/pixel_errors.py), so what was seen of one of them
corrects the others too. Each pixel keeps its own distribution over grey levels; their connection is Gaussian.

Source: expectation propagation, one round, Minka 2001, arXiv:1301.2294, as for the Gaussian processes of
Rasmussen & Williams 2006, chapter 3.6.
"""

import torch
from torch import Tensor

from vae.posterior.pixel_errors import correlations
from vae.posterior.pixels import N_GREYS, grey_levels, moments

N_PIXELS = 200  # the most uncertain ones, which alone take part
SMALLEST_VARIANCE = 2e-3  # of those that do; the others are all but certain
PRECISIONS = 1e-3, 1e4  # least and most that a pixel itself may say


def propagate(kernel: Tensor, prior: Tensor, posterior: Tensor) -> Tensor:
    """Let the pixels of each picture tell each other what was seen of them.

    Args:
        kernel: of the pixels' errors, see vae/posterior/pixel_errors.py.
        prior: (B, 784, N_GREYS), p(grey level) of each pixel before anything was seen of that pixel.
        posterior: (B, 784, N_GREYS), p(grey level) given what was seen of that pixel alone.

    Returns:
        (B, 784, N_GREYS), p(grey level) given what was seen of all pixels of the picture.
    """
    levels = grey_levels(prior)
    mean, variance = moments(prior)
    variance, pixels = variance.clamp_min(1e-6).topk(N_PIXELS, dim=1)
    mean, own = mean.gather(1, pixels), posterior.gather(1, pixels[..., None].expand(-1, -1, N_GREYS))
    std = variance.sqrt() * (variance > SMALLEST_VARIANCE)
    covariance = std[..., :, None] * correlations(kernel, pixels).to(prior) * std[..., None, :]
    covariance = covariance.diagonal_scatter(variance, dim1=1, dim2=2)
    around_mean, around_precision = _said_by_others(mean, covariance, *moments(own))
    others = around_precision[..., None] * (levels - around_mean[..., None]).square()
    before = (levels - mean[..., None]).square() / variance[..., None]
    told = (own.log() - 0.5 * (others - before)).softmax(dim=2)
    return posterior.scatter(1, pixels[..., None].expand_as(told), told)


def _said_by_others(
    mean: Tensor, covariance: Tensor, own_mean: Tensor, own_variance: Tensor
) -> tuple[Tensor, Tensor]:
    """Mean and precision, each (B, N), of every pixel given what was seen of all others.

    mean (B, N), covariance (B, N, N): before anything was seen; own_mean, own_variance (B, N): given the
    pixel alone.
    """
    before = 1 / covariance.diagonal(dim1=1, dim2=2)
    seen = (1 / own_variance.clamp_min(1e-9) - before).clamp(*PRECISIONS)
    pull = (before + seen) * own_mean - before * mean
    root = seen.sqrt()[..., None]
    factor = torch.linalg.cholesky(torch.eye(mean.shape[1]).to(mean) + root * covariance * root.mT)
    explained = torch.linalg.solve_triangular(factor, root * covariance, upper=False)
    surprise = (pull - seen * mean)[..., None]
    joint_mean = mean + (covariance @ surprise - explained.mT @ (explained @ surprise))[..., 0]
    joint = 1 / (covariance.diagonal(dim1=1, dim2=2) - explained.square().sum(dim=1)).clamp_min(1e-9)
    precision = joint - seen
    around = (joint * joint_mean - pull) / precision
    return torch.where(precision > before, around, mean), precision.maximum(before)
