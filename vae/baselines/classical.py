"""The classical methods that a sceptic would name, in tables by job, and the inpainters among them."""

import skimage
import torch
from torch import Tensor

from vae.baselines.filters import (
    as_image,
    as_pixels,
    filter_gaussian,
    filter_median,
    filter_non_local_means,
    filter_total_variation,
)
from vae.baselines.image_codecs import jpeg_points, lossless_sizes, png_points, webp_points
from vae.baselines.pca import load_components, pca_points
from vae.checks import check_image, check_observed

__all__ = ["COMPRESSORS", "DENOISERS", "INPAINTERS", "lossless_sizes"]


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
    smooth = as_image(skimage.restoration.inpaint_biharmonic(as_pixels(filled), ~observed[0].numpy()))
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
