"""What a run starts from."""

import functools
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import vae
from unit.training.conftest import weights
from vae.checkpoint import save_weights
from vae.training import train
from vae.training.options import Options
from vae.training.start import earlier_run
from vae.training.trainer import Trainer


def test_a_run_starts_from_the_weights_and_facts_of_another(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    first = trainer(replace(options, epochs=1))
    first.origin = {"command": "python -m vae.train", "commit": "0123456"}
    first.fit()
    train.write_results(first)
    weights_file = options.out / "vae.safetensors"
    second = trainer(replace(options, start=weights_file, run=options.run / "second", epochs=1))
    assert torch.equal(weights(second), weights(first).half().float())
    earlier = earlier_run(weights_file)
    assert earlier is not None and earlier["commit"] == "0123456" and earlier["history"] == first.history
    assert earlier_run(None) is None
    with pytest.raises(ValueError, match="there is no weights file nowhere"):
        trainer(replace(options, start=options.out / "nowhere"))
    with pytest.raises(ValueError, match="have another config than this run's options"):
        trainer(replace(options, start=weights_file, hidden=options.hidden + 8))


@pytest.mark.parametrize("content", ["", "[", "[" * 200_000, "null", "[1]"])
def test_damaged_facts_of_an_earlier_run_are_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "training.json").write_text(content)
    with pytest.raises(vae.InputError, match="it holds no facts of a training run"):
        earlier_run(tmp_path / "vae.safetensors")


def test_a_prior_of_another_kind_starts_anew(
    trainer: functools.partial[Trainer], options: Options, tmp_path: Path
) -> None:
    earlier = vae.VAE(replace(options.config, prior_components=2))
    save_weights(earlier, tmp_path / "earlier.safetensors")
    with pytest.raises(vae.InputError, match="there is no training.json beside earlier.safetensors"):
        trainer(replace(options, start=tmp_path / "earlier.safetensors"))
    (tmp_path / "training.json").write_text("{}")
    started = trainer(replace(options, start=tmp_path / "earlier.safetensors")).model.state_dict()
    fresh = trainer(options).model.state_dict()
    for name, value in started.items():
        same = fresh[name] if name.startswith("prior.") else earlier.state_dict()[name].half().float()
        assert torch.equal(value, same)
