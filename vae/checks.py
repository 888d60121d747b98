"""What the library accepts: each check raises InputError with one sentence that says what is right."""

import reprlib
from numbers import Integral, Real

import torch
from torch import Tensor

SIDE = 28
LARGEST = 1e6  # of a noisy picture's pixels and a code's numbers; far beyond it single precision overflows


class InputError(ValueError):
    """What was given cannot be used, be it an argument or a file; the message is a sentence for people."""


class FileError(InputError):
    """A file that belongs to the model is missing or damaged; the message says what makes it anew."""


def unlike_tensor(x: object) -> str | None:
    """What x is instead of a tensor that holds all its values; None where it is one."""
    if not isinstance(x, Tensor):
        return type(x).__name__
    if x.is_nested:
        return "a nested one"
    if x.layout != torch.strided:
        return f"one of layout {x.layout}"
    return "one without values" if x.is_meta else None


def shown(value: object) -> str:
    """A value as a message says it: short and on one line, whatever it is."""
    try:
        return " ".join(reprlib.repr(value).split())
    except ValueError:  # a whole number of thousands of digits
        return "so many digits"


def check_pictures(x: Tensor) -> None:
    """Accept float32 (B, 1, 28, 28), B >= 1, all finite and within LARGEST of zero."""
    found = unlike_tensor(x)
    if found or x.dtype != torch.float32:
        raise InputError(f"pictures must be a tensor of float32, not {found or x.dtype}")
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
    found = unlike_tensor(image)
    if found or image.shape != (1, SIDE, SIDE):
        raise InputError(f"an image must be a tensor (1, 28, 28), not {found or tuple(image.shape)}")
    check_images(image[None])


def check_observed(observed: Tensor, x: Tensor) -> None:
    """Accept a mask of known pixels: bool, of the shape of x."""
    if unlike_tensor(observed) or observed.dtype != torch.bool or observed.shape != x.shape:
        raise InputError(f"observed must be a bool tensor {tuple(x.shape)}, True = known")
    check_device(x, observed)


def check_count(name: str, value: int, lowest: int, highest: int) -> int:
    """Accept a whole number between lowest and highest, both included; it comes back as Python's own."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not lowest <= value <= highest:
        raise InputError(f"{name} must be a whole number from {lowest} to {highest}, not {shown(value)}")
    return int(value)


def is_number(value: object) -> bool:
    """Whether a value is a real number; True and False are none."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_number(name: str, value: float, lowest: float, highest: float) -> float:
    """Accept a number between lowest and highest, both included; it comes back as Python's own."""
    if not (is_number(value) and lowest <= value <= highest):
        raise InputError(f"{name} must be from {lowest:g} to {highest:g}, not {shown(value)}")
    return float(value)


def seeded(seed: int, device: torch.device | str = "cpu") -> torch.Generator:
    """A random generator of its own for every call.

    Raises:
        InputError: seed is no whole number that fits into 64 bits.
    """
    return torch.Generator(device).manual_seed(check_count("seed", seed, -(2**63), 2**63 - 1))


def check_device(*tensors: Tensor) -> None:
    """Accept tensors, a model's weight among them, that lie on one device."""
    devices = sorted({str(x.device) for x in tensors})
    if len(devices) > 1:
        raise InputError(f"all must lie on one device, not on {' and '.join(devices)}")


def usable_device(device: torch.device | str) -> torch.device:
    """The device of a name, with its number: "cuda" is "cuda:0".

    Raises:
        InputError: there is no such device here.
    """
    try:
        found = torch.ones(1, device=device).device
    except Exception as error:  # each kind of device has its own
        raise InputError(f"there is no device {shown(device)} here; cpu always is") from error
    if found.type == "meta":
        raise InputError("the device meta holds no values; cpu does")
    return found


def check_code(z: Tensor, latent_dim: int, weight: Tensor, largest: float = LARGEST) -> None:
    """Accept a code or a prefix of one: (B, k), B >= 1, 1 <= k <= latent_dim, all finite.

    Args:
        weight: one of the model's, whose dtype and device the code must have.
        largest: farthest from zero that one of its numbers may lie.
    """
    found = unlike_tensor(z)
    if found or z.ndim != 2 or not 1 <= z.shape[1] <= latent_dim or len(z) == 0:
        raise InputError(
            f"a code must be a tensor (B, k) with 1 <= k <= {latent_dim}, not {found or tuple(z.shape)}"
        )
    if z.dtype != weight.dtype:
        raise InputError(f"a code must be {weight.dtype}, not {z.dtype}")
    check_device(weight, z)
    if not torch.isfinite(z).all():
        raise InputError("a code must not contain NaN or infinity")
    if z.abs().max() > largest:
        raise InputError(f"the numbers of a code must lie within {largest:,.0f} of zero")
