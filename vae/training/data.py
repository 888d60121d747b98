"""MNIST and its three parts: training digits, validation digits, test digits."""

import os
from pathlib import Path

import torch
from torch import Tensor

from vae.checks import InputError

N_VALIDATION = 10_000  # the first digits of the training file: calibration, model choice, gallery


def default_root() -> Path:
    """$MNIST_ROOT where it is set, else the folder `data` here."""
    return Path(os.environ.get("MNIST_ROOT", "data"))


def load_mnist(root: Path | str, *, train: bool) -> tuple[Tensor, Tensor]:
    """One file of MNIST, downloaded to `root` where it is not there yet.

    Returns:
        images uint8 (N, 28, 28), ink = 255, and labels int64 (N,); 60,000 digits when `train`, else
        the 10,000 test digits.

    Raises:
        InputError: the digits are neither under `root` nor can they be downloaded, or they are damaged.

    Source: LeCun, Bottou, Bengio & Haffner 1998.
    """
    from torchvision.datasets import MNIST

    try:
        files = MNIST(str(root), train=train)
    except RuntimeError:
        try:
            files = MNIST(str(root), train=train, download=True)
        except (RuntimeError, OSError) as error:
            raise InputError(
                f"MNIST is not in {root} and could not be downloaded; "
                "give the folder that holds MNIST/raw by --data or MNIST_ROOT"
            ) from error
    except (AssertionError, ValueError, TypeError, OSError, EOFError) as error:
        raise InputError(
            f"the files of MNIST in {root} are damaged: delete them, and they come anew"
        ) from error
    return files.data, files.targets


def training_digits(root: Path | str) -> Tensor:
    """The digits of MNIST to train on, uint8 (50000, 28, 28); see also `sevens.learned_digits`."""
    return load_mnist(root, train=True)[0][N_VALIDATION:]


def validation_digits(root: Path | str) -> Tensor:
    """The digits to choose and calibrate on, uint8 (10000, 28, 28)."""
    return load_mnist(root, train=True)[0][:N_VALIDATION]


def as_images(digits: Tensor) -> Tensor:
    """uint8 (N, 28, 28) -> float32 (N, 1, 28, 28) in [0, 1]."""
    return digits[:, None].to(torch.float32) / 255


def binarize(images: Tensor, generator: torch.Generator) -> Tensor:
    """Each pixel 1 with its grey value as probability, else 0 (Salakhutdinov & Murray 2008)."""
    return (torch.rand(images.shape, generator=generator, device=images.device) < images).to(images)
