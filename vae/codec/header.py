"""What a lossy code says first: how many latent numbers follow, and how fine the correction after them is.

Each is a whole number under a Gaussian that is rounded and cut off; the profile of the code's length has its
mean and standard deviation.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae.calibration import Profile
from vae.codec import residual
from vae.codec.range_coding import LEAST_CHANCE, Gaussian, Part


class RoundedGaussian(NamedTuple):
    """A distribution over the whole numbers from lowest to highest."""

    lowest: int
    highest: int
    mean: float
    std: float

    def bits(self) -> Tensor:
        """Ideal length of each number, float64 (highest - lowest + 1,)."""
        numbers = torch.arange(self.lowest, self.highest + 1)
        edges = torch.stack([numbers - 0.5, numbers + 0.5]).double()
        edges[0, 0], edges[1, -1] = -torch.inf, torch.inf
        below, above = torch.special.ndtr((edges - self.mean) / self.std)
        return -(above - below).clamp_min(LEAST_CHANCE).log2()

    def part(self, number: int) -> Part:
        """A number as a part of a message."""
        parameters = np.array([self.mean]), np.array([self.std])
        return Part(np.array([number], np.int32), Gaussian(self.lowest, self.highest), parameters)

    def read(self, decoder: Any) -> int:
        """The number that a range decoder yields next."""
        part = self.part(self.lowest)
        return int(decoder.decode(part.family, *part.parameters)[0])


def dims(profile: Profile, latent_dim: int) -> RoundedGaussian:
    """How many dimensions a code has, 1 to latent_dim."""
    return RoundedGaussian(1, latent_dim, profile.mean_dims, profile.std_dims)


def levels(profile: Profile) -> RoundedGaussian:
    """The level of its correction, see vae/codec/residual.py."""
    return RoundedGaussian(0, residual.N_FINENESS_LEVELS - 1, profile.mean_level, profile.std_level)
