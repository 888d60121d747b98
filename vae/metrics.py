"""How close two images are, as image processing measures it: PSNR and SSIM, higher is closer."""

import math

from skimage.metrics import structural_similarity
from torch import Tensor
from torch.nn.functional import mse_loss


def psnr(image: Tensor, reference: Tensor) -> float:
    """Peak signal-to-noise ratio in dB for a peak of 1: -10 log10 of the mean squared error.

    Args:
        image: (1, 28, 28) float32.
        reference: the truth, of the same shape.

    Returns:
        Decibels; infinity when the two are identical.

    Raises:
        ValueError: the shapes differ.
    """
    check_same_shape(image, reference)
    mse = mse_loss(image.double(), reference.double()).item()
    return -10 * math.log10(mse) if mse > 0 else math.inf


def ssim(image: Tensor, reference: Tensor) -> float:
    """Structural similarity over windows of 7 x 7 pixels: 1 when identical, near 0 when unrelated.

    Args:
        image: (1, 28, 28) float32 in [0, 1].
        reference: the truth, of the same shape.

    Raises:
        ValueError: the shapes differ.

    Source: Wang et al. 2004, doi:10.1109/TIP.2003.819861.
    """
    check_same_shape(image, reference)
    return float(structural_similarity(image[0].numpy(), reference[0].numpy(), data_range=1.0))


def check_same_shape(image: Tensor, reference: Tensor) -> None:
    if image.shape != reference.shape:
        raise ValueError(f"the images differ in shape: {tuple(image.shape)} and {tuple(reference.shape)}")
