"""Where a run computes, and in which arithmetic."""

import os

import torch

from vae.checks import usable_device

AMPERE = 8, 0  # the first cards that compute in bfloat16


def training_device(name: str) -> torch.device:
    """The device that a run's option names; of several processes each has its own card.

    Raises:
        InputError: there is no such device here.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda":
        name = f"cuda:{os.environ.get('LOCAL_RANK', 0)}"
    return usable_device(name)


def uses_bfloat16(precision: str, device: torch.device) -> bool:
    """Whether encoder and decoder compute in bfloat16."""
    if precision != "auto":
        return precision == "bfloat16"
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= AMPERE
    return torch.ops.mkldnn._is_mkldnn_bf16_supported()


def device_name(device: torch.device) -> str:
    """The card, or how many threads of the processor."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    n_threads = torch.get_num_threads()
    return "1 CPU thread" if n_threads == 1 else f"{n_threads} CPU threads"
