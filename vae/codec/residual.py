"""What the latent code cannot say: a correction of the decoded picture, spent where the decoder is unsure.

Both sides know the decoder's logits, so both know the variance of each pixel (its logit bin's, see
vae/posterior/pixels.py) and how errors of neighbours go together (vae/posterior/pixel_errors.py). The
eigenvectors of that covariance are the directions in which the picture may be wrong, the likeliest first; the
correction is their coefficients, rounded to a step and range-coded, and those that would round to zero are
left out.

Source: the Karhunen-Loeve transform of transform coding, Goyal 2001, doi:10.1109/79.952802.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae.calibration import ModelStatistics
from vae.codec.range_coding import LEAST_CHANCE, Laplace, Part, round_ratio
from vae.posterior.pixel_errors import error_covariances
from vae.posterior.pixels import bin_of, moments

N_FINENESS_LEVELS = 24  # level 0 sends no correction
COARSEST_STEP, STEPS_AN_OCTAVE = 1.6, 4
N_PIXELS = 200  # the most uncertain ones, which alone are corrected
SMALLEST_RATIO = 0.5  # standard deviation, in steps, of the coefficients that are sent
ROUNDINGS = torch.tensor([[0.5], [0.4], [0.3], [0.2]])  # what is added before rounding down; less saves bits
TIE_BREAK = 1e-5  # share by which each pixel outweighs the one before, so that no two directions are equal
HIGHEST_SYMBOL = 255
COEFFICIENT = Laplace(-HIGHEST_SYMBOL, HIGHEST_SYMBOL)


class Directions(NamedTuple):
    """In which directions a decoded picture may be wrong, and by how much, both sides alike."""

    basis: Tensor  # float64 (N_PIXELS, 784), orthonormal rows, the widest first
    std: Tensor  # float64 (N_PIXELS,)


class Correction(NamedTuple):
    """One way to correct a picture."""

    level: int
    symbols: Tensor  # int64 (n,), of the first n directions
    bits: float
    error: float  # mean squared, of the corrected picture


def step_of(level: int) -> float:
    """The step to which coefficients are rounded at a level."""
    return COARSEST_STEP * 2 ** (-level / STEPS_AN_OCTAVE)


def directions(statistics: ModelStatistics, logits: Tensor) -> Directions:
    """The directions in which the picture of logits (784,), float64, may be wrong."""
    _, variance = moments(statistics.pixel_table)
    std = variance[bin_of(logits)].clamp_min(0).sqrt()
    pixels = std.argsort(descending=True, stable=True)[:N_PIXELS].sort().values
    together = error_covariances(statistics.residual_kernel, pixels)
    apart = std[pixels] * (1 + TIE_BREAK * torch.arange(len(pixels), dtype=torch.float64))
    values, vectors = torch.linalg.eigh(apart[:, None] * together * apart)
    basis = torch.zeros((len(pixels), len(std)), dtype=torch.float64)
    basis[:, pixels] = (vectors * _sign(vectors)).T
    return Directions(basis.flip(0), values.clamp_min(0).sqrt().flip(0))


def _sign(vectors: Tensor) -> Tensor:
    """+1 or -1 for each column, so that every processor's eigenvectors point the same way."""
    generic = torch.arange(len(vectors), dtype=torch.float64).add(1).sqrt()
    return torch.where(generic @ vectors < 0, -1.0, 1.0)


def ratios(way: Directions, level: int) -> Tensor:
    """Standard deviations, in steps of a level, of the coefficients sent at it, (n,); none at level 0."""
    if level == 0:
        return torch.empty(0, dtype=torch.float64)
    ratio = round_ratio(way.std.clamp_min(1e-9) / step_of(level))
    return ratio[: int((ratio >= SMALLEST_RATIO).sum())]


def corrected(picture: Tensor, way: Directions, level: int, symbols: Tensor) -> Tensor:
    """A picture (784,), float64, with the correction of symbols (..., n), in [0, 1], (..., 784)."""
    return (picture + step_of(level) * symbols.double() @ way.basis[: symbols.shape[-1]]).clamp(0, 1)


def corrections(picture: Tensor, way: Directions, truth: Tensor) -> list[Correction]:
    """Ways to bring a picture nearer to the truth, both (784,) and float64: one a level and rounding."""
    coefficients = way.basis @ (truth - picture)
    none = Correction(0, torch.empty(0, dtype=torch.int64), 0.0, _errors(picture, truth).item())
    return [none] + [
        correction
        for level in range(1, N_FINENESS_LEVELS)
        for correction in _at_level(picture, way, truth, coefficients, level)
    ]


def _at_level(
    picture: Tensor, way: Directions, truth: Tensor, coefficients: Tensor, level: int
) -> list[Correction]:
    """The coefficients (N_PIXELS,) that are sent at a level, by each rounding; none where none is sent."""
    ratio = ratios(way, level)
    if not len(ratio):
        return []
    in_steps = coefficients[: len(ratio)] / step_of(level)
    symbols = in_steps.sign() * (in_steps.abs() + ROUNDINGS).floor().clamp_max(HIGHEST_SYMBOL)
    bits = _bits(symbols, ratio).sum(dim=1).tolist()
    errors = _errors(corrected(picture, way, level, symbols), truth).tolist()
    return [Correction(level, *each) for each in zip(symbols.long(), bits, errors, strict=True)]


def _errors(pictures: Tensor, truth: Tensor) -> Tensor:
    """Mean squared error of pictures (..., 784), (...)."""
    return (pictures - truth).square().mean(dim=-1)


def _bits(symbols: Tensor, ratio: Tensor) -> Tensor:
    """Ideal length of symbols (..., n) under Laplace distributions of standard deviations ratio (n,)."""
    scale = ratio / math.sqrt(2)
    far = (symbols.abs() - 0.5).clamp_min(0) / scale
    beyond = 0.5 * torch.exp(-far) * (1 - torch.exp(-1 / scale))
    chance = torch.where(symbols == 0, 1 - torch.exp(-0.5 / scale), beyond)
    return -chance.clamp_min(LEAST_CHANCE).log2()


def correction_part(symbols: Tensor, ratio: Tensor) -> Part:
    """A correction's symbols (n,) as a part of a message."""
    scale = ratio.numpy() / math.sqrt(2)
    return Part(symbols.numpy().astype(np.int32), COEFFICIENT, (np.zeros(len(scale)), scale))
