"""Checkpoints: a run resumes to the same result, and to nothing else."""

import functools
import os
from dataclasses import replace

import pytest
import torch
from torch import Tensor

import vae
from unit.test_checkpoint import Trap
from unit.test_files import full_disk
from unit.training.conftest import options_in, weights
from vae.training.options import Options
from vae.training.trainer import Trainer


def interrupt(monkeypatch: pytest.MonkeyPatch, at_step: int) -> None:
    """Training is interrupted, as by Ctrl-C, in its n-th step."""
    step, steps = Trainer._step, iter(range(1, 1000))

    def interrupted(self: Trainer, *args: object) -> Tensor:
        if next(steps) == at_step:
            raise KeyboardInterrupt
        return step(self, *args)

    monkeypatch.setattr(Trainer, "_step", interrupted)


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
    trainer(options)._save()
    with pytest.raises(ValueError, match="was trained with other options"):
        trainer(replace(options, resume=True, **change)).fit()


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
    run._save()
    before = run.checkpoint.read_bytes()
    with full_disk(1000), pytest.raises(vae.InputError, match="checkpoint.pt cannot be written"):
        run.fit()
    assert run.checkpoint.read_bytes() == before and os.listdir(options.run) == ["checkpoint.pt"]
