"""weights/training.json: the runs that made the weights, in one line."""

import json
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.invented_scores import TRAINING
from vae.checks import InputError
from vae.evaluation.training_run import Epoch, read_training

FIRST = replace(
    TRAINING,
    hours=2.0,
    left_out="a network",
    history=(Epoch(1, -99.0, -150.0), Epoch(2, -95.0, -148.0)),
    epochs=1.25,  # by the clock
)
BOTH = replace(TRAINING, started_from=FIRST)


def test_a_run_knows_those_before_it() -> None:
    assert BOTH.earlier == [FIRST] and FIRST.earlier == []
    assert BOTH.all_runs == [FIRST, BOTH]
    assert BOTH.hours_of_all == 3.5
    assert BOTH.epochs_of_all == 4.25
    assert [epoch.validation_elbo for epoch in BOTH.history_of_all] == [-99.0, -95.0, -90.0]
    assert BOTH.latent_dim == 32


def test_the_file_is_read(tmp_path: Path) -> None:
    assert read_training(tmp_path) is None
    (tmp_path / "training.json").write_text(json.dumps(asdict(BOTH)))
    assert read_training(tmp_path) == BOTH
    silent = asdict(FIRST)
    del silent["epochs"]
    (tmp_path / "training.json").write_text(json.dumps(silent))
    assert read_training(tmp_path) == replace(FIRST, epochs=2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"device": None}, "the file has no usable “device”"),
        ({"epochs": "many"}, "the file has no usable “epochs”"),
        ({"options": {}}, "the list of options of the file has no usable “latent_dim”"),
        ({"history": [{"epoch": 1}]}, "epoch 1 of the file has no usable “validation_elbo”"),
        ({"started_from": {"weights": "vae.safetensors"}}, "what it started from has no usable “command”"),
    ],
)
def test_damage_is_told_in_one_sentence(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    (tmp_path / "training.json").write_text(json.dumps(asdict(TRAINING) | changes))
    with pytest.raises(InputError, match=words):
        read_training(tmp_path)
