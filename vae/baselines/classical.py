"""The classical methods that a sceptic would name, each in good form: filters, inpainters, files, PCA.

`python -m vae.baselines.classical` fits what they know of the training digits; it writes
weights/baselines.npz.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from skimage.filters import gaussian, median
from skimage.morphology import disk, footprint_rectangle
from skimage.restoration import denoise_nl_means, denoise_tv_chambolle, inpaint_biharmonic
from torch import Tensor

from vae.baselines.image_codecs import jpeg_points, lossless_sizes, png_points, webp_points
from vae.baselines.pca import fit_components, load_components, pca_points, save_components
from vae.checks import SIDE, check_image, check_observed, check_pictures
from vae.noise import Noise
from vae.training.data import as_images, default_root, training_digits, validation_digits

__all__ = ["COMPRESSORS", "DENOISERS", "INPAINTERS", "lossless_sizes"]

N_TUNING = 500  # the first validation digits, on which PCA's byte budgets are planned

# The filters' settings have the highest mean PSNR, or miss it by 0.02 dB, on the first 50 validation
# digits under vae.corrupt(..., seed=1). Tried at each level: these four windows; patches of 5 x 5 up to
# 9 pixels away, sigma 0, 0.5 or 1 and h 0.2 to 1.7 times the noise's root mean square; 17 weights from
# 0.02 to 6; 18 widths of the Gaussian from 0.2 to
# 3 pixels. One window takes over from the next where their PSNR, drawn straight between levels, crosses.
CROSS, SQUARE, DISC, WIDE = disk(1), footprint_rectangle((3, 3)), disk(2), footprint_rectangle((5, 5))
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
    window = next(window for level, window in WINDOWS[noise.kind] if noise.level <= level)
    return _image(median(_pixels(noisy), window, mode="constant", cval=0.0))


def filter_gaussian(noisy: Tensor, noise: Noise) -> Tensor:
    """Blur with a Gaussian that widens with the noise; takes, gives and raises as `filter_median`."""
    (width,) = _between(WIDTHS[noise.kind], noise.level)
    return _image(gaussian(_pixels(noisy), sigma=width, mode="constant"))


def filter_non_local_means(noisy: Tensor, noise: Noise) -> Tensor:
    """Average the pixels whose 5 x 5 surroundings look alike; takes, gives and raises as `filter_median`.

    Source: Buades, Coll & Morel 2005, doi:10.1109/CVPR.2005.38.
    """
    h, sigma = _between(PATCHES[noise.kind], noise.level)
    return _image(denoise_nl_means(_pixels(noisy), patch_size=5, patch_distance=9, h=h, sigma=sigma))


def filter_total_variation(noisy: Tensor, noise: Noise) -> Tensor:
    """Flatten the image while staying close to it; takes, gives and raises as `filter_median`.

    Source: Chambolle 2004, doi:10.1023/B:JMIV.0000011325.36760.1e.
    """
    (weight,) = _between(WEIGHTS[noise.kind], noise.level)
    return _image(denoise_tv_chambolle(_pixels(noisy), weight=weight))


def fill_with_mean(x: Tensor, observed: Tensor) -> Tensor:
    """Put the mean training digit where nothing is known.

    Args:
        x: (1, 28, 28) float32 in [0, 1]; hidden pixels are not looked at.
        observed: bool (1, 28, 28), True = known.

    Returns:
        (1, 28, 28) float32 in [0, 1]; known pixels come back unchanged.

    Raises:
        InputError: a wrong shape or value, or weights/baselines.npz is missing or broken.
    """
    check_image(x)
    check_observed(observed, x)
    return torch.where(observed, x, load_components().mean.view_as(x))


def fill_biharmonic(x: Tensor, observed: Tensor) -> Tensor:
    """Continue the known pixels as smoothly as can be; takes, gives and raises as `fill_with_mean`.

    Where no pixel is known there is nothing to continue, and the mean digit comes back.

    Source: Damelin & Hoang 2018, doi:10.1155/2018/3950312.
    """
    filled = fill_with_mean(x, observed)
    if not observed.any():
        return filled
    smooth = _image(inpaint_biharmonic(_pixels(filled), ~observed[0].numpy()))
    return torch.where(observed, x, smooth)


DENOISERS = {
    "Median": filter_median,
    "Gaussian": filter_gaussian,
    "Non-local means": filter_non_local_means,
    "Total variation": filter_total_variation,
}
INPAINTERS = {"Mean fill": fill_with_mean, "Biharmonic": fill_biharmonic}
PCA = "PCA"
COMPRESSORS = {"PNG": png_points, "JPEG": jpeg_points, "WebP": webp_points, PCA: pca_points}


def _pixels(picture: Tensor) -> NDArray[np.float32]:
    check_pictures(picture[None])
    return picture[0].numpy()


def _image(pixels: NDArray) -> Tensor:
    return torch.from_numpy(pixels).float().clamp(0, 1).view(1, SIDE, SIDE)


def _between(table: tuple[tuple[float, ...], ...], level: float) -> list[float]:
    """The settings of a table (levels, setting, ...) at a level, interpolated between the levels listed."""
    levels, *settings = table
    return [float(np.interp(level, levels, values)) for values in settings]


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description="Fit the classical baselines; writes weights/baselines.npz.")
    parser.add_argument("--data", type=Path, default=default_root(), help="the folder that holds MNIST/raw")
    root = parser.parse_args().data
    training = as_images(training_digits(root)).flatten(1)
    held_out = as_images(validation_digits(root)[:N_TUNING]).flatten(1)
    save_components(fit_components(training, held_out))


if __name__ == "__main__":
    main()
