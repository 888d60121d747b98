"""The processes that train one model together, as `torchrun` starts them; without it there is one.

Each takes its share of every batch, and the gradients are averaged over all of them.
"""

import os

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


def join(device: torch.device) -> None:
    """Meet the other processes, if there are any."""
    if int(os.environ.get("WORLD_SIZE", 1)) > 1 and not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")


def part() -> None:
    """Leave the other processes."""
    if distributed.is_initialized():
        distributed.destroy_process_group()


def count() -> int:
    """How many there are."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """Which of them this one is, from 0 on; the first one writes files."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def with_shared_gradients(module: nn.Module) -> nn.Module:
    """A module whose gradients are averaged over the processes."""
    return module if count() == 1 else DistributedDataParallel(module)


def averaged(figure: Tensor) -> Tensor:
    """The mean of a figure over the processes."""
    if count() == 1:
        return figure
    total = figure.clone()
    distributed.all_reduce(total)
    return total / count()


def agreed(figure: float, device: torch.device) -> float:
    """The same figure for all processes: its mean over them."""
    return figure if count() == 1 else averaged(torch.tensor(figure, device=device)).item()
