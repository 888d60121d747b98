"""The command: it trains, and writes the weights and the facts of the run."""

import functools
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

import vae
from unit.conftest import one_sentence, untrained
from vae.checkpoint import read_weights, save_weights
from vae.evaluation import plain_vae, specialists
from vae.training import train
from vae.training.options import Options, resumable
from vae.training.trainer import Trainer


def test_a_finished_run_writes_the_same_facts_again(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    first = trainer(replace(options, epochs=1, run=options.run / "first"))
    first.origin = {"command": "python -m vae.train", "commit": "0123456"}
    first.fit()
    train.write_results(first)
    start = options.out / "vae.safetensors"  # which the second run replaces by its own
    for resume in (False, True, True):
        second = trainer(replace(options, epochs=1, start=start, resume=resume))
        second.origin = {"command": f"python -m vae.train, {resume=}", "commit": "6543210"}
        second.fit()
        train.write_results(second)
        facts = json.loads((options.out / "training.json").read_text())
        assert facts["command"] == "python -m vae.train, resume=False", "the one that the run began with"
        assert facts["started_from"]["commit"] == "0123456"
        assert facts["started_from"]["started_from"] is None


def test_the_command_writes_weights_and_facts(
    options: Options, pixels: Tensor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setattr(train, "learned_digits", lambda root: pixels[:200])
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


@pytest.fixture
def command(pixels: Tensor, monkeypatch: pytest.MonkeyPatch) -> Callable[[Options], None]:
    """`python -m vae.train` on gallery digits, with options as they come from its command line."""
    monkeypatch.setattr(train, "learned_digits", lambda root: pixels[:200])
    monkeypatch.setattr(train, "validation_digits", lambda root: pixels[200:])
    return train.main


def test_a_device_without_memory_for_the_model_is_told(
    command: Callable[[Options], None], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    def starved(*args: object) -> Trainer:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB\nand so on")

    monkeypatch.setattr(train, "Trainer", starved)
    with pytest.raises(
        vae.InputError, match="the device has no memory for the digits and the model"
    ) as error:
        command(options)
    assert one_sentence(error)


def trained_elsewhere(options: Options, elbo: object) -> None:
    """Weights in the folder for results, of a run with that ELBO on validation digits."""
    save_weights(untrained(options.config), options.results / "vae.safetensors")
    history = [{"epoch": 1, "validation_elbo": elbo}]
    (options.results / "training.json").write_text(json.dumps({"history": history}))


@pytest.mark.parametrize(
    ("elbo", "message"), [(-1.0, "are better, validation ELBO -1.00 nats"), ("", "is not known")]
)
def test_better_weights_are_replaced_by_force_alone(
    command: Callable[[Options], None], options: Options, elbo: object, message: str
) -> None:
    options = replace(options, epochs=1)
    trained_elsewhere(options, elbo)
    before = {file: file.read_bytes() for file in options.results.iterdir()}
    with pytest.raises(vae.InputError, match=message) as error:
        command(options)
    assert "--resume --force replaces them" in str(error.value)
    assert {file: file.read_bytes() for file in options.results.iterdir()} == before
    command(replace(options, resume=True, force=True))
    assert json.loads((options.results / "training.json").read_text())["history"][-1]["loss"]


def test_worse_weights_are_replaced(command: Callable[[Options], None], options: Options) -> None:
    trained_elsewhere(options, -1e9)
    command(replace(options, epochs=1))
    assert read_weights(options.results / "vae.safetensors").config == options.config


def test_the_shipped_weights_are_never_the_default_place() -> None:
    for options in (Options(), specialists.Options(), plain_vae.Options()):
        assert options.out is None and "weights" not in options.run.parts


def test_a_folder_that_cannot_be_written_to_is_found_before_training(
    command: Callable[[Options], None], options: Options, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(vae.InputError, match="nothing can be written to"):
        command(replace(options, out=tmp_path / "taken"))
    assert not (options.run / "checkpoint.pt").exists()


@pytest.mark.parametrize("device", ["foo", "meta", "cuda:99"])
def test_a_device_must_be_there(trainer: functools.partial[Trainer], options: Options, device: str) -> None:
    with pytest.raises(vae.InputError, match="device"):
        trainer(replace(options, device=device))
