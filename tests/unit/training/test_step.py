"""One step of training: what it changes, and that it keeps to the device."""

import copy
import functools
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from unit.training.conftest import weights
from vae.model import VAE
from vae.training.augmentation import clean_view, corrupted_view, n_beyond_the_map
from vae.training.costs import CODE_NLL_WEIGHT, CORRUPTED, SHARE_VARIED
from vae.training.hands import augmented
from vae.training.objective import code_nll_nats, elbo
from vae.training.options import Options
from vae.training.schedule import kl_weight, one_cycle
from vae.training.start import initialized
from vae.training.trainer import Trainer


def plain_loop(options: Options, digits: Tensor) -> tuple[VAE, list[float]]:
    """The averaged model and the mean loss of each epoch, by a loop that knows neither graphs nor files."""
    model = initialized(options.config, options.seed)
    average, n_steps, losses = copy.deepcopy(model), 0, []
    optimizer = torch.optim.AdamW(
        model.parameters(), options.learning_rate, weight_decay=options.weight_decay
    )
    for epoch in range(options.epochs):
        generator = torch.Generator().manual_seed(options.seed * 1_000_003 + epoch + 1)
        batches = torch.randperm(len(digits), generator=generator).split(options.batch)
        total = 0.0
        for i, rows in enumerate(batches):
            epochs = epoch + i / len(batches)
            optimizer.param_groups[0]["lr"] = options.learning_rate * one_cycle(epochs / options.epochs)
            n_varied = math.ceil(SHARE_VARIED * n_beyond_the_map(len(rows), options.codes))
            images = augmented(digits[rows][:, None].float() / 255, n_varied, generator)
            view = clean_view(images, options.latent_dim, options.codes, generator)
            corrupted = corrupted_view(images[::CORRUPTED], options.corruptions, generator)
            bound = elbo(model, view, generator)
            code_nll = code_nll_nats(model, corrupted, bound.z[::CORRUPTED].detach()).mean()
            weight = kl_weight(epochs, options.kl_warmup)
            loss = (weight * bound.kl - bound.log_px).mean() + CODE_NLL_WEIGHT * code_nll
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), options.clip)
            optimizer.step()
            decay = options.ema if n_steps else 0.0
            with torch.no_grad():
                for ours, theirs in zip(average.parameters(), model.parameters(), strict=True):
                    ours.copy_(decay * ours + (1 - decay) * theirs)
            n_steps += 1
            total += loss.item() * len(rows)
        losses.append(total / len(digits))
    return average, losses


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
