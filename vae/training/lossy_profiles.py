"""Which grid a lossy code of each length has, and what header it expects: measured on validation digits."""

import math
from dataclasses import replace
from typing import NamedTuple

import torch
from torch import Tensor
from tqdm import tqdm

from vae.calibration import ModelStatistics, Profile
from vae.codec import header, residual
from vae.codec.grid_search import nearest_codes
from vae.codec.lossy_search import LossySearch
from vae.codec.lossy_writer import plan
from vae.codec.range_coding import payload_bytes
from vae.jobs.compression import MAX_CODE_BYTES, MIN_CODE_BYTES
from vae.model import VAE

N_CODED = 60  # validation digits that are coded
STEPS = (8.0, 5.6, 4.0, 2.8, 2.0, 1.4, 1.0)
FITTINGS = 3  # of a profile: what fits depends on what its header costs
SMALLEST_SPREADS = torch.tensor([0.5, 0.3])  # of numbers of dimensions and of levels, so that any can be said


class Option(NamedTuple):
    """One way to code a digit."""

    n_dims: int
    level: int
    bits: float  # without those that say the two
    error: float


def measure_profiles(model: VAE, images: Tensor, statistics: ModelStatistics) -> dict[int, Profile]:
    """For each length of payload the grid of highest PSNR, and what numbers and corrections then fit.

    images: validation digits, (N, 1, 28, 28) in [0, 1], of which the first N_CODED are coded.
    """
    images = images[:N_CODED]
    options = {step: _options(model, images, statistics, step) for step in tqdm(STEPS, desc="lossy codes")}
    sizes = sorted({payload_bytes(n) for n in range(MIN_CODE_BYTES, MAX_CODE_BYTES + 1)})
    return {size: _best_profile(model, options, 8 * size) for size in sizes}


def _wide_profile(model: VAE, step: float) -> Profile:
    """A profile that expects nothing in particular."""
    K, L = model.config.latent_dim, residual.N_FINENESS_LEVELS
    return Profile(step, K / 2, K, L / 2, L)


def _options(model: VAE, images: Tensor, statistics: ModelStatistics, step: float) -> list[list[Option]]:
    """For each image the prefixes of its posterior mean, and the best grid code with each correction."""
    options, grids = [], nearest_codes(model, images, step * statistics.posterior_std)
    errors = [_squared_error(model, grids.z[:, :k], images) for k in range(1, grids.z.shape[1] + 1)]
    prefixes = zip(grids.bits.cumsum(dim=1).tolist(), torch.stack(errors, dim=1).tolist(), strict=True)
    for image, (bits, error) in zip(images, prefixes, strict=True):
        grid = next(LossySearch(model, statistics, image).grid_codes(_wide_profile(model, step), torch.inf))
        n_dims, used = grid.z.shape[1], grid.bits.sum().item()
        corrections = plan(model, statistics, image, grid).corrections
        options.append(
            [Option(k, 0, *cost) for k, cost in enumerate(zip(bits, error, strict=True), 1)]
            + [Option(n_dims, each.level, used + each.bits, each.error) for each in corrections]
        )
    return options


def _squared_error(model: VAE, z: Tensor, images: Tensor) -> Tensor:
    """Mean squared error of the decoded codes z (B, k), (B,)."""
    return (torch.sigmoid(model.decode(z.to(images))) - images).square().mean(dim=(1, 2, 3))


def _best_profile(model: VAE, options: dict[float, list[list[Option]]], most_bits: int) -> Profile:
    """The profile of the highest mean PSNR, when each image takes the best option that fits."""
    best, best_db = _wide_profile(model, STEPS[0]), -math.inf
    for step, of_images in options.items():
        profile = _wide_profile(model, step)
        for _ in range(FITTINGS):
            dims = header.dims(profile, model.config.latent_dim).bits().tolist()
            levels = header.levels(profile).bits().tolist()
            chosen = [_best_option(of_image, dims, levels, most_bits) for of_image in of_images]
            profile = _fitted(profile, chosen)
        db = -10 * sum(math.log10(option.error) for option in chosen) / len(chosen)
        if db > best_db:
            best, best_db = profile, db
    return best


def _best_option(options: list[Option], dims: list[float], levels: list[float], most_bits: int) -> Option:
    """The option of least error that fits; where none does, the shortest."""
    bits = [dims[option.n_dims - 1] + levels[option.level] + option.bits for option in options]
    fitting = [option for option, length in zip(options, bits, strict=True) if length <= most_bits]
    return min(fitting, key=lambda option: option.error) if fitting else options[bits.index(min(bits))]


def _fitted(profile: Profile, chosen: list[Option]) -> Profile:
    """The profile that expects the numbers of dimensions and the levels of the chosen options."""
    numbers = torch.tensor([(option.n_dims, option.level) for option in chosen], dtype=torch.float64)
    means = [round(value, 2) for value in numbers.mean(dim=0).tolist()]
    spread = numbers.std(dim=0, correction=0).maximum(SMALLEST_SPREADS)
    stds = [round(value, 2) for value in spread.tolist()]
    return replace(profile, mean_dims=means[0], std_dims=stds[0], mean_level=means[1], std_level=stds[1])
