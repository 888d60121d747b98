"""Runs that end by the clock, and runs that cannot begin."""

import functools
import itertools
import json
import math
import time
from dataclasses import replace

import pytest
import torch
from torch import Tensor

import vae
from unit.conftest import one_sentence
from unit.training.conftest import weights
from vae.evaluation.training_run import read_training
from vae.training import train
from vae.training.options import Options
from vae.training.step import Step
from vae.training.trainer import Trainer

STEP_S = 6.0  # that each step takes by the clock of these tests; an epoch has four


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock by which nothing but a step takes time."""
    now = [0.0]
    call = Step.__call__

    def slow(self: Step, rows: Tensor) -> None:
        now[0] += STEP_S
        call(self, rows)

    monkeypatch.setattr(Step, "__call__", slow)
    monkeypatch.setattr(time, "perf_counter", lambda: now[0])


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(("minutes", "epochs"), [(0.4, 1), (1.0, 2.5), (1.15, 3), (1.2, 3)])
def test_a_run_ends_when_its_minutes_are_over(
    trainer: functools.partial[Trainer], options: Options, minutes: float, epochs: float
) -> None:
    run = trainer(replace(options, minutes=minutes))
    run.fit()
    assert [facts["epoch"] for facts in run.history] == list(range(1, math.ceil(epochs) + 1))
    assert run.epochs == epochs
    assert run.seconds == pytest.approx(4 * STEP_S * epochs)
    run.origin |= {"command": "python -m vae.train", "commit": "0123456"}
    train.write_results(run)
    assert json.loads((options.out / "training.json").read_text())["epochs"] == epochs
    written = read_training(options.out)
    assert written is not None and len(written.history) == math.ceil(epochs) and written.epochs == epochs


@pytest.mark.usefixtures("clock")
def test_the_schedule_follows_the_time(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    rates: list[float] = []
    by_time, by_epochs = replace(options, minutes=1.6), replace(options, run=options.run / "epochs")
    scheduled = Step.set_schedule

    def noted(self: Step, learning_rate: float, kl_weight: float) -> None:
        rates.append(learning_rate)
        scheduled(self, learning_rate, kl_weight)

    monkeypatch.setattr(Step, "set_schedule", noted)
    runs = [trainer(each) for each in (by_time, by_epochs)]
    for run in runs:
        run.fit()
    assert rates[:16] == pytest.approx(rates[16:])
    assert torch.allclose(weights(runs[0]), weights(runs[1]))


@pytest.mark.usefixtures("clock")
def test_a_run_by_the_clock_goes_on_with_the_time_that_is_left(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = replace(options, minutes=1.0)
    whole = trainer(replace(options, run=options.run / "whole"))
    whole.fit()
    with monkeypatch.context() as patch:
        call, steps = Step.__call__, itertools.count(1)

        def interrupted(self: Step, rows: Tensor) -> None:
            if next(steps) == 7:
                raise KeyboardInterrupt
            call(self, rows)

        patch.setattr(Step, "__call__", interrupted)
        with pytest.raises(KeyboardInterrupt):
            trainer(options).fit()
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert resumed.epochs == whole.epochs == 2.5 and len(resumed.history) == 3
    assert torch.equal(weights(resumed), weights(whole))
    again = trainer(replace(options, resume=True))
    again.fit()
    assert (
        again.history == resumed.history
        and again.epochs == 2.5
        and torch.equal(weights(again), weights(whole))
    )


@pytest.mark.usefixtures("clock")
def test_less_time_than_one_epoch_takes_is_refused(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    with pytest.raises(vae.InputError, match="--minutes 0.15 are over after 50% of the first epoch") as error:
        trainer(replace(options, minutes=0.15)).fit()
    assert one_sentence(error)


def test_a_batch_cannot_be_larger_than_the_data(
    trainer: functools.partial[Trainer], options: Options
) -> None:
    with pytest.raises(vae.InputError, match="--batch must be at most 200") as error:
        trainer(replace(options, batch=201))
    assert one_sentence(error)
    trainer(replace(options, batch=200, epochs=1)).fit()


def test_a_card_without_memory_for_the_batch_is_told_and_the_checkpoint_kept(
    trainer: functools.partial[Trainer], options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, steps = Step.__call__, itertools.count(1)

    def starved(self: Step, rows: Tensor) -> None:
        if next(steps) == 6:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB\nand so on")
        call(self, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Step, "__call__", starved)
        with pytest.raises(vae.InputError, match="cpu has no memory for a batch of 50 digits") as error:
            trainer(options).fit()
    assert one_sentence(error)
    resumed = trainer(replace(options, resume=True))
    resumed.fit()
    assert len(resumed.history) == options.epochs
