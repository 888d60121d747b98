"""Payloads of lossy codes: a header, a grid code, and the correction of what it decodes to."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae.calibration import ModelStatistics, Profile
from vae.checks import InputError
from vae.codec import header, residual
from vae.codec.lossy_search import LossySearch
from vae.codec.range_coding import GridCode, coder, latent_part, pack, payload_bytes
from vae.model import VAE, calibration_of

N_SIZES = 4  # of a code, the largest that fit, are always tried


class Payload(NamedTuple):
    """A code without its checksum."""

    packed: bytes
    error: float  # mean squared, of the picture that it decodes to


class Plan(NamedTuple):
    """A grid code (1, k) and the ways to correct what it decodes to, the nearest to the image first."""

    grid: GridCode
    way: residual.Directions
    corrections: list[residual.Correction]


def plan(model: VAE, statistics: ModelStatistics, image: Tensor, grid: GridCode) -> Plan:
    """How what a grid code (1, k) decodes to may be corrected."""
    logits = coder(model).logits(grid.z)[0]
    way = residual.directions(statistics, logits)
    found = residual.corrections(torch.sigmoid(logits), way, image.flatten().double().cpu())
    return Plan(grid, way, sorted(found, key=lambda correction: correction.error))


class LossyWriter:
    """Writes one image in several sizes, and searches once for those that share a grid."""

    def __init__(self, model: VAE, image: Tensor) -> None:
        """image: (1, 28, 28) in [0, 1].

        Raises:
            InputError: the model has no calibration.
        """
        self.model, self.image = model, image
        self.calibration = calibration_of(model)
        self._search = LossySearch(model, self.calibration, image)
        self._of_largest_size: dict[float, Plan] = {}
        self._written: dict[int, Payload | None] = {}

    def best(self, n_bytes: int) -> Payload:
        """The nearest to the image of the payloads for at most n_bytes with their checksum.

        Raises:
            InputError: the image does not fit.
        """
        sizes = _sizes(self.calibration.profiles, payload_bytes(n_bytes))
        written = [payload for size in sizes if (payload := self._payload(size)) is not None]
        if not written:
            raise InputError(f"this image does not fit in {n_bytes} bytes; allow more")
        return min(written, key=lambda payload: payload.error)

    def _payload(self, size: int) -> Payload | None:
        """The image in a payload of exactly size bytes, or None where it does not fit."""
        if size not in self._written:
            self._written[size] = self._write(size)
        return self._written[size]

    def _write(self, size: int) -> Payload | None:
        profile = self.calibration.profiles[size]
        for each in self._plans(profile, 8 * size):
            for packed, error in _packed(profile, self.model.config.latent_dim, each, 8 * size):
                if len(packed) <= size:
                    return Payload(packed.ljust(size, b"\0"), error)
        return None

    def _plans(self, profile: Profile, most_bits: float) -> Iterator[Plan]:
        """What to try, the best first: where a correction follows, the grid code that any room allows."""
        if profile.mean_level >= 1:
            yield self._plan_of_largest_size(profile.step)
        for grid in self._search.grid_codes(profile, most_bits):
            yield plan(self.model, self.calibration, self.image, grid)

    def _plan_of_largest_size(self, step: float) -> Plan:
        """The best grid code of a step in the largest size that has it."""
        if step not in self._of_largest_size:
            size = max(size for size, profile in self.calibration.profiles.items() if profile.step == step)
            grid = next(self._search.grid_codes(self.calibration.profiles[size], 8 * size))
            self._of_largest_size[step] = plan(self.model, self.calibration, self.image, grid)
        return self._of_largest_size[step]


def _sizes(profiles: Mapping[int, Profile], largest: int) -> list[int]:
    """Sizes of payload to try: the largest ones, and beyond them the largest that has another grid."""
    sizes = sorted(size for size in profiles if size <= largest)
    of_each_step = {profiles[size].step: size for size in sizes if 2 * size > largest}
    return sorted({*sizes[-N_SIZES:], *of_each_step.values()})


def _packed(
    profile: Profile, latent_dim: int, chosen: Plan, most_bits: float
) -> Iterator[tuple[bytes, float]]:
    """Packed codes of a grid code with each correction that fits, and their errors, the least first."""
    grid, n_dims = chosen.grid, chosen.grid.z.shape[1]
    dims, levels = header.dims(profile, latent_dim), header.levels(profile)
    numbers = latent_part(grid.symbols[0].numpy().astype(np.int32), grid.ratio[0].numpy())
    used = grid.bits.sum().item() + dims.bits()[n_dims - 1].item()
    level_bits = levels.bits().tolist()
    for found in chosen.corrections:
        if used + level_bits[found.level] + found.bits <= most_bits:
            correction = residual.correction_part(found.symbols, residual.ratios(chosen.way, found.level))
            yield pack([dims.part(n_dims), numbers, levels.part(found.level), correction]), found.error
