"""What a training run starts from: random weights, or those of an earlier run."""

import json
from pathlib import Path
from typing import Any

import torch

from vae.checkpoint import read_tensors
from vae.checks import InputError
from vae.model import VAE, Config


def initialized(config: Config, seed: int) -> VAE:
    """A model with random weights; nobody else's random numbers depend on it."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return VAE(config)


def start_from(model: VAE, path: Path) -> None:
    """Give a model the encoder and decoder in a weights file, and the prior if it is of the same shape.

    Raises:
        InputError: the file is missing, damaged, or holds a model of another shape.
    """
    tensors, _ = read_tensors(path)
    own = model.state_dict()
    theirs, ours = ({(name, value.shape) for name, value in part.items()} for part in (tensors, own))
    unlike = [name for name, _ in theirs ^ ours]
    if not all(name.startswith("prior.") for name in unlike):
        raise InputError(f"the weights in {path.name} have another config than this run's options")
    kept = {name: x for name, x in tensors.items() if not (unlike and name.startswith("prior."))}
    model.load_state_dict(own | kept)


def earlier_run(start: Path | None) -> dict[str, Any] | None:
    """The weights to start from and the facts of the run that made them; None without.

    Raises:
        InputError: those facts are missing or damaged.
    """
    if start is None:
        return None
    beside = start.with_name("training.json")
    if not beside.is_file():
        raise InputError(f"there is no training.json beside {start.name}, which tells how it was trained")
    return {"weights": str(start), **read_facts(beside)}


def read_facts(path: Path) -> dict[str, Any]:
    """The facts of a run, as JSON holds them.

    Raises:
        InputError: the file is damaged.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return dict(facts.items())
    except (OSError, ValueError, RecursionError, AttributeError) as error:
        raise InputError(f"{path} is damaged: it holds no facts of a training run") from error
