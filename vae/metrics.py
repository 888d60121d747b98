"""How close images are to the truth, one by one (PSNR, SSIM), many at once, and as a distribution."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import skimage
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy, mse_loss

from vae.checks import SIDE, InputError, check_device, check_pictures, unlike_tensor


def psnr(image: Tensor, reference: Tensor) -> float:
    """Peak signal-to-noise ratio in dB for a peak of 1: -10 log10 of the mean squared error.

    Args:
        image: (1, 28, 28) float32.
        reference: the truth, of the same shape.

    Returns:
        Decibels; infinity when the two are identical.

    Raises:
        InputError: the shapes differ or are another one, or a value is not within 1,000,000 of zero.
    """
    check_alike(image, reference)
    mse = mse_loss(image.double(), reference.double()).item()
    return -10 * math.log10(mse) if mse > 0 else math.inf


def ssim(image: Tensor, reference: Tensor) -> float:
    """Structural similarity over windows of 7 x 7 pixels: 1 when identical, near 0 when unrelated.

    Args:
        image: (1, 28, 28) float32 in [0, 1].
        reference: the truth, of the same shape.

    Raises:
        InputError: the shapes differ or are another one, or a value is not within 1,000,000 of zero.

    Source: Wang et al. 2004, doi:10.1109/TIP.2003.819861.
    """
    check_alike(image, reference)
    pair = (picture[0].detach().cpu().numpy() for picture in (image, reference))
    return float(skimage.metrics.structural_similarity(*pair, data_range=1.0))


def mean_psnr(images: Sequence[Tensor] | Tensor, truth: Sequence[Tensor] | Tensor) -> float:
    """Mean over pairs of images (1, 28, 28) of their PSNR, dB."""
    pairs = zip(images, truth, strict=True)
    return sum(psnr(image, x) for image, x in pairs) / len(truth)


def rmse(images: Tensor, truth: Tensor, observed: Tensor) -> float:
    """Root mean squared error over all pixels that are not observed, bool; all of one shape."""
    return (images - truth)[~observed].square().mean().sqrt().item()


def log_loss(completions: Tensor, truth: Tensor, observed: Tensor) -> float:
    """Negative log score of the true hidden pixels, nats a pixel, lower is better.

    A pixel's chance of ink is the mean of its completions with half a white and half a black one added; a
    grey pixel counts as that much ink.

    Args:
        completions: (S, B, 1, 28, 28) in [0, 1].
        truth, observed: (B, 1, 28, 28); observed is bool, True = known.

    Source: the halves are of Krichevsky & Trofimov 1981, doi:10.1109/TIT.1981.1056331.
    """
    chance = (completions.sum(dim=0) + 0.5) / (len(completions) + 1)
    return binary_cross_entropy(chance[~observed], truth[~observed]).item()


def brier_score(shares: Tensor, truth: Tensor) -> float:
    """Summed squared distance of predicted shares and the truth, mean over cases: 0 is best, 2 worst.

    Args:
        shares: (N, C), of each class, rows sum to 1.
        truth: (N, C), 1 for the class that was right, else 0.

    Source: Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2.
    """
    return (shares - truth).square().sum(dim=1).mean().item()


class Reliability(NamedTuple):
    """How often predictions come true, beside how often they should: a point of a reliability diagram."""

    predicted: float  # mean share predicted, in [0, 1]
    right: float  # share of the predictions that came true, in [0, 1]
    n: int  # predictions

    @property
    def gap(self) -> float:
        """How far the two lie apart; 0 is best."""
        return abs(self.predicted - self.right)


def reliability(shares: Tensor, truth: Tensor, low: float, high: float) -> Reliability | None:
    """The reliability of those predicted shares, (N, C), that lie above low and at or below high.

    Returns:
        The point of this bin, or None where nothing was predicted with such a share.

    Source: Niculescu-Mizil & Caruana 2005, doi:10.1145/1102351.1102430.
    """
    within = (shares > low) & (shares <= high)
    if not within.any():
        return None
    return Reliability(shares[within].mean().item(), truth[within].mean().item(), int(within.sum()))


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Squared Frechet distance of two sets of features (N, D) and (M, D), each taken as one Gaussian.

    Source: Heusel et al. 2017, arXiv:1706.08500.
    """
    a, b = a.double(), b.double()
    covariances = torch.cov(a.T), torch.cov(b.T)
    values, vectors = torch.linalg.eigh(covariances[0])
    root = vectors * values.clamp_min(0).sqrt() @ vectors.T
    shared = torch.linalg.eigvalsh(root @ covariances[1] @ root).clamp_min(0).sqrt().sum()
    spread = covariances[0].trace() + covariances[1].trace() - 2 * shared
    return ((a.mean(dim=0) - b.mean(dim=0)).square().sum() + spread).item()


def check_alike(image: Tensor, reference: Tensor) -> None:
    """Accept two pictures, float32 (1, 28, 28), all finite."""
    for picture in (image, reference):
        if found := unlike_tensor(picture):
            raise InputError(f"the images must be tensors, not {found}")
    if image.shape != reference.shape:
        raise InputError(f"the images differ in shape: {tuple(image.shape)} and {tuple(reference.shape)}")
    if image.shape != (1, SIDE, SIDE):
        raise InputError(f"the images must be (1, 28, 28), not {tuple(image.shape)}")
    for picture in (image, reference):
        check_pictures(picture[None])
    check_device(image, reference)
