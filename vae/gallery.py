"""The held-out digits that ship with the model: real handwriting which no training has seen."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from vae.checks import SIDE, FileError
from vae.files import read_arrays

GALLERY_FILE = Path(__file__).parents[1] / "weights" / "gallery.npz"
COMMAND = f"git checkout weights/{GALLERY_FILE.name} brings back the one that comes with the app"


@dataclass(frozen=True)
class Gallery:
    """Digits of MNIST's validation set, classes in turn: 0, 1, ..., 9, 0, 1, ..."""

    images: Tensor  # (N, 1, 28, 28) float32 in [0, 1], ink = 1
    labels: Tensor  # (N,) int64, 0 to 9


@cache
def load_gallery() -> Gallery:
    """Read the shipped gallery, 300 digits, 30 of each class; one copy per process, not to be written to.

    Raises:
        FileError: weights/gallery.npz is missing or is not a gallery.

    Source: LeCun, Cortes, Burges, MNIST, CC BY-SA 3.0; the choice is told in weights/GALLERY.md.
    """
    return read_gallery(GALLERY_FILE)


def read_gallery(path: Path) -> Gallery:
    """Read a gallery from an npz file of uint8 `images` (N, 28, 28), ink = 255, and `labels` (N,).

    Raises:
        FileError: the file is missing or is not a gallery.
    """
    if not path.is_file():
        raise FileError(f"the gallery {path.name} is missing from the folder {path.parent.name}; {COMMAND}")
    try:
        images, labels = read_arrays(path, ("images", "labels"))
    except ValueError as error:
        raise FileError(f"{path.name} cannot be read as a gallery of digits; {COMMAND}") from error
    digits = images.dtype == labels.dtype == np.uint8 and images.shape == (labels.size, SIDE, SIDE)
    if not digits or labels.ndim != 1 or labels.size == 0 or labels.max() > 9:
        raise FileError(f"{path.name} must hold uint8 images (N, 28, 28) and their labels 0 to 9; {COMMAND}")
    return Gallery(torch.from_numpy(images)[:, None].float() / 255, torch.from_numpy(labels).long())
