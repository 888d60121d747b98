"""MNIST and its parts, and what is said where it is missing."""

from pathlib import Path

import pytest
import torch
import torchvision.datasets
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from vae.training import data


class Offline(torchvision.datasets.MNIST):
    """MNIST that is neither on disk nor on the net."""

    failure: Exception = RuntimeError("Error downloading train-images-idx3-ubyte.gz")

    def download(self) -> None:
        raise self.failure


class Stored:
    """MNIST on disk: six digits and their numbers."""

    def __init__(self, root: str, train: bool) -> None:
        self.data = torch.arange(6, dtype=torch.uint8).view(6, 1, 1).expand(6, 28, 28) + (0 if train else 100)
        self.targets = torch.arange(6)


@pytest.mark.parametrize("failure", [RuntimeError("no mirror"), OSError("no network"), PermissionError("no")])
def test_without_digits_or_network_a_sentence_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    monkeypatch.setattr(Offline, "failure", failure)
    monkeypatch.setattr(torchvision.datasets, "MNIST", Offline)
    for part in (data.training_digits, data.validation_digits):
        with pytest.raises(ValueError, match="could not be downloaded; give the folder") as error:
            part(tmp_path)
        assert "--data or MNIST_ROOT" in str(error.value)
        assert "\n" not in str(error.value)


def test_digits_on_disk_are_not_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchvision.datasets, "MNIST", Stored)
    monkeypatch.setattr(data, "N_VALIDATION", 2)
    digits, labels = data.load_mnist(tmp_path, train=True)
    assert digits.shape == (6, 28, 28)
    assert labels.tolist() == [0, 1, 2, 3, 4, 5]
    assert data.validation_digits(tmp_path)[:, 0, 0].tolist() == [0, 1]
    assert data.training_digits(tmp_path)[:, 0, 0].tolist() == [2, 3, 4, 5]
    assert data.load_mnist(tmp_path, train=False)[0][0, 0, 0] == 100


def test_ten_thousand_digits_are_held_out() -> None:
    assert data.N_VALIDATION == 10_000


def test_the_root_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_ROOT", "elsewhere")
    assert data.default_root() == Path("elsewhere")
    monkeypatch.delenv("MNIST_ROOT")
    assert data.default_root() == Path("data")


def test_images_are_grey_values_over_255(pixels: Tensor, digits: Tensor) -> None:
    images = data.as_images(pixels)
    assert images.dtype == torch.float32
    assert torch.equal(images, digits)


@given(seed=st.integers(0, 2**31))
def test_binarized_digits_are_black_and_white(digits: Tensor, seed: int) -> None:
    binary = data.binarize(digits[:3], torch.Generator().manual_seed(seed))
    assert ((binary == 0) | (binary == 1)).all()
    assert (binary[digits[:3] == 0] == 0).all()
    assert (binary[digits[:3] == 1] == 1).all()
    assert torch.equal(binary, data.binarize(digits[:3], torch.Generator().manual_seed(seed)))


def test_a_pixel_is_inked_as_often_as_it_is_grey() -> None:
    grey = torch.linspace(0, 1, 11).view(11, 1).expand(11, 20_000)
    share = data.binarize(grey, torch.Generator().manual_seed(0)).mean(dim=1)
    assert torch.allclose(share, grey[:, 0], atol=0.02)


@pytest.mark.parametrize("failure", [AssertionError(), ValueError("truncated"), EOFError()])
def test_damaged_digits_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    def damaged(root: str, train: bool) -> None:
        raise failure

    monkeypatch.setattr(torchvision.datasets, "MNIST", damaged)
    with pytest.raises(ValueError, match="are damaged: delete them"):
        data.training_digits(tmp_path)
