"""What the library accepts: each check raises InputError with one sentence that says what is right."""

from numbers import Integral, Real

import torch
from torch import Tensor

SIDE = 28
LARGEST = 1e6  # of a pixel of a noisy picture; beyond it single precision overflows


class InputError(ValueError):
    """What was given cannot be used, be it an argument or a file; the message is a sentence for people."""


def check_pictures(x: Tensor) -> None:
    """Accept float32 (B, 1, 28, 28), B >= 1, all finite and within LARGEST of zero."""
    if not isinstance(x, Tensor) or x.dtype != torch.float32:
        found = x.dtype if isinstance(x, Tensor) else type(x).__name__
        raise InputError(f"pictures must be a tensor of float32, not {found}")
    if x.ndim != 4 or x.shape[1:] != (1, SIDE, SIDE) or len(x) == 0:
        raise InputError(f"pictures must be (B, 1, 28, 28), not {tuple(x.shape)}")
    if not torch.isfinite(x).all():
        raise InputError("pictures must not contain NaN or infinity")
    if x.abs().max() > LARGEST:
        raise InputError(f"pictures must lie within {LARGEST:,.0f} of zero, with ink = 1")


def check_images(x: Tensor) -> None:
    """Accept float32 (B, 1, 28, 28) in [0, 1], B >= 1."""
    check_pictures(x)
    if x.min() < 0 or x.max() > 1:
        raise InputError("images must lie in [0, 1], with ink = 1")


def check_image(image: Tensor) -> None:
    """Accept one image, float32 (1, 28, 28) in [0, 1]."""
    if not isinstance(image, Tensor) or image.shape != (1, SIDE, SIDE):
        shape = tuple(image.shape) if isinstance(image, Tensor) else type(image).__name__
        raise InputError(f"an image must be a tensor (1, 28, 28), not {shape}")
    check_images(image[None])


def check_observed(observed: Tensor, x: Tensor) -> None:
    """Accept a mask of known pixels: bool, of the shape of x."""
    if not isinstance(observed, Tensor) or observed.dtype != torch.bool or observed.shape != x.shape:
        raise InputError(f"observed must be a bool tensor {tuple(x.shape)}, True = known")


def check_count(name: str, value: int, lowest: int, highest: int) -> None:
    """Accept a whole number between lowest and highest, both included."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not lowest <= value <= highest:
        raise InputError(f"{name} must be a whole number from {lowest} to {highest}, not {value!r}")


def is_number(value: object) -> bool:
    """Whether a value is a real number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_number(name: str, value: float, lowest: float, highest: float) -> None:
    """Accept a number between lowest and highest, both included."""
    if not (is_number(value) and lowest <= value <= highest):
        raise InputError(f"{name} must be from {lowest:g} to {highest:g}, not {value!r}")


def seeded(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A random generator of its own for every call.

    Raises:
        InputError: seed is no whole number that fits into 64 bits.
    """
    check_count("seed", seed, -(2**63), 2**63 - 1)
    return torch.Generator(device).manual_seed(int(seed))


def check_code(z: Tensor, latent_dim: int, dtype: torch.dtype) -> None:
    """Accept a code or a prefix of one: (B, k), 1 <= k <= latent_dim, of the weights' dtype, all finite."""
    if not isinstance(z, Tensor) or z.ndim != 2 or not 1 <= z.shape[1] <= latent_dim:
        shape = tuple(z.shape) if isinstance(z, Tensor) else type(z).__name__
        raise InputError(f"a code must be a tensor (B, k) with 1 <= k <= {latent_dim}, not {shape}")
    if z.dtype != dtype:
        raise InputError(f"a code must be {dtype}, not {z.dtype}")
    if not torch.isfinite(z).all():
        raise InputError("a code must not contain NaN or infinity")
