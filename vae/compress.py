"""Job 1: compression. A digit in a given number of bytes, as a prefix of its nested code."""

import numpy as np
import torch
from torch import Tensor

from vae.calibration import Profile, calibration_of
from vae.checks import check_count, check_image
from vae.coding import (
    Gaussian,
    GridCode,
    Part,
    coder,
    latent_part,
    pack,
    payload_bytes,
    seal,
    unpacker,
    unseal,
)
from vae.model import VAE

MIN_CODE_BYTES, MAX_CODE_BYTES = 2, 64
SALT = 0x6C6F7373  # tells a lossy code from a lossless one
N_PREFIXES = 6  # of each row of the grid are decoded and compared
SHRINKAGE = torch.tensor([1.0, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0], dtype=torch.float64)


@torch.inference_mode()
def compress(model: VAE, image: Tensor, *, n_bytes: int = 16) -> bytes:
    """Write an image in at most n_bytes.

    The code is a checksum, the number of dimensions, and that many numbers on a grid, range-coded under
    the prior. Of all prefixes that fit, of the posterior mean and of it shrunk towards zero, the one is
    taken that decodes nearest to the image.

    Args:
        image: (1, 28, 28) in [0, 1], ink = 1.
        n_bytes: 2 to 64.

    Returns:
        All that `decompress` needs beside the model, len <= n_bytes.

    Raises:
        ValueError: a wrong shape, a value outside [0, 1] or not finite, n_bytes out of range, or a model
            without calibration.
    """
    check_image(image)
    check_count("n_bytes", n_bytes, MIN_CODE_BYTES, MAX_CODE_BYTES)
    size = _payload_size(model, n_bytes)
    writer, profile = coder(model), calibration_of(model).profiles[size]
    mean = model.encode(image[None]).mean.double().cpu()
    grid = writer.quantize(SHRINKAGE[:, None] * mean, profile.step * writer.posterior_std)
    for row, n_dims in _by_error(model, grid, image, header_bits(model, profile), 8 * size):
        payload = pack([_header(model, profile, n_dims), _numbers(grid, row, n_dims)])
        if len(payload) <= size:
            return seal(payload.ljust(size, b"\0"), writer.key ^ SALT)
    raise ValueError(f"this image does not fit in {n_bytes} bytes; allow more")


@torch.inference_mode()
def decompress(model: VAE, code: bytes) -> Tensor:
    """The image in a code that `compress` wrote.

    Returns:
        (1, 28, 28) float32 in [0, 1].

    Raises:
        ValueError: the code is truncated, altered, or was written by another model.
    """
    z = _read(model, code)
    return torch.sigmoid(model.decode(z.to(next(model.parameters()))))[0]


@torch.inference_mode()
def decompress_prefixes(model: VAE, code: bytes) -> Tensor:
    """What the first 1, 2, ..., k of the k numbers in a code decode to.

    Returns:
        (k, 1, 28, 28) float32 in [0, 1]; the last is the image that `decompress` returns.

    Raises:
        ValueError: the code is truncated, altered, or was written by another model.
    """
    z = _read(model, code).to(next(model.parameters()))
    return torch.cat([torch.sigmoid(model.decode(z[:, :n_dims])) for n_dims in range(1, z.shape[1] + 1)])


def n_code_dims(model: VAE, code: bytes) -> int:
    """How many numbers of the latent code a code holds.

    Raises:
        ValueError: the code is truncated, altered, or was written by another model.
    """
    return _read(model, code).shape[1]


def _read(model: VAE, code: bytes) -> Tensor:
    """The latent code (1, k), float64, in a code."""
    reader = coder(model)
    payload = unseal(code, reader.key ^ SALT)
    profile = calibration_of(model).profiles.get(len(payload))
    if profile is None:
        raise ValueError(f"a code of this model never has {len(code)} bytes")
    decoder = unpacker(payload)
    try:
        header = _header(model, profile, n_dims=1)
        n_dims = int(decoder.decode(header.family, *header.parameters)[0])
        return reader.read(decoder, n_dims, profile.step * reader.posterior_std)
    except AssertionError as error:
        raise ValueError("this code holds no image") from error


def _payload_size(model: VAE, n_bytes: int) -> int:
    """The longest payload with a profile in a code of at most n_bytes."""
    return max(size for size in calibration_of(model).profiles if size <= payload_bytes(n_bytes))


def _by_error(
    model: VAE, grid: GridCode, image: Tensor, overhead_bits: Tensor, most_bits: int
) -> list[tuple[int, int]]:
    """Row and length of the grid's longest prefixes of at most most_bits, by squared error, best first."""
    fits = grid.bits.cumsum(dim=1) + overhead_bits <= most_bits
    longest = fits & (fits.flip(1).cumsum(dim=1).flip(1) <= N_PREFIXES)
    fitting = [(row, length + 1) for row, length in longest.nonzero().tolist()]
    rows = torch.tensor([row for row, _ in fitting])
    kept = torch.arange(grid.z.shape[1]) < torch.tensor([n_dims for _, n_dims in fitting])[:, None]
    device = image.device
    decoded = torch.sigmoid(model.decode_kept(grid.z[rows].float().to(device), kept.to(device)))
    order = (decoded - image).square().sum(dim=(1, 2, 3)).argsort().tolist()
    return [fitting[i] for i in order]


def header_bits(model: VAE, profile: Profile) -> Tensor:
    """What it costs to say that a code has 1, ..., K dimensions, (K,) bits."""
    lengths = torch.arange(1, model.config.latent_dim + 1, dtype=torch.float64)
    edges = torch.stack([lengths - 0.5, lengths + 0.5])
    below, above = torch.special.ndtr((edges - profile.mean_dims) / profile.std_dims)
    return -(above - below).clamp_min(2**-24).log2()


def _header(model: VAE, profile: Profile, n_dims: int) -> Part:
    parameters = np.array([profile.mean_dims]), np.array([profile.std_dims])
    return Part(np.array([n_dims], np.int32), Gaussian(1, model.config.latent_dim), parameters)


def _numbers(grid: GridCode, row: int, n_dims: int) -> Part:
    symbols, ratios = grid.symbols[row, :n_dims], grid.ratio[row, :n_dims]
    return latent_part(symbols.numpy().astype(np.int32), ratios.numpy())
