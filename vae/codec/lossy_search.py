"""The grid codes that decode nearest to an image in a given number of bits.

Source: least error + multiplier x bits, Lagrangian rate-distortion optimisation, Sullivan & Wiegand 1998,
doi:10.1109/79.733497.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from vae.calibration import ModelStatistics, Profile
from vae.codec import header
from vae.codec.grid_search import improve
from vae.codec.range_coding import GridCode, coder
from vae.model import VAE

N_STARTS = 3  # of the search, where no correction follows
ROUNDS = 3  # of the search for the best grid code
ERROR_PER_BIT = 0.018  # Lagrange multiplier: summed squared error a bit is worth on a grid of step 1; LOG.md
TRIALS = (0.3, 1.0, 3.0, 10.0)  # multiples of it that each round of the search tries
N_PREFIXES = 6  # of each row of the grid, beside all of the first, are decoded and compared
SHRINKAGE = torch.tensor([1.0, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0], dtype=torch.float64)


class SquaredError:
    """The summed squared error of a decoded picture, for vae/codec/grid_search.py."""

    def __init__(self, image: Tensor) -> None:
        self.truth = image.flatten().double().cpu()

    def total(self, logits: Tensor) -> Tensor:
        return (torch.sigmoid(logits) - self.truth).square().sum(dim=1)

    def quadratic(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        pictures = torch.sigmoid(logits)
        slopes = pictures[1:] - pictures[0]
        return slopes @ (self.truth - pictures[0]), slopes @ slopes.T


def grid_codes(
    model: VAE, statistics: ModelStatistics, image: Tensor, profile: Profile, most_bits: float
) -> Iterator[GridCode]:
    """Grid codes of an image, (1, k), that leave room in most_bits for the header, the best first.

    The best is found by search from the best prefix of the posterior mean, or of it shrunk towards zero.
    """
    loss, step = SquaredError(image), profile.step * statistics.posterior_std
    multiplier = ERROR_PER_BIT * profile.step**2  # as the error of rounding grows
    a_correction_follows = profile.mean_level >= 1
    worth = multiplier if a_correction_follows else 0.0  # of a bit left over, to the correction
    mean = model.encode(image[None]).mean.double().cpu()
    grid = coder(model).quantize(SHRINKAGE[:, None] * mean, step)
    overhead = header.dims(profile, model.config.latent_dim).bits() + header.levels(profile).bits()[0]
    starts = _starts(model, grid, loss, worth, overhead, most_bits)
    n_searched = 1 if a_correction_follows else N_STARTS
    found = [
        improve(
            model,
            loss,
            start,
            step,
            loss_per_bit=worth,
            trials=[trial * multiplier for trial in TRIALS],
            most_bits=most_bits - overhead[start.z.shape[1] - 1].item(),
            rounds=ROUNDS,
        )
        for start in starts[:n_searched]
    ]
    yield from (each.grid for each in sorted(found, key=lambda each: each.cost))
    yield from starts


def _starts(
    model: VAE, grid: GridCode, loss: SquaredError, error_per_bit: float, overhead: Tensor, most_bits: float
) -> list[GridCode]:
    """Prefixes of the grid's rows that fit, by squared error + error_per_bit x bits, best first."""
    bits = grid.bits.cumsum(dim=1) + overhead
    fits = bits <= most_bits
    tried = fits & (fits.flip(1).cumsum(dim=1).flip(1) <= N_PREFIXES)
    tried[0] = fits[0]
    if not tried.any():
        return []
    rows, last = tried.nonzero().unbind(dim=1)
    kept = torch.arange(grid.z.shape[1]) <= last[:, None]
    device = next(model.parameters()).device
    logits = model.decode_kept(grid.z[rows].float().to(device), kept.to(device)).flatten(1)
    cost = loss.total(logits.double().cpu()) + error_per_bit * bits[rows, last]
    return [grid.prefix(int(rows[i]), int(last[i]) + 1) for i in cost.argsort().tolist()]
