"""The weights file: half-precision safetensors with the model's config inside. Nothing is ever unpickled."""

import functools
import json
import zlib
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from vae.calibration import Calibration
from vae.checks import InputError
from vae.model import VAE, Config

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
FORMAT = "one-model-five-superpowers/1"


def save_weights(model: VAE, path: Path) -> None:
    """Write the weights in half precision, with the config in the file's metadata."""
    tensors = {name: value.half().contiguous().cpu() for name, value in model.state_dict().items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, {"format": FORMAT, "config": json.dumps(asdict(model.config))})


def read_tensors(path: Path, device: str = "cpu") -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a weights file, in float32, and its metadata.

    Raises:
        InputError: the file is missing, damaged, or of another format.
    """
    if not path.is_file():
        raise InputError(f"there is no weights file {path.name}; train one with python -m vae.train")
    try:
        with safe_open(path, framework="pt", device=device) as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise InputError(f"the weights file {path.name} is damaged: {error}") from error
    if metadata.get("format") != FORMAT:
        raise InputError(
            f"the weights file {path.name} has the format {metadata.get('format')!r}, not {FORMAT!r}"
        )
    return tensors, metadata


def read_weights(path: Path, device: str = "cpu") -> VAE:
    """The model in a weights file, in float32 and eval mode.

    Raises:
        InputError: the file is missing, damaged, of another format, or does not fit its own config.
    """
    tensors, metadata = read_tensors(path, device)
    try:
        model = VAE(Config(**json.loads(metadata["config"])))
        model.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"the weights in {path.name} do not fit the model's config") from error
    model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model.eval().requires_grad_(False)


def load_model(path: Path | str = WEIGHTS / "vae.safetensors", device: str = "cpu") -> VAE:
    """The shipped model with its calibration, in eval mode; one for each device in the whole process.

    Raises:
        InputError: a file is missing or damaged, of another format or model, or does not fit its config.
    """
    return _loaded(Path(path).resolve(), str(torch.empty(0, device=device).device))  # "cuda" is "cuda:0"


@functools.cache
def _loaded(path: Path, device: str) -> VAE:
    model = read_weights(path, device)
    calibration = Calibration.load(path.with_name("calibration.json"))
    if calibration.fingerprint != fingerprint(model):
        raise InputError(
            "the calibration belongs to other weights; python -m vae.calibrate measures a new one"
        )
    model.calibration = calibration
    return model


def fingerprint(model: VAE) -> int:
    """A 32-bit checksum of the weights, by which a code knows the model that wrote it."""
    checksum = 0
    for name, value in sorted(model.state_dict().items()):
        checksum = zlib.crc32(
            value.cpu().half().contiguous().numpy().tobytes(), zlib.crc32(name.encode(), checksum)
        )
    return checksum
