"""The options of a run: which of them fix its result, and which shape the model."""

from dataclasses import replace
from pathlib import Path

import vae
from vae.training.options import Options, resumable, shape_options


def test_folders_and_device_may_change_between_runs(options: Options) -> None:
    elsewhere = replace(options, data=Path("a"), out=Path("b"), run=Path("c"), resume=True, device="auto")
    assert resumable(elsewhere) == resumable(options)
    assert set(resumable(options)) >= {"epochs", "batch", "learning_rate", "seed", "precision", "latent_dim"}


def test_the_shape_of_a_config_comes_back_from_its_options() -> None:
    config = vae.Config(latent_dim=5, channels=6, hidden=7, blocks=3)
    assert Options(**shape_options(config)).config == config
