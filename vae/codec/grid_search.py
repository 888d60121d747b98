"""The best grid code for a picture: fewest bits, least error, or both, by Gauss-Newton steps on a lattice.

Around a grid code the decoder is nearly linear in the symbols. So its loss is nearly a quadratic form of the
steps away, whose minimum over whole steps, with what they cost in bits, is found by single moves, each the
best there is; then the decoder says what is true, and the next round starts from there.
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vae.codec.range_coding import GridCode, coder, symbol_bits
from vae.model import VAE

PROBE = 0.3  # of a step, by which the decoder's slope is measured
DAMPING = 0.02  # share added to the diagonal of the quadratic form
FARTHEST = 6  # steps away in one round
MOST_MOVES = 96  # in one round
LEAST_GAIN = 1e-9  # of the loss; a smaller one is rounding


class Loss(Protocol):
    """What the decoder's logits for a picture cost."""

    def total(self, logits: Tensor) -> Tensor:
        """The loss of each row, (B, 784) -> (B,), float64."""

    def quadratic(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """The loss near row 0 along the way to rows 1, ..., k: less 2 s'n plus n'Cn; s (k,) and C (k, k)."""


class Found(NamedTuple):
    """A grid code (1, k) and what it costs."""

    grid: GridCode
    cost: float


def improve(
    model: VAE,
    loss: Loss,
    start: GridCode,
    step: Tensor,
    *,
    loss_per_bit: float,
    trials: Sequence[float],
    most_bits: float,
    rounds: int,
) -> Found:
    """The grid code of at most most_bits of least loss + loss_per_bit x bits, found from start (1, k).

    Args:
        step: (K,) of the grid.
        loss_per_bit: the Lagrange multiplier of the rate.
        trials: multipliers that each round tries when it weighs moves.
    """
    writer = coder(model)
    best = Found(start, (loss.total(decoded(model, start.z)) + loss_per_bit * start.bits.sum()).item())
    for _ in range(rounds):
        moved = best.grid.z + PROBE * writer.moves(best.grid.z, step)
        slope, curvature = loss.quadratic(decoded(model, torch.cat([best.grid.z, moved])))
        slope, curvature = slope / PROBE, curvature / PROBE**2
        steps = torch.stack([_steps(best.grid, slope, curvature, trial) for trial in trials])
        tried = writer.at(best.grid.symbols + steps, step)
        costs = loss.total(decoded(model, tried.z)) + loss_per_bit * tried.bits.sum(dim=1)
        costs[tried.bits.sum(dim=1) > most_bits] = torch.inf
        choice = int(costs.argmin())
        if not costs[choice] < best.cost - LEAST_GAIN:
            break
        best = Found(GridCode(*(part[[choice]] for part in tried)), costs[choice].item())
    return best


def nearest_codes(model: VAE, images: Tensor, step: Tensor) -> GridCode:
    """The grid codes nearest to the posterior means of images (B, 1, 28, 28), on a grid of steps (K,)."""
    return coder(model).quantize(model.encode(images).mean.double().cpu(), step)


def decoded(model: VAE, z: Tensor) -> Tensor:
    """Logits of codes z (B, k), float64 (B, 784), by the model in its own precision: quick, not for codes."""
    return model.decode(z.to(next(model.parameters()))).flatten(1).double().cpu()


def _steps(grid: GridCode, slope: Tensor, curvature: Tensor, loss_per_bit: float) -> Tensor:
    """The whole steps n (k,) away from a grid code (1, k) of least n'Cn - 2s'n + loss_per_bit x bits."""
    offsets = torch.arange(-FARTHEST, FARTHEST + 1)
    bits = loss_per_bit * symbol_bits(grid.symbols[0, :, None] + offsets, grid.ratio[0, :, None])
    padded = np.pad(bits.numpy(), ((0, 0), (1, 1)), constant_values=np.inf)
    form = curvature.numpy() * (1 + DAMPING * np.eye(len(slope)))
    gradient = -2 * slope.numpy()
    steps = np.zeros(len(slope), np.int64)
    for _ in range(MOST_MOVES):
        up, down = (_gain(form, gradient, padded, steps, way) for way in (1, -1))
        way = 1 if up.min() < down.min() else -1
        i = int((up if way == 1 else down).argmin())
        if min(up.min(), down.min()) > -LEAST_GAIN:
            break
        steps[i] += way
        gradient = gradient + 2 * way * form[:, i]
    return torch.from_numpy(steps)


def _gain(
    form: NDArray[np.float64],
    gradient: NDArray[np.float64],
    bits: NDArray[np.float64],
    steps: NDArray[np.int64],
    way: int,
) -> NDArray[np.float64]:
    """What one more step up or down costs in each dimension, (k,)."""
    rows, here = np.arange(len(steps)), steps + FARTHEST + 1
    return form.diagonal() + way * gradient + bits[rows, here + way] - bits[rows, here]
