"""The command: it trains, and writes the weights and the facts of the run."""

import functools
import json
from dataclasses import replace

import pytest
from torch import Tensor

from vae.checkpoint import read_weights
from vae.training import train
from vae.training.options import Options, resumable
from vae.training.trainer import Trainer


def test_a_finished_run_writes_the_same_facts_again(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    first = trainer(replace(options, epochs=1, run=options.run / "first"))
    first.fit()
    train.write_results(first, "0123456")
    start = options.out / "vae.safetensors"  # which the second run replaces by its own
    for resume in (False, True, True):
        second = trainer(replace(options, epochs=1, start=start, resume=resume))
        second.fit()
        train.write_results(second, "6543210")
        facts = json.loads((options.out / "training.json").read_text())
        assert facts["started_from"]["commit"] == "0123456"
        assert facts["started_from"]["started_from"] is None


def test_the_command_writes_weights_and_facts(
    options: Options, pixels: Tensor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(train, "training_digits", lambda root: pixels[:200])
    monkeypatch.setattr(train, "validation_digits", lambda root: pixels[200:])
    monkeypatch.setattr("sys.argv", ["vae.train", "--epochs", "1"])
    train.main(replace(options, epochs=1))
    model = read_weights(options.out / "vae.safetensors")
    facts = json.loads((options.out / "training.json").read_text())
    assert model.config == options.config
    assert facts["command"] == "python -m vae.train --epochs 1"
    assert facts["parameters"] == sum(parameter.numel() for parameter in model.parameters())
    assert facts["options"] == resumable(replace(options, epochs=1))
    assert facts["precision"] == "float32"
    assert facts["hours"] >= 0
    assert facts["history"][-1].keys() == {
        "epoch",
        "loss",
        "elbo",
        "kl",
        "code_nll",
        "validation_elbo",
        "validation_elbo_2",
    }
    assert "validation ELBO" in capsys.readouterr().out
