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
# Multiples of the posterior mean whose grid codes the search starts from; smaller ones take fewer bits.
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


class LossySearch:
    """Looks for grid codes of one image; what lengths of code with the same grid share is worked out once."""

    def __init__(self, model: VAE, statistics: ModelStatistics, image: Tensor) -> None:
        """image: (1, 28, 28) in [0, 1]."""
        self.model, self.statistics = model, statistics
        self.loss = SquaredError(image)
        self._mean = model.encode(image[None]).mean.double().cpu()
        self._rows: dict[float, Rows] = {}

    def grid_codes(self, profile: Profile, most_bits: float) -> Iterator[GridCode]:
        """Grid codes of the image, (1, k), that leave room in most_bits for the header, the best first.

        The best is found by search from the best prefix of the posterior mean, or of it shrunk towards zero.
        """
        multiplier = ERROR_PER_BIT * profile.step**2
        a_correction_follows = profile.mean_level >= 1
        worth = multiplier if a_correction_follows else 0.0  # of a bit left over, to the correction
        overhead = (
            header.dims(profile, self.model.config.latent_dim).bits() + header.levels(profile).bits()[0]
        )
        starts = self._nearest(profile.step).prefixes(worth, overhead, most_bits)
        found = [
            improve(
                self.model,
                self.loss,
                start,
                profile.step * self.statistics.posterior_std,
                loss_per_bit=worth,
                trials=[trial * multiplier for trial in TRIALS],
                most_bits=most_bits - overhead[start.z.shape[1] - 1].item(),
                rounds=ROUNDS,
            )
            for start in starts[: 1 if a_correction_follows else N_STARTS]
        ]
        yield from (each.grid for each in sorted(found, key=lambda each: each.cost))
        yield from starts

    def _nearest(self, step: float) -> "Rows":
        if step not in self._rows:
            target = SHRINKAGE[:, None] * self._mean
            grid = coder(self.model).quantize(target, step * self.statistics.posterior_std)
            self._rows[step] = Rows(self.model, self.loss, grid)
        return self._rows[step]


class Rows:
    """Grid codes (B, K), of which any prefix may be used; each is decoded when it is first asked for."""

    def __init__(self, model: VAE, loss: SquaredError, grid: GridCode) -> None:
        self.model, self.loss, self.grid = model, loss, grid
        self._errors = torch.full_like(grid.bits, torch.nan)  # of the prefix that ends with each number

    def prefixes(self, error_per_bit: float, overhead: Tensor, most_bits: float) -> list[GridCode]:
        """Prefixes that fit, with overhead (K,), by squared error + error_per_bit x bits, best first."""
        bits = self.grid.bits.cumsum(dim=1) + overhead
        fits = bits <= most_bits
        tried = fits & (fits.flip(1).cumsum(dim=1).flip(1) <= N_PREFIXES)
        tried[0] = fits[0]
        self._decode(tried & self._errors.isnan())
        cost = self._errors[tried] + error_per_bit * bits[tried]
        places = tried.nonzero()[cost.argsort()].tolist()
        return [self.grid.prefix(row, last + 1) for row, last in places]

    def _decode(self, wanted: Tensor) -> None:
        """Measure the squared error of the prefixes that end where wanted, bool (B, K)."""
        if not wanted.any():
            return
        rows, last = wanted.nonzero().unbind(dim=1)
        kept = torch.arange(wanted.shape[1]) <= last[:, None]
        device = next(self.model.parameters()).device
        logits = self.model.decode_kept(self.grid.z[rows].float().to(device), kept.to(device)).flatten(1)
        self._errors[wanted] = self.loss.total(logits.double().cpu())
