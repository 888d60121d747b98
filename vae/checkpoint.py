"""The weights file: half-precision safetensors with the model's config inside. Nothing is ever unpickled."""

import functools
import json
import os
import zlib
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor

from vae.calibration import Calibration
from vae.checks import FileError, InputError, shown, usable_device
from vae.files import write_file
from vae.model import VAE, Config

WEIGHTS = Path(__file__).resolve().parent.parent / "weights"
MOST_BYTES = 2**30  # of a weights file
COMMAND = "python -m vae.train --out weights trains new ones"
FORMAT = "one-model-five-superpowers/1"


def save_weights(model: VAE, path: Path) -> None:
    """Write the weights in half precision, with the config in the file's metadata.

    Equal weights are equal bytes.

    Raises:
        InputError: the file cannot be written.
    """
    tensors = {name: value.half().contiguous().cpu() for name, value in model.state_dict().items()}
    metadata = {"config": json.dumps(asdict(model.config)), "format": FORMAT}
    write_file(path, _in_order(save(tensors, metadata)))


def _in_order(file: bytes) -> bytes:
    """A safetensors file with its metadata sorted by name; the library leaves their order to chance."""
    start = 8 + int.from_bytes(file[:8], "little")
    header = json.loads(file[8:start])
    header["__metadata__"] = dict(sorted(header["__metadata__"].items()))
    return file[:8] + json.dumps(header, separators=(",", ":")).encode().ljust(start - 8) + file[start:]


def read_tensors(path: Path, device: str = "cpu") -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a weights file, in float32, and its metadata.

    Raises:
        FileError: the file is missing, damaged, or of another format.
    """
    if not os.path.isfile(path):
        raise FileError(f"there is no weights file {path.name}; {COMMAND}")
    if os.path.getsize(path) > MOST_BYTES:
        raise FileError(f"the weights file {path.name} has more than {MOST_BYTES:,} bytes; {COMMAND}")
    try:
        with safe_open(path, framework="pt", device=device) as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
    except Exception as error:  # safetensors raises several kinds, and PyTorch others
        raise FileError(f"the weights file {path.name} is damaged; {COMMAND}") from error
    found = metadata.get("format")
    if found != FORMAT:
        raise FileError(
            f"the weights file {path.name} has the format {shown(found)}, not {FORMAT!r}; {COMMAND}"
        )
    if not all(value.isfinite().all() for value in tensors.values()):
        raise FileError(f"the weights file {path.name} holds weights that are not finite; {COMMAND}")
    return tensors, metadata


def read_weights(path: Path, device: str = "cpu") -> VAE:
    """The model in a weights file, in float32 and eval mode.

    Raises:
        FileError: the file is missing, damaged, of another format, or does not fit its own config.
    """
    tensors, metadata = read_tensors(path, device)
    try:
        config = Config(**json.loads(metadata["config"]))
        if _n_weights(config) > sum(value.numel() for value in tensors.values()):
            raise ValueError("fewer weights than the config asks for")
        model = VAE(config)
        model.load_state_dict(tensors)
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise FileError(f"the weights in {path.name} do not fit the model's config; {COMMAND}") from error
    model = model.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return model.eval().requires_grad_(False)


def _n_weights(config: Config) -> int:
    """How many weights the large layers of a config's model have, known before there is memory for them."""
    c, h, p = config.channels, config.hidden, config.prior_hidden
    maps, ends = 90 * config.blocks * c**2, 196 * c * h
    return maps + ends + 4 * h**2 + p**2 + 3 * p * config.prior_components * config.latent_dim


def load_model(path: Path | str = WEIGHTS / "vae.safetensors", device: str = "cpu") -> VAE:
    """The shipped model with its calibration, in eval mode; one for each device in the whole process.

    Raises:
        FileError: a file is missing or damaged, of another format or model, or does not fit its config.
        InputError: there is no such device, or path is none.
    """
    try:
        file = Path(path).resolve()
    except (TypeError, ValueError, OSError, RuntimeError) as error:
        raise InputError(f"{shown(path)} is no path of a weights file") from error
    return _loaded(file, str(usable_device(device)))


@functools.cache
def _loaded(path: Path, device: str) -> VAE:
    model = read_weights(path, device)
    calibration = Calibration.load(path.with_name("calibration.json"))
    same_length = len(calibration.posterior_std) == model.config.latent_dim
    if calibration.fingerprint != fingerprint(model) or not same_length:
        raise FileError(
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
