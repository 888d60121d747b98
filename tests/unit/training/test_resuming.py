"""Checkpoints: a run resumes to the same result, and to nothing else."""

import functools
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

import vae
from unit.test_checkpoint import Trap
from unit.test_files import full_disk
from unit.training.conftest import options_in, weights
from vae.files import write_file
from vae.training import resuming
from vae.training import trainer as trainer_module
from vae.training.options import Options
from vae.training.resuming import Checkpoint
from vae.training.step import Step
from vae.training.trainer import Trainer


def interrupt(monkeypatch: pytest.MonkeyPatch, at_step: int) -> None:
    """Training is interrupted, as by Ctrl-C, in its n-th step."""
    call, steps = Step.__call__, iter(range(1, 1000))

    def interrupted(self: Step, rows: Tensor) -> None:
        if next(steps) == at_step:
            raise KeyboardInterrupt
        call(self, rows)

    monkeypatch.setattr(Step, "__call__", interrupted)


def save(trainer: Trainer) -> None:
    """Write the checkpoint of a run as it is."""
    trainer.checkpoint.save(trainer._state())
    trainer.checkpoint.wait()


@pytest.fixture(scope="module")
def whole(pixels: Tensor, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A run that nothing interrupts."""
    run = Trainer(options_in(tmp_path_factory.mktemp("whole")), pixels[:200], pixels[200:])
    run.fit()
    return run


@pytest.mark.parametrize("at_step", [5, 10, 12])  # of 16: first of an epoch, in the middle, last
def test_an_interrupted_run_resumes_to_the_same_result(
    trainer: functools.partial[Trainer],
    options: Options,
    whole: Trainer,
    monkeypatch: pytest.MonkeyPatch,
    at_step: int,
) -> None:
    with monkeypatch.context() as patch:
        interrupt(patch, at_step)
        with pytest.raises(KeyboardInterrupt):
            trainer(options).fit()
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert len(resumed.history) == options.epochs
    for facts, expected in zip(resumed.history, whole.history, strict=True):
        assert facts == pytest.approx(expected, abs=1e-5)
    assert torch.equal(weights(resumed), weights(whole))


def test_a_finished_run_resumes_to_itself(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(replace(options, epochs=1))
    run.fit()
    resumed = trainer(replace(options, epochs=1, resume=True))
    resumed.fit()
    assert resumed.history == run.history
    assert torch.equal(weights(resumed), weights(run))


def test_there_must_be_a_run_to_resume(trainer: functools.partial[Trainer], options: Options) -> None:
    with pytest.raises(ValueError, match="there is no checkpoint to resume in"):
        trainer(replace(options, resume=True)).fit()


@pytest.mark.parametrize(
    "change",
    [{"seed": 1}, {"epochs": 3}, {"batch": 40}, {"learning_rate": 1e-4}, {"latent_dim": 5}, {"codes": "map"}],
    ids=str,
)
def test_a_run_with_other_options_is_not_resumed(
    trainer: functools.partial[Trainer], options: Options, change: dict
) -> None:
    save(trainer(options))
    with pytest.raises(ValueError, match="was trained with other options"):
        trainer(replace(options, resume=True, **change)).fit()


@pytest.mark.parametrize("part", ["options", "epochs", "average"])
def test_a_checkpoint_that_lacks_a_part_is_refused(
    trainer: functools.partial[Trainer], options: Options, part: str
) -> None:
    save(trainer(options))
    file = options.run / "checkpoint.pt"
    state = torch.load(file, weights_only=True)
    del state[part]
    torch.save(state, file)
    with pytest.raises(vae.InputError, match="lacks a part: start anew, without --resume"):
        trainer(replace(options, resume=True)).fit()


def test_a_checkpoint_is_not_unpickled(trainer: functools.partial[Trainer], options: Options) -> None:
    options.run.mkdir(parents=True)
    sprung = options.run / "sprung"
    torch.save({"options": Trap(sprung)}, options.run / "checkpoint.pt")
    with pytest.raises(Exception, match="[Ww]eights"):
        trainer(replace(options, resume=True)).fit()
    assert not sprung.exists()


def test_a_checkpoint_is_replaced_at_once(trainer: functools.partial[Trainer], options: Options) -> None:
    trainer(replace(options, epochs=2)).fit()
    assert os.listdir(options.run) == ["checkpoint.pt"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_checkpoint_is_refused(
    trainer: functools.partial[Trainer], options: Options, share: float
) -> None:
    trainer(replace(options, epochs=1)).fit()
    file = options.run / "checkpoint.pt"
    file.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    with pytest.raises(vae.InputError, match="is damaged.*start anew, without --resume") as error:
        trainer(replace(options, epochs=1, resume=True)).fit()
    assert "\n" not in str(error.value)


def test_on_a_full_disk_the_last_checkpoint_is_kept(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    run = trainer(options)
    save(run)
    before = run.checkpoint.path.read_bytes()
    with full_disk(1000), pytest.raises(vae.InputError, match="checkpoint.pt cannot be written"):
        run.fit()
    assert run.checkpoint.path.read_bytes() == before and os.listdir(options.run) == ["checkpoint.pt"]


def test_epochs_of_less_than_seconds_share_a_checkpoint(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer_module, "CHECKPOINT_EVERY", 1e9)
    run, saved = trainer(options), []
    monkeypatch.setattr(run.checkpoint, "save", lambda state: saved.append(len(state["history"])))
    run.fit()
    assert saved == [options.epochs]


def test_a_checkpoint_is_the_state_as_it_was_when_it_was_saved(tmp_path: Path) -> None:
    checkpoint, weights = Checkpoint(tmp_path / "checkpoint.pt"), torch.zeros(100_000)
    checkpoint.save({"weights": weights, "nested": [{"rate": weights[:1]}], "epochs": 3})
    weights += 1
    checkpoint.wait()
    saved = checkpoint.load(torch.device("cpu"))
    assert saved["epochs"] == 3
    assert (saved["weights"] == 0).all() and (saved["nested"][0]["rate"] == 0).all()


def test_training_goes_on_while_a_checkpoint_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, path = threading.Event(), tmp_path / "checkpoint.pt"

    def write(path: Path, content: bytes) -> None:
        assert slow.wait(10)
        write_file(path, content)

    monkeypatch.setattr(resuming, "write_file", write)
    checkpoint = Checkpoint(path)
    checkpoint.save({"epochs": 1})
    assert not path.exists()
    slow.set()
    checkpoint.save({"epochs": 2})
    checkpoint.wait()
    assert checkpoint.load(torch.device("cpu")) == {"epochs": 2}


def test_a_checkpoint_that_could_not_be_written_is_told_by_the_next_one(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    checkpoint = Checkpoint(tmp_path / "taken" / "checkpoint.pt")
    checkpoint.save({"epochs": 1})
    with pytest.raises(vae.InputError, match="checkpoint.pt cannot be written"):
        checkpoint.save({"epochs": 2})
    checkpoint.wait()


def test_a_run_goes_on_from_a_checkpoint_of_another_device(
    trainer: functools.partial[Trainer], options: Options, whole: Trainer
) -> None:
    run = trainer(replace(options, epochs=4))
    run.optimizer.param_groups[0]["capturable"] = True  # as on a card
    save(run)
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert resumed.optimizer.param_groups[0]["capturable"] is False
    assert torch.equal(weights(resumed), weights(whole))
