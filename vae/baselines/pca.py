"""PCA with an ideal entropy coder: what linear algebra alone makes of a handful of bytes."""

import io
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae.baselines.image_codecs import Point, frontier
from vae.checks import SIDE, FileError
from vae.files import read_arrays, write_file

BASELINES_FILE = Path(__file__).parents[2] / "weights" / "baselines.npz"
N_COMPONENTS = 192  # enough for 48 bytes, 0.4 dB too few for 64 (weights/LOG.md, "PCA's components")
MAX_BYTES = 64  # of the longest code that is measured
STEPS = torch.logspace(-1, 0.9, 32)  # quantiser steps to choose from; plans use 0.2 to 5.2
NAMES = ("mean", "basis", "std", "plans")
COUNTS = (*range(1, 8), *range(8, N_COMPONENTS + 1, 8))  # numbers of components to choose from


@dataclass(frozen=True)
class Components:
    """What the training digits tell: their mean, their directions, and how to spend each byte count."""

    mean: Tensor  # (784,) float32, the mean digit
    basis: Tensor  # (K, 784) float32, orthonormal rows, the widest direction first
    std: Tensor  # (K,) float32, standard deviation of the training digits along each
    plans: Tensor  # (64, 2) float32: components to keep and quantiser step, for 1 to 64 bytes


@cache
def load_components() -> Components:
    """Read weights/baselines.npz, one copy per process, not to be written to.

    Raises:
        FileError: the file is missing or is not what `python -m vae.baselines.fit` writes.
    """
    try:
        arrays = read_arrays(BASELINES_FILE, NAMES)
        parts = Components(*(torch.from_numpy(array).float() for array in arrays))
        _check(parts)
    except (ValueError, TypeError) as error:
        raise FileError(
            f"{BASELINES_FILE.name} is missing or broken; python -m vae.baselines.fit writes it"
        ) from error
    return parts


def _check(parts: Components) -> None:
    """Raise ValueError where the components cannot be used."""
    mean, basis, std, plans = vars(parts).values()
    n_pixels, n = SIDE**2, len(std)
    if (mean.shape, basis.shape, plans.shape) != ((n_pixels,), (n, n_pixels), (MAX_BYTES, 2)):
        raise ValueError("other shapes")
    if not all(part.isfinite().all() for part in vars(parts).values()):
        raise ValueError("not finite")
    if std.min() <= 0 or plans.min() <= 0 or plans[:, 0].max() > n:
        raise ValueError("out of range")


def save_components(components: Components) -> None:
    """Write weights/baselines.npz in half precision."""
    file = io.BytesIO()
    np.savez_compressed(file, **{name: part.half().numpy() for name, part in vars(components).items()})
    write_file(BASELINES_FILE, file.getvalue())


class Directions(NamedTuple):
    """In which directions digits differ most."""

    basis: Tensor  # (K, 784) float32, orthonormal rows, the widest direction first
    std: Tensor  # (K,) float32, standard deviation along each


def principal_components(digits: Tensor, count: int) -> Directions:
    """The leading principal components of digits (N, 784)."""
    variance, directions = torch.linalg.eigh(torch.cov(digits.T).double())
    return Directions(
        directions.flip(1)[:, :count].T.float(), variance.flip(0)[:count].clamp_min(0).sqrt().float()
    )


def fit_components(digits: Tensor, held_out: Tensor) -> Components:
    """Principal components of digits (N, 784) in [0, 1], and the plans that serve held_out (M, 784) best.

    Each plan is the pair of STEPS and COUNTS whose mean PSNR on held_out is highest among
    those that cost no more than its bytes there on average.
    """
    mean, (basis, std) = digits.mean(0), principal_components(digits, N_COMPONENTS)
    trials = _trials(Components(mean, basis, std, torch.empty(0)), held_out)
    affordable = ([t for t in trials if t[0] <= n_bytes] for n_bytes in range(1, MAX_BYTES + 1))
    plans = [max(choice, key=lambda trial: trial[1])[2:] for choice in affordable]
    return Components(mean, basis, std, torch.tensor(plans))


def _trials(parts: Components, digits: Tensor) -> list[tuple[float, float, int, float]]:
    """Mean bytes and mean PSNR on digits (M, 784) of every number of components and step."""
    trials = []
    coefficients = (digits - parts.mean) @ parts.basis.T
    for step in STEPS:
        symbols = (coefficients / step).round()
        n_bytes = ideal_bytes(symbols, step, parts.std).mean(0)
        for count in COUNTS:
            decoded = parts.mean + step * symbols[:, :count] @ parts.basis[:count]
            error = (decoded.clamp(0, 1) - digits).square().mean(1)
            psnr_db = -10 * error.log10().mean().item()
            trials.append((n_bytes[count - 1].item(), psnr_db, count, step.item()))
    return trials


def ideal_bytes(symbols: Tensor, step: Tensor, std: Tensor) -> Tensor:
    """Whole bytes that the first 1, ..., K of symbols (B, K) cost: -log2 of the Gaussian bin of each."""
    near, far = ((symbols.double().abs() + half) * step / (std * math.sqrt(2)) for half in (-0.5, 0.5))
    bits = -((torch.erfc(near) - torch.erfc(far)) / 2).clamp_min(2.0**-64).log2()
    return (bits.cumsum(1) / 8).ceil()


def pca_points(x: Tensor) -> list[Point]:
    """The image (1, 28, 28) in [0, 1] in about 1 to 64 bytes; see `frontier`.

    Projects on the leading principal components, rounds the coefficients to multiples of a step, and
    counts the ideal code length under the training digits' Gaussian, in whole bytes: no header, no
    coder's loss, and nothing for telling the receiver which plan was used. So the baseline is flattered.

    Raises:
        FileError: weights/baselines.npz is missing or broken.
    """
    parts = load_components()
    counts, steps = parts.plans[:, 0].long(), parts.plans[:, 1:]
    kept = torch.arange(len(parts.std)) < counts[:, None]
    symbols = ((x.flatten() - parts.mean) @ parts.basis.T / steps).round() * kept
    decoded = (parts.mean + steps * symbols @ parts.basis).clamp(0, 1).view(-1, SIDE, SIDE)
    n_bytes = ideal_bytes(symbols, steps, parts.std).gather(1, counts[:, None] - 1)[:, 0]
    return frontier(x, list(zip(n_bytes.int().tolist(), decoded.numpy(), strict=True)))
