"""Thin strokes made as thick as MNIST's: its digits were written with one kind of pen, drawings are not."""

import numpy as np
import scipy
from numpy.typing import NDArray
from PIL import Image

from vae.framing.placing import INNER, Extent

FINE = 8  # pixels that stand for one of the framed picture while a stroke is measured and thickened
THINNEST = 2.1  # pixels of the framed picture; a quarter of MNIST's digits are thinner

MOST_GREY, MOST_THICK = (
    0.5,
    0.4,
)  # of the inked pixels of a one-pixel pen; none of 10,000 digits has so little


def thickened(ink: NDArray[np.float64], rows: Extent, columns: Extent) -> NDArray[np.float64]:
    """The ink, its strokes at least THINNEST thick once its longer side is scaled to 20 pixels.

    Args:
        ink: (H, W) in [0, 1]; rows, columns: the extent of the ink.

    Returns:
        The same array where strokes are thick enough, else a picture of the ink on a scale of its own.
    """
    height, width = rows[1] - rows[0], columns[1] - columns[0]
    zoom = FINE * INNER / max(height, width)
    size = max(1, round(zoom * width)), max(1, round(zoom * height))
    box = columns[0], rows[0], columns[1], rows[1]
    picture = Image.fromarray(ink.astype(np.float32)).resize(size, Image.Resampling.BICUBIC, box=box)
    fine = np.pad(np.asarray(picture, dtype=np.float64).clip(0, 1), int(FINE * THINNEST))
    thin = stroke_width(fine)
    wanted = FINE * THINNEST
    if thin >= wanted:
        return ink
    grown = (wanted - thin) / (2 * (1 - THINNEST / INNER))  # the drawing grows with its strokes
    return np.maximum(fine, np.clip(0.5 + grown - _distance(fine), 0, 1))


def is_one_pixel_pen(ink: NDArray[np.float64]) -> bool:
    """Whether strokes are mostly one pixel wide and black, as a paint program's smallest pen draws them.

    MNIST's thinnest digits are no such: they were made smaller, so that their edges are grey.
    """
    strength = ink / ink.max()
    full, inked = strength > 0.5, strength > 0.1
    grey = np.count_nonzero(inked & (strength < 0.9)) / np.count_nonzero(inked)
    thick = np.count_nonzero(scipy.ndimage.binary_opening(full, np.ones((2, 2)))) / np.count_nonzero(full)
    return bool(grey < MOST_GREY and thick < MOST_THICK)


def stroke_width(ink: NDArray[np.float64]) -> float:
    """Mean thickness of the strokes in pixels: points of a bar lie a quarter of it from the edge."""
    inside = ink > 0.5 * ink.max()
    return 4 * float(scipy.ndimage.distance_transform_edt(inside)[inside].mean()) - 2


def _distance(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance of each pixel's middle to the outline of the ink, negative inside."""
    inside = ink > 0.5 * ink.max()
    within, beyond = (scipy.ndimage.distance_transform_edt(side) for side in (inside, ~inside))
    return np.where(inside, 0.5 - within, beyond - 0.5)
