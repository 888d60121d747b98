"""The options of a training run that takes seconds: a tiny model in single precision on the processor."""

from typing import Any

TINY: dict[str, Any] = {
    "device": "cpu",
    "precision": "float32",
    "latent_dim": 4,
    "channels": 4,
    "hidden": 16,
    "blocks": 1,
}
