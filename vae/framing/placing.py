"""Where ink stands in the framed picture: its longer side 20 pixels, its centre of mass in the middle."""

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.checks import SIDE

INNER = 20  # the longer side of the ink, in pixels

Extent = tuple[float, float]  # where the ink begins and ends along a side, in pixels


def placed(ink: NDArray[np.float64], rows: Extent, columns: Extent) -> Tensor:
    """Scale ink by area averaging and put its centre of mass on pixel (14, 14), counted from 0.

    Args:
        ink: (H, W), >= 0.
        rows, columns: the extent of the ink.

    Returns:
        (1, 28, 28) float32 in [0, 1], the strongest ink at 1.
    """
    scale = max(rows[1] - rows[0], columns[1] - columns[0]) / INNER
    down, across = (
        _averaging(ink.sum(axis=axis), extent, scale) for axis, extent in ((1, rows), (0, columns))
    )
    framed = down @ ink @ across.T
    return torch.from_numpy((framed / framed.max()).astype(np.float32))[None]


def _averaging(profile: NDArray[np.float64], extent: Extent, scale: float) -> NDArray[np.float64]:
    """Matrix (28, N) that averages N source pixels over each of 28, `scale` source pixels wide.

    The ink begins on a whole pixel, so that its centre of mass comes nearest to the middle of pixel 14 and
    none of it leaves the picture.
    """
    cells = np.arange(len(profile))
    centre = (profile * (cells + 0.5)).sum() / profile.sum()
    room = SIDE - math.ceil((extent[1] - extent[0]) / scale - 1e-6)
    margin = min(max(round(SIDE / 2 + 0.5 - (centre - extent[0]) / scale), 0), room)
    edges = extent[0] + scale * (np.arange(SIDE + 1) - margin)
    left, right = edges[:-1, None], edges[1:, None]
    return np.clip(np.minimum(right, cells + 1) - np.maximum(left, cells), 0, None) / scale
