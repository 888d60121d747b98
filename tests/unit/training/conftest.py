"""What the tests of training share: a run of a few seconds on gallery digits."""

import functools
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tests.tiny_training import TINY
from vae.training import trainer as trainer_module
from vae.training.options import Options
from vae.training.trainer import Trainer


def options_in(folder: Path) -> Options:
    """A run of a few seconds, which writes to a folder."""
    return Options(
        out=folder / "weights",
        run=folder / "run",
        epochs=4,
        batch=50,
        kl_warmup=1.0,
        ema=0.9,
        **TINY,
    )


@pytest.fixture(autouse=True)
def _checkpoint_after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trainer_module, "CHECKPOINT_EVERY", 0.0)


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return options_in(tmp_path)


@pytest.fixture
def trainer(pixels: Tensor) -> functools.partial[Trainer]:
    """`trainer(options)`: a run on 200 gallery digits, checked on the other 100."""
    return functools.partial(Trainer, train=pixels[:200], validation=pixels[200:])


def weights(trainer: Trainer) -> Tensor:
    return torch.cat([value.flatten() for value in trainer.averaged.state_dict().values()])
