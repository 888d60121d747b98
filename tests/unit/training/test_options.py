"""The options of a run: which of them fix its result, and which shape the model."""

from dataclasses import replace
from pathlib import Path

import pytest

import vae
from unit.conftest import one_sentence
from vae.training.options import Options, resumable, shape_options


def test_folders_and_device_may_change_between_runs(options: Options) -> None:
    elsewhere = replace(
        options, data=Path("a"), out=None, run=Path("c"), resume=True, force=True, device="auto"
    )
    assert resumable(elsewhere) == resumable(options)
    assert set(resumable(options)) >= {"epochs", "batch", "learning_rate", "seed", "precision", "latent_dim"}


def test_minutes_take_the_place_of_epochs(options: Options) -> None:
    assert resumable(options)["epochs"] == options.epochs
    assert resumable(replace(options, minutes=1.0))["epochs"] is None


def test_the_shape_of_a_config_comes_back_from_its_options() -> None:
    config = vae.Config(latent_dim=5, channels=6, hidden=7, blocks=3)
    assert Options(**shape_options(config)).config == config


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs": 0}, "--epochs must be a whole number from 1"),
        ({"batch": 0}, "--batch must be"),
        ({"minutes": 0.0}, "--minutes must be from 0.001"),
        ({"minutes": -5.0}, "--minutes must be"),
        ({"minutes": float("nan")}, "--minutes must be"),
        ({"seed": 2**63}, "--seed must be"),
        ({"learning_rate": float("nan")}, "--learning-rate must be"),
        ({"learning_rate": 0.0}, "--learning-rate must be"),
        ({"ema": 1.0}, "--ema must be"),
        ({"clip": -1.0}, "--clip must be"),
        ({"kl_warmup": -1.0}, "--kl-warmup must be"),
        ({"latent_dim": 0}, "latent_dim must be a whole number from 1 to 1024"),
        ({"channels": 1}, "channels must be"),
        ({"blocks": 3000}, "blocks must be"),
    ],
    ids=str,
)
def test_numbers_that_no_run_can_have_are_refused(options: Options, change: dict, message: str) -> None:
    with pytest.raises(vae.InputError, match=message) as error:
        replace(options, **change)
    assert one_sentence(error)


def test_results_go_to_the_run_unless_another_folder_is_named(tmp_path: Path) -> None:
    assert Options(run=tmp_path / "run").results == tmp_path / "run"
    assert Options(run=tmp_path / "run", out=tmp_path / "out").results == tmp_path / "out"
