"""One step of training: what it changes, and that it keeps to the device."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.plain_loop import plain_loop
from unit.training.conftest import weights
from vae.training.options import Options
from vae.training.trainer import Trainer


def test_a_run_is_what_a_plain_loop_does(
    trainer: functools.partial[Trainer], options: Options, pixels: Tensor
) -> None:
    options = replace(options, batch=60)  # the last batch of an epoch is smaller
    run = trainer(options)
    run.fit()
    average, losses = plain_loop(options, pixels[:200])
    assert [facts["loss"] for facts in run.history] == pytest.approx(losses, rel=1e-6)
    expected = torch.cat([value.flatten() for value in average.state_dict().values()])
    assert torch.allclose(weights(run), expected, atol=1e-5)


class Heard(TorchDispatchMode):
    """The names of all operations."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Sequence[type], args: tuple = (), kwargs: dict | None = None
    ) -> Any:
        self.names.append(func._schema.name.removeprefix("aten::"))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("learn", ["all", "prior"])
def test_a_step_neither_waits_for_the_device_nor_brings_anything_to_it(
    trainer: functools.partial[Trainer], options: Options, learn: str
) -> None:
    step = trainer(replace(options, learn=learn)).step()
    step.set_schedule(1e-3, 0.5)
    step(torch.arange(50))
    with Heard() as heard:
        step(torch.arange(50))
    assert len(heard.names) > 50
    assert not {"_local_scalar_dense", "nonzero", "masked_select", "multinomial", "equal"} & {*heard.names}
    assert "lift_fresh" not in heard.names, "a tensor made of numbers of the host"


def test_the_schedule_is_followed(trainer: functools.partial[Trainer], options: Options) -> None:
    run = trainer(options)
    step = run.step()
    step.set_schedule(0.0, 0.0)
    before = weights(run)
    step(torch.arange(50))
    assert torch.equal(weights(run), before), "at a learning rate of 0 nothing moves"
    step.set_schedule(1e-3, 0.0)
    step(torch.arange(50))
    assert not torch.equal(weights(run), before)


def test_costs_are_averaged_over_digits(trainer: functools.partial[Trainer], options: Options) -> None:
    step = trainer(options).step()
    step.set_schedule(0.0, 1.0)
    means = []
    for rows in (torch.arange(50), torch.arange(50, 60)):
        step.totals.zero_()
        step.generator.manual_seed(len(rows))
        step(rows)
        means.append(step.mean_costs(len(rows))["loss"])
    step.totals.zero_()
    for rows in (torch.arange(50), torch.arange(50, 60)):
        step.generator.manual_seed(len(rows))
        step(rows)
    assert step.mean_costs(60)["loss"] == pytest.approx((50 * means[0] + 10 * means[1]) / 60, rel=1e-6)
