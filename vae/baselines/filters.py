"""The filters that a sceptic would clean a noisy picture with, each in good form and told the noise."""

import numpy as np
import skimage
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.checks import SIDE, check_pictures
from vae.noise import Noise

PATCH_SIZE, PATCH_DISTANCE = 5, 9  # pixels; of non-local means

# Chosen on validation digits from the grids of `python -m vae.baselines.tune`, which tells how far from the
# best of them they are. One window takes over from the next where their PSNR, drawn straight between levels,
# crosses.
SQUARE, WIDE = np.ones((3, 3), np.uint8), np.ones((5, 5), np.uint8)
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
DISC = np.array(
    [[0, 0, 1, 0, 0], [0, 1, 1, 1, 0], [1, 1, 1, 1, 1], [0, 1, 1, 1, 0], [0, 0, 1, 0, 0]], np.uint8
)
WINDOWS = {  # the median's window up to each level
    "gaussian": ((0.22, CROSS), (0.45, SQUARE), (0.64, DISC), (2.0, WIDE)),
    "uniform": ((0.17, CROSS), (0.44, SQUARE), (1.0, WIDE)),
    "salt_and_pepper": ((0.15, CROSS), (0.41, SQUARE), (1.0, WIDE)),
}
PATCHES = {  # level; h and sigma of non-local means
    "gaussian": (
        (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0),
        (0.065, 0.1, 0.11, 0.12, 0.15, 0.3, 0.55, 1.5, 2.6),
        (0.0, 0.05, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0),
    ),
    "uniform": (
        (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9),
        (0.14, 0.16, 0.13, 0.1, 0.17, 0.16, 0.19, 0.21),
        (0.0, 0.0, 0.17, 0.25, 0.15, 0.2, 0.23, 0.27),
    ),
    "salt_and_pepper": (
        (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9),
        (0.13, 0.15, 0.16, 0.12, 0.076, 0.27, 0.32, 0.49),
        (0.1, 0.15, 0.22, 0.31, 0.38, 0.24, 0.29, 0.33),
    ),
}
WEIGHTS = {  # level; weight of total variation
    "gaussian": (
        (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0),
        (0.03, 0.07, 0.14, 0.2, 0.4, 0.55, 1.4, 3.0, 6.0),
    ),
    "uniform": ((0.02, 0.05, 0.1, 0.2, 0.7, 0.9), (0.07, 0.1, 0.14, 0.2, 0.2, 0.4)),
    "salt_and_pepper": (
        (0.02, 0.05, 0.1, 0.2, 0.5, 0.7, 0.9),
        (0.1, 0.14, 0.2, 0.28, 0.28, 0.55, 1.0),
    ),
}
WIDTHS = {  # level; standard deviation of the Gaussian in pixels
    "gaussian": (
        (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0),
        (0.36, 0.47, 0.61, 0.74, 0.97, 1.3, 1.6, 2.5, 3.0),
    ),
    "uniform": ((0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9), (0.46, 0.56, 0.63, 0.75, 0.84, 1.0, 3.0, 3.0)),
    "salt_and_pepper": (
        (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9),
        (0.5, 0.59, 0.7, 0.84, 0.96, 1.3, 3.0, 3.0),
    ),
}


def filter_median(noisy: Tensor, noise: Noise) -> Tensor:
    """Give each pixel the median of a window that grows with the noise.

    Args:
        noisy: (1, 28, 28) float32, not necessarily in [0, 1].
        noise: what was done to it.

    Returns:
        (1, 28, 28) float32 in [0, 1].

    Raises:
        InputError: noisy has another shape or a value that is not finite.

    Source: Huang, Yang & Tang 1979, doi:10.1109/TASSP.1979.1163188.
    """
    return median(noisy, next(window for level, window in WINDOWS[noise.kind] if noise.level <= level))


def filter_gaussian(noisy: Tensor, noise: Noise) -> Tensor:
    """Blur with a Gaussian that widens with the noise; takes, gives and raises as `filter_median`."""
    return gaussian(noisy, *_between(WIDTHS[noise.kind], noise.level))


def filter_non_local_means(noisy: Tensor, noise: Noise) -> Tensor:
    """Average the pixels whose 5 x 5 surroundings look alike; takes, gives and raises as `filter_median`.

    Source: Buades, Coll & Morel 2005, doi:10.1109/CVPR.2005.38.
    """
    return non_local_means(noisy, *_between(PATCHES[noise.kind], noise.level))


def filter_total_variation(noisy: Tensor, noise: Noise) -> Tensor:
    """Flatten the image while staying close to it; takes, gives and raises as `filter_median`.

    Source: Chambolle 2004, doi:10.1023/B:JMIV.0000011325.36760.1e.
    """
    return total_variation(noisy, *_between(WEIGHTS[noise.kind], noise.level))


def median(noisy: Tensor, window: NDArray[np.uint8]) -> Tensor:
    """The filter behind `filter_median` with one setting: the window."""
    return as_image(skimage.filters.median(as_pixels(noisy), window, mode="constant", cval=0.0))


def gaussian(noisy: Tensor, width: float) -> Tensor:
    """The filter behind `filter_gaussian` with one setting: the standard deviation in pixels."""
    return as_image(skimage.filters.gaussian(as_pixels(noisy), sigma=width, mode="constant"))


def non_local_means(noisy: Tensor, h: float, sigma: float) -> Tensor:
    """The filter behind `filter_non_local_means` with one setting: h and the deviation of the noise."""
    return as_image(
        skimage.restoration.denoise_nl_means(
            as_pixels(noisy), patch_size=PATCH_SIZE, patch_distance=PATCH_DISTANCE, h=h, sigma=sigma
        )
    )


def total_variation(noisy: Tensor, weight: float) -> Tensor:
    """The filter behind `filter_total_variation` with one setting: the weight."""
    return as_image(skimage.restoration.denoise_tv_chambolle(as_pixels(noisy), weight=weight))


def as_pixels(picture: Tensor) -> NDArray[np.float32]:
    """The pixels (28, 28) of a picture (1, 28, 28); raises InputError as `filter_median`."""
    check_pictures(picture[None])
    return picture[0].numpy()


def as_image(pixels: NDArray) -> Tensor:
    """Pixels (28, 28) clamped to [0, 1], as an image (1, 28, 28)."""
    return torch.from_numpy(pixels).float().clamp(0, 1).view(1, SIDE, SIDE)


def _between(table: tuple[tuple[float, ...], ...], level: float) -> list[float]:
    """The settings of a table (levels, setting, ...) at a level, interpolated between the levels listed."""
    levels, *settings = table
    return [float(np.interp(level, levels, values)) for values in settings]
