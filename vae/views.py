"""What the encoder is shown in training: clean, noisy and partly hidden digits, and codes of every length."""

from typing import NamedTuple

import torch
from torch import Tensor

from vae.data import binarize
from vae.noise import add_noise

CLEAN, GREY, GAUSSIAN, UNIFORM, SALT_AND_PEPPER, HIDDEN = range(6)
SHARES = torch.tensor([0.55, 0.08, 0.13, 0.06, 0.05, 0.13])
HIGHEST_LEVEL = {"gaussian": 1.1, "uniform": 0.6, "salt_and_pepper": 0.6}
SHARE_WHOLE_CODE, SHARE_MAP = 0.60, 0.12  # the rest of the images get a code of any length


class View(NamedTuple):
    """One training batch."""

    seen: Tensor  # (B, 1, 28, 28), what the encoder looks at
    observed: Tensor  # bool (B, 1, 28, 28), True = known
    target: Tensor  # (B, 1, 28, 28) in [0, 1], the clean digit
    kept: Tensor  # bool (B, K), the prefix of the code that this image is allowed


def random_view(images: Tensor, latent_dim: int, generator: torch.Generator) -> View:
    """A random view of each image (B, 1, 28, 28) in [0, 1]."""
    device, n = images.device, len(images)
    kind = torch.multinomial(SHARES.to(device), n, replacement=True, generator=generator).view(n, 1, 1, 1)
    target = torch.where(kind == CLEAN, binarize(images, generator), images)
    seen = target
    for code, name in ((GAUSSIAN, "gaussian"), (UNIFORM, "uniform"), (SALT_AND_PEPPER, "salt_and_pepper")):
        level = HIGHEST_LEVEL[name] * torch.rand((n, 1, 1, 1), generator=generator, device=device)
        seen = torch.where(kind == code, add_noise(images, name, level, generator), seen)
    observed = (kind != HIDDEN) | _random_mask(images, generator)
    return View(seen, observed, target, random_prefix(n, latent_dim, generator, device))


def random_prefix(n: int, latent_dim: int, generator: torch.Generator, device: torch.device) -> Tensor:
    """Which dimensions each of n codes keeps, bool (n, latent_dim): all, the first two, or any number."""
    chance = torch.rand((n, 1), generator=generator, device=device)
    length = torch.randint(1, latent_dim + 1, (n, 1), generator=generator, device=device)
    length = torch.where(chance < SHARE_WHOLE_CODE + SHARE_MAP, 2, length)
    length = torch.where(chance < SHARE_WHOLE_CODE, latent_dim, length)
    return torch.arange(latent_dim, device=device) < length


def _random_mask(images: Tensor, generator: torch.Generator) -> Tensor:
    """Known pixels when a random share, a half or a rectangle is hidden, with equal chance."""
    n, side, device = len(images), images.shape[-1], images.device

    def uniform(low: float, high: float) -> Tensor:
        return low + (high - low) * torch.rand((n, 1, 1, 1), generator=generator, device=device)

    share = torch.rand(images.shape, generator=generator, device=device) > uniform(0.3, 0.97)
    rows = torch.arange(side, device=device).view(1, 1, side, 1)
    columns = torch.arange(side, device=device).view(1, 1, 1, side)
    top, left, height, width = uniform(0, 16), uniform(0, 16), uniform(8, 22), uniform(8, 22)
    block = (rows < top) | (rows >= top + height) | (columns < left) | (columns >= left + width)
    line = torch.where(uniform(0, 1) < 0.5, rows, columns)
    half = (line < uniform(10, 18)) ^ (uniform(0, 1) < 0.5)
    choice = uniform(0, 3)
    return torch.where(choice < 1, share, torch.where(choice < 2, block, half))
