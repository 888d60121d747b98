"""What a calibration file must hold: the type, lengths, order and range of each field, before any is used."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from vae.checks import LARGEST, SIDE, is_number

SMALLEST = 1e-6  # of a step, a standard deviation or a scale
HIGHEST_FINGERPRINT = 2**32 - 1
LONGEST_PAYLOAD = 62  # bytes; each length from 1 on has its profile
N_BINS, N_GREYS = 65, 33  # of the pixel table, see vae/posterior/pixels.py
KERNEL_SIDE = 5  # see vae/posterior/pixel_errors.py
N_KINDS, N_FEATURES = 2, 6  # of the lossless code's contexts, see vae/codec/context.py
N_PARTS = 2  # of the anomaly score
PROFILE = ("step", "mean_dims", "std_dims", "mean_level", "std_level")
POSITIVE = ("step", "std_dims", "std_level")  # of those

Shape = tuple[int | None, ...]  # None: any length, 1 or more
Check = Callable[[Tensor], bool]


def checked(facts: Any) -> dict[str, Any]:
    """The fields of a calibration as JSON holds them, its lists as float64 tensors.

    Raises:
        ValueError: a field is missing, unknown or not usable; the message says which.
    """
    expected = {"fingerprint", "profiles", "ink_step", *_TENSORS}
    if not isinstance(facts, dict) or facts.keys() != expected:
        raise ValueError(f"it must hold {', '.join(sorted(expected))}, and nothing else")
    if type(facts["fingerprint"]) is not int or not 0 <= facts["fingerprint"] <= HIGHEST_FINGERPRINT:
        raise ValueError(_unusable("fingerprint"))
    if not _is_positive(facts["ink_step"]):
        raise ValueError(_unusable("ink_step"))
    if not _are_profiles(facts["profiles"]):
        raise ValueError(_unusable("profiles"))
    tensors = {name: _tensor(name, facts[name], *wanted) for name, wanted in _TENSORS.items()}
    return {**facts, **tensors}


def _unusable(name: str) -> str:
    return f"its {name} cannot be used"


def _is_within(fact: Any) -> bool:
    return is_number(fact) and abs(fact) <= LARGEST


def _is_positive(fact: Any) -> bool:
    return _is_within(fact) and fact >= SMALLEST


def _are_profiles(fact: Any) -> bool:
    if not isinstance(fact, dict) or fact.keys() != {str(n) for n in range(1, LONGEST_PAYLOAD + 1)}:
        return False
    return all(
        isinstance(profile, dict)
        and profile.keys() == set(PROFILE)
        and all(map(_is_within, profile.values()))
        and all(_is_positive(profile[name]) for name in POSITIVE)
        for profile in fact.values()
    )


def _tensor(name: str, fact: Any, shape: Shape, fits: Check) -> Tensor:
    if not _has_shape(fact, shape):
        raise ValueError(_unusable(name))
    values = torch.tensor(fact, dtype=torch.float64)
    if not fits(values):
        raise ValueError(_unusable(name))
    return values


def _has_shape(fact: Any, shape: Shape) -> bool:
    """Whether nested lists of numbers within LARGEST of zero have these lengths."""
    if not shape:
        return _is_within(fact)
    length, *inner = shape
    if not isinstance(fact, list) or not fact or (length or len(fact)) != len(fact):
        return False
    return all(_has_shape(each, tuple(inner)) for each in fact)


def _all_positive(values: Tensor) -> bool:
    return bool((values >= SMALLEST).all())


def _are_distributions(values: Tensor) -> bool:
    return bool((values >= 0).all() and ((values.sum(dim=1) - 1).abs() < 1e-3).all())


def _is_covariance(kernel: Tensor) -> bool:
    """Whether a kernel is symmetric, and no pattern of errors has a variance of zero or below."""
    lone = F.pad(kernel, (0, SIDE, 0, SIDE)).roll((-(KERNEL_SIDE // 2),) * 2, dims=(0, 1))
    waves = torch.fft.fft2(lone).real
    return bool(torch.equal(kernel, kernel.flip(0, 1)) and waves.min() >= SMALLEST)


def _ascend(values: Tensor) -> bool:
    return bool((values.diff() >= 0).all())


_TENSORS: dict[str, tuple[Shape, Check]] = {
    "posterior_std": ((None,), _all_positive),
    "pixel_table": ((N_BINS, N_GREYS), _are_distributions),
    "residual_kernel": ((KERNEL_SIDE, KERNEL_SIDE), _is_covariance),
    "ink_contexts": ((N_KINDS, N_FEATURES), lambda values: True),
    "anomaly_scales": ((N_PARTS,), _all_positive),
    "anomaly_scores": ((None,), _ascend),
}
