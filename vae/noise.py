"""The three kinds of noise that the model is trained on and asked to remove."""

from dataclasses import dataclass

import torch
from torch import Tensor

from vae.checks import InputError, check_images, check_number, seeded, shown

KINDS = ("gaussian", "uniform", "salt_and_pepper")


@dataclass(frozen=True)
class Noise:
    """A kind of noise and its level.

    gaussian: N(0, level^2) is added, level in [0, 2]; the result is not clipped.
    uniform: a share `level` of the pixels, in [0, 1], is replaced by draws from U(0, 1).
    salt_and_pepper: a share `level` of the pixels, in [0, 1], is set to 0 or 1 with equal chance.

    Raises:
        InputError: another kind, or a level outside its range.
    """

    kind: str
    level: float

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            raise InputError(f"the kind of noise must be one of {', '.join(KINDS)}, not {shown(self.kind)}")
        highest = 2.0 if self.kind == "gaussian" else 1.0
        level = check_number(f"the level of {self.kind} noise", self.level, 0, highest)
        object.__setattr__(self, "level", level)  # the class is frozen


def check_noise(noise: Noise) -> None:
    """Accept a Noise."""
    if not isinstance(noise, Noise):
        raise InputError(f"noise must be a Noise, such as Noise('gaussian', 0.5), not {shown(noise)}")


def corrupt(x: Tensor, noise: Noise, *, seed: int = 0) -> Tensor:
    """Add noise to images x (B, 1, 28, 28) in [0, 1]; same seed, same noise.

    Returns:
        (B, 1, 28, 28); Gaussian noise leaves [0, 1], the other kinds stay in it.

    Raises:
        InputError: x has a wrong shape, or a value outside [0, 1] or not finite; noise is no Noise.
    """
    check_images(x)
    check_noise(noise)
    generator = seeded(seed, x.device)
    return add_noise(x, noise.kind, torch.full((len(x), 1, 1, 1), noise.level, device=x.device), generator)


def add_noise(x: Tensor, kind: str, level: Tensor, generator: torch.Generator) -> Tensor:
    """`corrupt` with a level of its own for each image, level (B, 1, 1, 1)."""
    if kind == "gaussian":
        return x + level * torch.randn(x.shape, generator=generator, device=x.device)
    replaced = torch.rand(x.shape, generator=generator, device=x.device) < level
    value = torch.rand(x.shape, generator=generator, device=x.device)
    return torch.where(replaced, value.round() if kind == "salt_and_pepper" else value, x)
