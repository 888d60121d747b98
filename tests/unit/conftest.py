"""What the tests of the library share: the shipped model, real digits, and a tiny model that is fast."""

from typing import NamedTuple

import pytest
import torch
from hypothesis import settings
from torch import Tensor

import vae
from vae.training import calibrate, lossy_profiles

settings.register_profile("unit", max_examples=25, deadline=None, derandomize=True, database=None)
settings.load_profile("unit")
torch.set_num_threads(1)

TINY = vae.Config(latent_dim=4, channels=4, hidden=16, blocks=1, prior_hidden=16, prior_components=3)


def untrained(config: vae.Config = TINY, *, seed: int = 0) -> vae.VAE:
    """A model with random weights, its prior far from N(0, I), without calibration."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = vae.VAE(config).eval().requires_grad_(False)
        torch.nn.init.normal_(model.prior.net[-1].weight, std=0.3)
        torch.nn.init.normal_(model.prior.net[-1].bias, std=0.3)
    return model


@pytest.fixture(scope="session")
def model() -> vae.VAE:
    """The shipped model."""
    return vae.load_model()


@pytest.fixture(scope="session")
def digits() -> Tensor:
    """The gallery's 300 held-out digits, (300, 1, 28, 28)."""
    return vae.load_gallery().images


@pytest.fixture(scope="session")
def pixels(digits: Tensor) -> Tensor:
    """The same digits as MNIST stores them, uint8 (300, 28, 28), ink = 255."""
    return (digits[:, 0] * 255).round().to(torch.uint8)


@pytest.fixture(scope="session")
def ink(digits: Tensor) -> Tensor:
    """The same digits in black and white."""
    return (digits > 0.5).float()


@pytest.fixture(scope="session")
def bare() -> vae.VAE:
    """A tiny untrained model without calibration."""
    return untrained()


@pytest.fixture(scope="session")
def tiny(pixels: Tensor) -> vae.VAE:
    """The same tiny model, calibrated on gallery digits."""
    model = untrained()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lossy_profiles, "N_CODED", 8)
        patch.setattr(calibrate, "N_INK", 2)
        model.calibration = calibrate.measure(model, pixels[:200])
    return model


class Picture(NamedTuple):
    """A way to get a batch of pictures wrong, and words of the sentence that must say so."""

    x: object
    message: str


def _with(value: float) -> Tensor:
    x = torch.zeros(1, 1, 28, 28)
    x[0, 0, 3, 4] = value
    return x


WRONG_PICTURES = {
    "not a tensor": Picture([[0.0]], "tensor of float32, not list"),
    "whole numbers": Picture(torch.zeros(1, 1, 28, 28, dtype=torch.uint8), "float32, not torch.uint8"),
    "double precision": Picture(torch.zeros(1, 1, 28, 28, dtype=torch.float64), "float32, not torch.float64"),
    "half precision": Picture(torch.zeros(1, 1, 28, 28, dtype=torch.float16), "float32, not torch.float16"),
    "no batch": Picture(torch.zeros(1, 28, 28), r"must be \(B, 1, 28, 28\)"),
    "no channel": Picture(torch.zeros(2, 28, 28), r"must be \(B, 1, 28, 28\)"),
    "wrong side": Picture(torch.zeros(1, 1, 28, 27), r"must be \(B, 1, 28, 28\)"),
    "three channels": Picture(torch.zeros(1, 3, 28, 28), r"must be \(B, 1, 28, 28\)"),
    "empty batch": Picture(torch.zeros(0, 1, 28, 28), r"must be \(B, 1, 28, 28\)"),
    "NaN": Picture(_with(float("nan")), "NaN or infinity"),
    "infinity": Picture(_with(float("inf")), "NaN or infinity"),
    "far too bright": Picture(_with(2e6), "within 1,000,000 of zero"),
}
WRONG_IMAGES = {
    **WRONG_PICTURES,
    "below 0": Picture(_with(-0.01), r"in \[0, 1\]"),
    "above 1": Picture(_with(1.01), r"in \[0, 1\]"),
}
WRONG_IMAGE = {
    "not a tensor": Picture([[0.0]], "not list"),
    "a batch": Picture(torch.zeros(1, 1, 28, 28), r"tensor \(1, 28, 28\)"),
    "no channel": Picture(torch.zeros(28, 28), r"tensor \(1, 28, 28\)"),
    "whole numbers": Picture(torch.zeros(1, 28, 28, dtype=torch.uint8), "float32, not torch.uint8"),
    "double precision": Picture(torch.zeros(1, 28, 28, dtype=torch.float64), "float32, not torch.float64"),
    "NaN": Picture(_with(float("nan"))[0], "NaN or infinity"),
    "below 0": Picture(_with(-0.01)[0], r"in \[0, 1\]"),
    "above 1": Picture(_with(1.01)[0], r"in \[0, 1\]"),
}
WRONG_MASKS = {
    "not a tensor": [[True]],
    "floats": torch.ones(2, 1, 28, 28),
    "another batch": torch.ones(1, 1, 28, 28, dtype=torch.bool),
    "no channel": torch.ones(2, 28, 28, dtype=torch.bool),
}


def every(table: dict) -> pytest.MarkDecorator:
    """Parametrize `wrong` by the values of a table, named by its keys."""
    return pytest.mark.parametrize("wrong", table.values(), ids=table.keys())


def one_sentence(error: pytest.ExceptionInfo) -> bool:
    """Whether a visitor can be shown this: one line, not empty, no traceback or dump."""
    text = str(error.value)
    return 0 < len(text) < 200 and "\n" not in text
