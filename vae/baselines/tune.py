"""`python -m vae.baselines.tune` tells how far each filter's setting is from the best of a grid of settings.

It prints PSNR on validation digits, by which the settings in vae/baselines/filters.py were chosen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae.baselines import filters
from vae.metrics import mean_psnr
from vae.noise import Noise, corrupt
from vae.training.command import run_command
from vae.training.data import as_images, default_root, validation_digits

NOISES = (
    *(Noise("gaussian", level) for level in (0.1, 0.25, 0.5, 1.0)),
    *(Noise("uniform", level) for level in (0.05, 0.1, 0.25, 0.5)),
    *(Noise("salt_and_pepper", level) for level in (0.1, 0.25, 0.5)),
)
SEED = 1  # of the noise; the evaluation has another
WINDOWS = {
    "a cross of 3 pixels": filters.CROSS,
    "3 × 3": filters.SQUARE,
    "a disc of 5 pixels": filters.DISC,
    "5 × 5": filters.WIDE,
}

Setting = tuple[Any, ...]  # what a filter takes beside the picture


class Tuned(NamedTuple):
    """A filter as it is used, the same with a setting of its own, and the settings to try."""

    used: Callable[[Tensor, Noise], Tensor]
    free: Callable[..., Tensor]
    grid: Callable[[float], dict[str, Setting]]  # by the root mean square of the noise


FILTERS = {
    "median": Tuned(
        filters.filter_median,
        filters.median,
        lambda rms: {name: (window,) for name, window in WINDOWS.items()},
    ),
    "Gaussian": Tuned(
        filters.filter_gaussian,
        filters.gaussian,
        lambda rms: {f"{width:.2f} pixels": (width,) for width in np.geomspace(0.2, 3, 18)},
    ),
    "non-local means": Tuned(
        filters.filter_non_local_means,
        filters.non_local_means,
        lambda rms: {
            f"h {h * rms:.3f}, sigma {share * rms:.3f}": (h * rms, share * rms)
            for h, share in product(np.geomspace(0.2, 1.7, 9), (0.0, 0.5, 1.0))
        },
    ),
    "total variation": Tuned(
        filters.filter_total_variation,
        filters.total_variation,
        lambda rms: {f"weight {weight:.3f}": (weight,) for weight in np.geomspace(0.02, 6, 17)},
    ),
}


@dataclass(frozen=True)
class Options:
    """Print the PSNR of each filter as it is used, and with the best setting of its grid."""

    data: Path = default_root()
    """Folder that holds MNIST/raw. Default: $MNIST_ROOT, else ./data."""
    digits: int = 50
    """The first so many validation digits."""


def compared(tuned: Tuned, clean: Tensor, noise: Noise) -> tuple[float, float, str]:
    """Mean PSNR in dB on digits (B, 1, 28, 28) as the filter is used, with the best setting, and that one."""
    noisy = corrupt(clean, noise, seed=SEED)
    grid = tuned.grid((noisy - clean).square().mean().sqrt().item())
    tried = {
        name: mean_psnr(torch.stack([tuned.free(each, *setting) for each in noisy]), clean)
        for name, setting in grid.items()
    }
    used = mean_psnr(torch.stack([tuned.used(each, noise) for each in noisy]), clean)
    best = max(tried, key=tried.__getitem__)
    return used, tried[best], best


def main(options: Options) -> None:
    """Print a line for each filter and noise."""
    clean = as_images(validation_digits(options.data)[: options.digits])
    for name, tuned in FILTERS.items():
        for noise in NOISES:
            used, best, setting = compared(tuned, clean, noise)
            case = f"{name:16} {noise.kind:16} {noise.level:5g}"
            print(f"{case}  {used:6.2f} dB, at best {best:6.2f} with {setting}", flush=True)


if __name__ == "__main__":
    run_command("vae.baselines.tune", main, Options)
