"""The settings of the filters beside the best of their grids."""

import pytest
import torch
from torch import Tensor

from vae.baselines import tune
from vae.noise import Noise

NOISE = Noise("gaussian", 0.25)


def test_a_filter_is_compared_with_the_best_of_its_grid(digits: Tensor) -> None:
    tuned = tune.Tuned(
        used=lambda noisy, noise: noisy - noise.level,
        free=torch.add,
        grid=lambda rms: {"off": (1.0,), "not at all": (0.0,), "far off": (-2.0,)},
    )
    used, best, setting = tune.compared(tuned, digits[:2], NOISE)
    assert setting == "not at all" and best == pytest.approx(12.0, abs=0.5)  # of noise of deviation 0.25
    assert best - used == pytest.approx(3.0, abs=0.5)  # half of the error is the offset


@pytest.mark.parametrize("name", tune.FILTERS)
def test_no_setting_of_the_grid_is_much_better_than_the_one_that_is_used(digits: Tensor, name: str) -> None:
    used, best, _ = tune.compared(tune.FILTERS[name], digits[:6], NOISE)
    assert used > best - 0.3
