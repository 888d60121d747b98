"""How the decoder's errors of neighbouring pixels go together: a small kernel, measured once."""

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.calibration import Calibration
from vae.checks import SIDE

REACH = 2  # of the kernel, in pixels
SMALLEST_WAVE = 0.05  # variance of any pattern of errors, as a share of a pixel's own


def correlations(known: Calibration, pixels: Tensor) -> Tensor:
    """Correlations of the errors of pixels (..., N), numbered 0 to 783, float64 (..., N, N)."""
    covariances = error_covariances(known, pixels)
    return covariances / covariances[..., :1, :1]


def error_covariances(known: Calibration, pixels: Tensor) -> Tensor:
    """Covariances of their errors, each in standard deviations of its logit bin, float64 (..., N, N)."""
    kernel = torch.tensor(known.residual_kernel, dtype=torch.float64, device=pixels.device)
    rows, columns = pixels // SIDE, pixels % SIDE
    down, right = (line[..., :, None] - line[..., None, :] for line in (rows, columns))
    near = (down.abs() <= REACH) & (right.abs() <= REACH)
    return kernel[down.clamp(-REACH, REACH) + REACH, right.clamp(-REACH, REACH) + REACH] * near


def measure_kernel(residuals: Tensor, stds: Tensor) -> list[list[float]]:
    """How errors of neighbouring pixels go together, from residuals and their stds, each (N, 28, 28).

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
    return [[round(value, 4) for value in row] for row in (centre + alike * (kernel - centre)).tolist()]


def _correlation(residuals: Tensor, stds: Tensor, down: int, right: int) -> float:
    """Of pixels that lie some rows and columns apart."""

    def product(x: Tensor) -> Tensor:
        here = x[:, max(down, 0) : SIDE + min(down, 0), max(right, 0) : SIDE + min(right, 0)]
        there = x[:, max(-down, 0) : SIDE + min(-down, 0), max(-right, 0) : SIDE + min(-right, 0)]
        return (here * there).sum()

    return (product(residuals) / product(stds).clamp_min(1e-12)).item()
