"""How the decoder's errors of neighbouring pixels go together: a small kernel, measured once."""

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.checks import SIDE

REACH = 2  # of the kernel, in pixels
SMALLEST_WAVE = 0.05  # variance of any pattern of errors, as a share of a pixel's own


def correlations(kernel: Tensor, pixels: Tensor) -> Tensor:
    """Correlations of the errors of pixels (..., N), numbered 0 to 783, (..., N, N).

    kernel: from `measure_kernel`; the result has its precision.
    """
    return error_covariances(kernel / kernel[REACH, REACH], pixels)


def error_covariances(kernel: Tensor, pixels: Tensor) -> Tensor:
    """Covariances of their errors, each in standard deviations of its logit bin, (..., N, N)."""
    offsets = F.pad(kernel.to(pixels.device), (SIDE - 1 - REACH,) * 4)  # by every way from pixel to pixel
    places = pixels // SIDE * len(offsets) + pixels % SIDE  # whose differences number the ways
    ways = places[..., :, None] - places[..., None, :]
    return offsets.flatten()[ways + offsets.numel() // 2]


def measure_kernel(residuals: Tensor, stds: Tensor) -> Tensor:
    """How errors of neighbouring pixels go together, from residuals and their stds, each (N, 28, 28).

    Entry (REACH + i, REACH + j) of the kernel, (2 REACH + 1, 2 REACH + 1), is the covariance of pixels i rows
    and j columns apart, in their standard deviations.

    Errors farther apart count as independent. Where that would give some pattern of errors a variance below
    a share of a pixel's own, neighbours count as less alike than they were.
    """
    offsets = range(-REACH, REACH + 1)
    kernel = torch.tensor(
        [[_correlation(residuals, stds, down, right) for right in offsets] for down in offsets]
    )
    own, centre = kernel[REACH, REACH].item(), torch.zeros_like(kernel)
    centre[REACH, REACH] = own
    waves = torch.fft.fft2(
        F.pad(kernel - centre, (0, SIDE, 0, SIDE)).roll((-REACH, -REACH), dims=(0, 1))
    ).real
    alike = min(1.0, (1 - SMALLEST_WAVE) * own / max(-waves.min().item(), 1e-12))
    return centre + alike * (kernel - centre)


def _correlation(residuals: Tensor, stds: Tensor, down: int, right: int) -> float:
    """Of pixels that lie some rows and columns apart."""

    def product(x: Tensor) -> Tensor:
        here = x[:, max(down, 0) : SIDE + min(down, 0), max(right, 0) : SIDE + min(right, 0)]
        there = x[:, max(-down, 0) : SIDE + min(-down, 0), max(-right, 0) : SIDE + min(-right, 0)]
        return (here * there).sum()

    return (product(residuals) / product(stds).clamp_min(1e-12)).item()
