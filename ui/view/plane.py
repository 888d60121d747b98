"""Standard coordinates: where a digit lies, and what a point decodes to.

Under the prior every coordinate is a standard normal, so one scale serves them all.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

import vae
from ui.shell import cache, load
from ui.view import pictures


@torch.inference_mode()
def place(image: Tensor, n: int | None = None) -> Tensor:
    """The first n standard coordinates (n,), or all, of the middle of a digit's (1, 28, 28) posterior."""
    model = load.model()
    return model.prior.to_standard(model.encode(image[None]).mean[:, :n])[0]


def point_of(image: Tensor) -> tuple[float, float]:
    """Where a digit (1, 28, 28) lies on the map: two standard coordinates, rightwards and upwards."""
    right, up = place(image, 2).tolist()
    return right, up


@torch.inference_mode()
def moved(image: Tensor, steps: Mapping[int, float]) -> Tensor:
    """A digit before and after some of its coordinates, counted from 0, have moved, (2, 1, 28, 28)."""
    u = place(image).repeat(2, 1)
    for i, step in steps.items():
        u[1, i] += step
    return vae.decode_standard(load.model(), u)


@cache.briefly(entry_kb=120)
@torch.inference_mode()
def walks(image: Tensor, numbers: tuple[int, ...], steps: tuple[float, ...]) -> list[Tensor]:
    """For each number one picture: a digit with that coordinate moved by each of the steps, left to right."""
    u = place(image).repeat(len(numbers), len(steps), 1)
    for row, i in zip(u, numbers, strict=True):
        row[:, i] += torch.tensor(steps)
    digits = vae.decode_standard(load.model(), u.flatten(0, 1)).split(len(steps))
    return [pictures.sheet(each, len(steps)) for each in digits]


def variations(point: Sequence[float], n: int) -> Tensor:
    """The digit at a point and n that share its coordinates and differ in all others, (n + 1, 1, 28, 28)."""
    u = torch.randn((n + 1, load.model().config.latent_dim), generator=torch.Generator().manual_seed(0))
    u[0] = 0
    u[:, : len(point)] = torch.tensor(point)
    return vae.decode_standard(load.model(), u)


@cache.briefly(entry_kb=2000)
def atlas(n_side: int, extent: float) -> Tensor:
    """The map as one picture (1, 28 n, 28 n), the second coordinate upwards."""
    grid = vae.latent_grid(load.model(), n_side, extent=extent).flip(0)
    return pictures.sheet(grid.flatten(0, 1)[:, None], n_side)


@cache.for_good
@torch.inference_mode()
def of_gallery() -> Tensor:
    """Where the held-out digits lie on the map, (N, 2)."""
    return load.model().prior.to_standard(load.gallery_codes()[:, :2])
