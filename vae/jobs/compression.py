"""Job 1: compression. A digit in a given number of bytes: a prefix of its nested code, then a correction.

The numbers say which digit it is and how it is written. What they cannot say, a correction of the decoded
picture does (see vae/codec/residual.py), as far as the bytes reach.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from vae.checks import SIDE, InputError, check_count, check_image, shown
from vae.codec import header, residual
from vae.codec.lossy_writer import LossyWriter
from vae.codec.range_coding import coder, seal, unpacker, unseal
from vae.model import VAE, calibration_of, check_model

MIN_CODE_BYTES, MAX_CODE_BYTES = 2, 64
SALT = 0x6C6F7373  # tells a lossy code from a lossless one


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
        All that `decompress` needs beside the model, len <= n_bytes. Up to 8 bytes its checksum has one byte,
        beyond that two: `decompress` takes 1 in 256 altered short codes for another image, 1 in 65,536 longer
        ones. Where codes are typed or sent by hand, use 10 bytes or more.

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
    check_model(model, image)
    if not isinstance(sizes, Sequence):
        raise InputError(f"sizes must be a list of whole numbers, not {shown(sizes)}")
    sizes = [check_count("n_bytes", n_bytes, MIN_CODE_BYTES, MAX_CODE_BYTES) for n_bytes in sizes]
    writer, key = LossyWriter(model, image), calibration_of(model).key ^ SALT
    return [seal(writer.best(n_bytes).packed, key) for n_bytes in sizes]


class CodeContents(NamedTuple):
    """What a code says."""

    z: Tensor  # float64 (1, n_dims), a prefix of the latent code
    n_corrections: int  # numbers, beside those of z, that correct the decoded picture
    image: Tensor  # (1, 28, 28) float32 in [0, 1], what all of it decodes to

    @property
    def n_dims(self) -> int:
        """How many numbers of the latent code it holds, 1 to K."""
        return self.z.shape[1]

    @torch.inference_mode()
    def prefixes(self, model: VAE) -> Tensor:
        """What the first 1, 2, ..., n_dims numbers decode to, and last the corrected image, if it is one.

        Returns:
            (n_dims, 1, 28, 28) float32 in [0, 1], or (n_dims + 1, 1, 28, 28) with corrections; the last is
            `image`.
        """
        check_model(model)
        images = [_image(model, _picture(model, self.z[:, :k])) for k in range(1, self.n_dims + 1)]
        if self.n_corrections:
            images.append(self.image)
        return torch.stack(images)


@torch.inference_mode()
def read_code(model: VAE, code: bytes) -> CodeContents:
    """All that a code says which `compress` wrote.

    Raises:
        InputError: the code is truncated, altered, or was written by another model; 1 in 256 altered codes of
            up to 8 bytes goes unnoticed, 1 in 65,536 longer ones.
    """
    check_model(model)
    calibration = calibration_of(model)
    payload = unseal(code, calibration.key ^ SALT)
    profile = calibration.profiles.get(len(payload))
    if profile is None:
        raise InputError(f"a code of this model never has {len(code)} bytes")
    reader, decoder = coder(model), unpacker(payload)
    try:
        n_dims = header.dims(profile, model.config.latent_dim).read(decoder)
        z = reader.read(decoder, n_dims, profile.step * calibration.posterior_std)
        level = header.levels(profile).read(decoder)
        way = residual.directions(calibration, reader.logits(z)[0])
        part = residual.correction_part(torch.zeros(0), residual.ratios(way, level))
        symbols = decoder.decode(part.family, *part.parameters) if level else np.zeros(0)
    except AssertionError as error:
        raise InputError("this code holds no image") from error
    corrections = torch.from_numpy(symbols.astype(np.int64))
    picture = residual.corrected(_picture(model, z), way, level, corrections)
    return CodeContents(z, int(corrections.count_nonzero()), _image(model, picture))


def decompress(model: VAE, code: bytes) -> Tensor:
    """The image in a code that `compress` wrote.

    Returns:
        (1, 28, 28) float32 in [0, 1].

    Raises:
        InputError: as `read_code`, which says how many altered codes go unnoticed.
    """
    return read_code(model, code).image


def _picture(model: VAE, z: Tensor) -> Tensor:
    """What a code (1, k) decodes to, float64 (784,)."""
    return torch.sigmoid(coder(model).logits(z))[0]


def _image(model: VAE, picture: Tensor) -> Tensor:
    """A picture (784,) as an image (1, 28, 28) of the model's precision and on its device."""
    return picture.to(next(model.parameters())).view(1, SIDE, SIDE)
