"""Learning rate and weight of the KL in the course of a run."""

import pytest
import torch

from vae.training.schedule import kl_weight, one_cycle


def test_the_schedule_rises_then_falls() -> None:
    factors = torch.tensor([one_cycle(progress / 1000) for progress in range(1001)])
    assert factors[0] > 0
    assert (factors[:51].diff() >= 0).all() and (factors[50:].diff() <= 0).all()
    assert factors.max().item() == pytest.approx(1)
    assert factors[-1].item() == pytest.approx(0, abs=1e-9)
    assert one_cycle(1.01) == one_cycle(1.0)  # a step may begin before --minutes are over and end after


def test_the_weight_of_the_kl_rises_to_one() -> None:
    assert [kl_weight(epochs, 2.0) for epochs in (0, 0.5, 2, 7)] == [0, 0.25, 1, 1]
    assert kl_weight(0, 0.0) == 1
