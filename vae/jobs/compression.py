"""Job 1: compression. A digit in a given number of bytes: a prefix of its nested code, then a correction.

The numbers say which digit it is and how it is written. What they cannot say, a correction of the decoded
picture does (see vae/codec/residual.py), as far as the bytes reach.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae.calibration import ModelStatistics, Profile
from vae.checks import SIDE, InputError, check_count, check_image
from vae.codec import residual
from vae.codec.grid_search import improve
from vae.codec.range_coding import (
    LEAST_CHANCE,
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
from vae.model import VAE, calibration_of

MIN_CODE_BYTES, MAX_CODE_BYTES = 2, 64
SALT = 0x6C6F7373  # tells a lossy code from a lossless one
N_SIZES = 4  # of a code, the largest that fit, are always tried
N_STARTS = 3  # of the search, where no correction follows
ROUNDS = 3  # of the search for the best grid code
PRICE = 0.018  # of a bit, in squared error, on a grid of step 1; it grows with the square of the step
TRIALS = (0.3, 1.0, 3.0, 10.0)  # multiples of the price that each round of the search tries
N_PREFIXES = 6  # of each row of the grid, beside all of the first, are decoded and compared
SHRINKAGE = torch.tensor([1.0, 0.9, 0.8, 0.6, 0.4, 0.2, 0.0], dtype=torch.float64)


class Contents(NamedTuple):
    """What a code says."""

    z: Tensor  # float64 (1, k), a prefix of the latent code
    level: int  # fineness of the correction; 0 = there is none
    symbols: Tensor  # int64 (n,), the correction's coefficients, in steps
    way: residual.Directions


class Payload(NamedTuple):
    """A code without its checksum."""

    packed: bytes
    error: float  # mean squared, of the picture that it decodes to


class SquaredError:
    """The summed squared error of a decoded picture, for vae/codec/grid_search.py."""

    def __init__(self, image: Tensor) -> None:
        self.truth = image.flatten().double().cpu()

    def total(self, logits: Tensor) -> Tensor:
        return (torch.sigmoid(logits) - self.truth).square().sum(dim=1)

    def quadratic(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        pictures = torch.sigmoid(logits)
        slopes = pictures[1:] - pictures[0]
        return slopes @ (self.truth - pictures[0]), slopes @ slopes.T


@torch.inference_mode()
def compress(model: VAE, image: Tensor, *, n_bytes: int = 16) -> bytes:
    """Write an image in at most n_bytes.

    The code is a checksum, the number of latent dimensions, that many numbers on a grid, range-coded under
    the prior, and, where the bytes suffice, a correction of what they decode to. The numbers are searched
    around the posterior mean for the least squared error. A few of the largest sizes that fit are written,
    and the nearest to the image is taken, so that more bytes do not give a worse picture.

    Args:
        image: (1, 28, 28) in [0, 1], ink = 1.
        n_bytes: 2 to 64.

    Returns:
        All that `decompress` needs beside the model, len <= n_bytes.

    Raises:
        InputError: a wrong shape, a value outside [0, 1] or not finite, n_bytes out of range, an image too
            strange for so few bytes, or a model without calibration.
    """
    return compress_to_sizes(model, image, [n_bytes])[0]


@torch.inference_mode()
def compress_to_sizes(model: VAE, image: Tensor, sizes: Sequence[int]) -> list[bytes]:
    """`compress` an image in each of several numbers of bytes, in much less time than one by one.

    Raises:
        InputError: as `compress`, for any of the sizes.
    """
    check_image(image)
    for n_bytes in sizes:
        check_count("n_bytes", n_bytes, MIN_CODE_BYTES, MAX_CODE_BYTES)
    writer, key = _Writer(model, image), calibration_of(model).key ^ SALT
    return [seal(writer.best(n_bytes).packed, key) for n_bytes in sizes]


def _sizes(profiles: Mapping[int, Profile], largest: int) -> list[int]:
    """Sizes of payload to try: the largest ones, and beyond them the largest that has another grid."""
    sizes = sorted(size for size in profiles if size <= largest)
    of_each_step = {profiles[size].step: size for size in sizes if 2 * size > largest}
    return sorted({*sizes[-N_SIZES:], *of_each_step.values()})


@torch.inference_mode()
def decompress(model: VAE, code: bytes) -> Tensor:
    """The image in a code that `compress` wrote.

    Returns:
        (1, 28, 28) float32 in [0, 1].

    Raises:
        InputError: the code is truncated, altered, or was written by another model.
    """
    return _corrected(model, _read(model, code))


@torch.inference_mode()
def decompress_prefixes(model: VAE, code: bytes) -> Tensor:
    """What the first 1, 2, ..., k of the k numbers in a code decode to, and last the corrected image.

    Returns:
        (k, 1, 28, 28) float32 in [0, 1], or (k + 1, 1, 28, 28) where the code holds a correction; the last
        is the image that `decompress` returns.

    Raises:
        InputError: the code is truncated, altered, or was written by another model.
    """
    said = _read(model, code)
    images = [_image(_picture(model, said.z[:, :n_dims]), model) for n_dims in range(1, said.z.shape[1] + 1)]
    return torch.stack(images + [_corrected(model, said)] * bool(said.symbols.any()))


def n_code_dims(model: VAE, code: bytes) -> int:
    """How many numbers of the latent code a code holds.

    Raises:
        InputError: the code is truncated, altered, or was written by another model.
    """
    return _read(model, code).z.shape[1]


def n_code_corrections(model: VAE, code: bytes) -> int:
    """How many numbers, beside those of the latent code, a code spends on correcting the decoded picture.

    Raises:
        InputError: the code is truncated, altered, or was written by another model.
    """
    return int(_read(model, code).symbols.count_nonzero())


@torch.inference_mode()
def _read(model: VAE, code: bytes) -> Contents:
    reader, known = coder(model), calibration_of(model)
    payload = unseal(code, known.key ^ SALT)
    profile = known.profiles.get(len(payload))
    if profile is None:
        raise InputError(f"a code of this model never has {len(code)} bytes")
    decoder = unpacker(payload)
    try:
        n_dims = _decoded(decoder, _n_dims_part(model, profile, 1))
        z = reader.read(decoder, n_dims, profile.step * known.posterior_std)
        level = _decoded(decoder, _level_part(profile, 0))
        way = residual.directions(known, reader.logits(z)[0])
        part = residual.correction_part(torch.zeros(0), residual.ratios(way, level))
        symbols = decoder.decode(part.family, *part.parameters) if level else np.zeros(0)
    except AssertionError as error:
        raise InputError("this code holds no image") from error
    return Contents(z, level, torch.from_numpy(symbols.astype(np.int64)), way)


def _corrected(model: VAE, said: Contents) -> Tensor:
    picture = _picture(model, said.z)
    return _image(residual.corrected(picture, said.way, said.level, said.symbols), model)


def _picture(model: VAE, z: Tensor) -> Tensor:
    """What a code (1, k) decodes to, float64 (784,)."""
    return torch.sigmoid(coder(model).logits(z))[0]


def _decoded(decoder: object, part: Part) -> int:
    return int(decoder.decode(part.family, *part.parameters)[0])  # type: ignore[attr-defined]


def _image(picture: Tensor, model: VAE) -> Tensor:
    return picture.to(next(model.parameters())).view(1, SIDE, SIDE)


def grid_codes(
    model: VAE, known: ModelStatistics, image: Tensor, profile: Profile, most_bits: float
) -> Iterator[GridCode]:
    """Grid codes of an image, (1, k), that leave room in most_bits for the header, the best first.

    The best is found by search from the best prefix of the posterior mean, or of it shrunk towards zero.
    """
    loss = SquaredError(image)
    step, price = profile.step * known.posterior_std, PRICE * profile.step**2
    worth = price if profile.mean_level >= 1 else 0.0  # of a bit left over, to the correction
    grid = coder(model).quantize(SHRINKAGE[:, None] * model.encode(image[None]).mean.double().cpu(), step)
    overhead = dims_bits(model, profile) + level_bits(profile)[0]
    starts = _starts(model, grid, loss, worth, overhead, most_bits)
    found = [
        improve(
            model,
            loss,
            start,
            step,
            price=worth,
            trial_prices=[trial * price for trial in TRIALS],
            most_bits=most_bits - overhead[start.z.shape[1] - 1].item(),
            rounds=ROUNDS,
        )
        for start in starts[: 1 if worth else N_STARTS]
    ]
    yield from (each.grid for each in sorted(found, key=lambda each: each.cost))
    yield from starts


def _starts(
    model: VAE, grid: GridCode, loss: SquaredError, price: float, overhead: Tensor, most_bits: float
) -> list[GridCode]:
    """Prefixes of the grid's rows that fit, by squared error and price of their bits, best first."""
    bits = grid.bits.cumsum(dim=1) + overhead
    fits = bits <= most_bits
    tried = fits & (fits.flip(1).cumsum(dim=1).flip(1) <= N_PREFIXES)
    tried[0] = fits[0]
    if not tried.any():
        return []
    rows, last = tried.nonzero().unbind(dim=1)
    kept = torch.arange(grid.z.shape[1]) <= last[:, None]
    device = next(model.parameters()).device
    logits = model.decode_kept(grid.z[rows].float().to(device), kept.to(device)).flatten(1)
    cost = loss.total(logits.double().cpu()) + price * bits[rows, last]
    return [grid.prefix(int(rows[i]), int(last[i]) + 1) for i in cost.argsort().tolist()]


class _Plan(NamedTuple):
    """A grid code (1, k) and the ways to correct what it decodes to, the nearest to the image first."""

    grid: GridCode
    way: residual.Directions
    corrections: list[residual.Correction]


class _Writer:
    """Writes one image in several sizes, and searches once for those that share a grid."""

    def __init__(self, model: VAE, image: Tensor) -> None:
        self.model, self.image = model, image
        self.known = calibration_of(model)
        self.profiles = self.known.profiles
        self._roomy: dict[float, _Plan] = {}
        self._written: dict[int, Payload | None] = {}

    def best(self, n_bytes: int) -> Payload:
        """The nearest to the image of the payloads for at most n_bytes with their checksum.

        Raises:
            InputError: the image does not fit.
        """
        sizes = _sizes(self.profiles, payload_bytes(n_bytes))
        written = [payload for size in sizes if (payload := self._payload(size)) is not None]
        if not written:
            raise InputError(f"this image does not fit in {n_bytes} bytes; allow more")
        return min(written, key=lambda payload: payload.error)

    def _payload(self, size: int) -> Payload | None:
        """The image in a payload of exactly size bytes, or None where it does not fit."""
        if size not in self._written:
            self._written[size] = self._write(size)
        return self._written[size]

    def _write(self, size: int) -> Payload | None:
        profile = self.profiles[size]
        for plan in self._plans(profile, 8 * size):
            for packed, error in _packed(self.model, profile, plan, 8 * size):
                if len(packed) <= size:
                    return Payload(packed.ljust(size, b"\0"), error)
        return None

    def _plans(self, profile: Profile, most_bits: float) -> Iterator[_Plan]:
        """What to try, the best first: where a correction follows, the grid code that any room allows."""
        if profile.mean_level >= 1:
            yield self._roomy_plan(profile.step)
        for grid in grid_codes(self.model, self.known, self.image, profile, most_bits):
            yield _plan(self.model, self.known, self.image, grid)

    def _roomy_plan(self, step: float) -> _Plan:
        """The best grid code of a step in the largest size that has it."""
        if step not in self._roomy:
            size = max(size for size, profile in self.profiles.items() if profile.step == step)
            grid = next(grid_codes(self.model, self.known, self.image, self.profiles[size], 8 * size))
            self._roomy[step] = _plan(self.model, self.known, self.image, grid)
        return self._roomy[step]


def _plan(model: VAE, known: ModelStatistics, image: Tensor, grid: GridCode) -> _Plan:
    logits = coder(model).logits(grid.z)[0]
    way = residual.directions(known, logits)
    found = residual.corrections(torch.sigmoid(logits), way, image.flatten().double().cpu())
    return _Plan(grid, way, sorted(found, key=lambda correction: correction.error))


def _packed(model: VAE, profile: Profile, plan: _Plan, most_bits: float) -> Iterator[tuple[bytes, float]]:
    """Packed codes of a grid code with each correction that fits, and their errors, the least first."""
    grid, n_dims = plan.grid, plan.grid.z.shape[1]
    numbers = latent_part(grid.symbols[0].numpy().astype(np.int32), grid.ratio[0].numpy())
    header = _n_dims_part(model, profile, n_dims)
    used = grid.bits.sum().item() + dims_bits(model, profile)[n_dims - 1].item()
    levels = level_bits(profile).tolist()
    for found in plan.corrections:
        if used + levels[found.level] + found.bits <= most_bits:
            part = residual.correction_part(found.symbols, residual.ratios(plan.way, found.level))
            yield pack([header, numbers, _level_part(profile, found.level), part]), found.error


def corrections_of(
    model: VAE, known: ModelStatistics, image: Tensor, grid: GridCode
) -> list[residual.Correction]:
    """Ways to correct what a grid code (1, k) decodes to, the nearest to the image first."""
    return _plan(model, known, image, grid).corrections


def dims_bits(model: VAE, profile: Profile) -> Tensor:
    """What it costs to say that a code has 1, ..., K dimensions, (K,) bits."""
    lengths = torch.arange(1, model.config.latent_dim + 1)
    return _rounded_gaussian_bits(lengths, profile.mean_dims, profile.std_dims)


def level_bits(profile: Profile) -> Tensor:
    """What it costs to say the correction's level, 0, ..., N_LEVELS - 1, (N_LEVELS,) bits."""
    return _rounded_gaussian_bits(torch.arange(residual.N_LEVELS), profile.mean_level, profile.std_level)


def _rounded_gaussian_bits(numbers: Tensor, mean: float, std: float) -> Tensor:
    """Ideal length of whole numbers under a rounded Gaussian that is cut off beyond the first and last."""
    edges = torch.stack([numbers - 0.5, numbers + 0.5]).double()
    edges[0, 0], edges[1, -1] = -torch.inf, torch.inf
    below, above = torch.special.ndtr((edges - mean) / std)
    return -(above - below).clamp_min(LEAST_CHANCE).log2()


def _n_dims_part(model: VAE, profile: Profile, n_dims: int) -> Part:
    parameters = np.array([profile.mean_dims]), np.array([profile.std_dims])
    return Part(np.array([n_dims], np.int32), Gaussian(1, model.config.latent_dim), parameters)


def _level_part(profile: Profile, level: int) -> Part:
    parameters = np.array([profile.mean_level]), np.array([profile.std_level])
    return Part(np.array([level], np.int32), Gaussian(0, residual.N_LEVELS - 1), parameters)
