"""A framed picture as few characters: its grey values, compressed without loss."""

import base64
import zlib

import numpy as np
import torch
from torch import Tensor

from vae.checks import SIDE, InputError

MOST_CHARACTERS = 588  # with the 12 that an address adds, 600
_LEVELS = (255, 63, 15)  # grey steps from no ink to full ink; fewer where a picture is too long otherwise
_NO_PICTURE = "these characters spell no picture"


def written(image: Tensor) -> str:
    """A picture (1, 28, 28) in [0, 1] as characters, as finely as their number allows."""
    for levels in _LEVELS:
        greys = image[0].mul(levels).round().byte().numpy().tobytes()
        packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
        text = base64.urlsafe_b64encode(bytes([levels]) + packer.compress(greys) + packer.flush())
        if len(text) <= MOST_CHARACTERS:
            break
    return text.decode().rstrip("=")


def read(text: str) -> Tensor:
    """The picture (1, 28, 28) in characters that `written` wrote.

    Raises:
        InputError: they spell none.
    """
    try:
        levels, *packed = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        greys = unpacker.decompress(bytes(packed), SIDE**2 + 1)
    except (ValueError, zlib.error) as error:  # binascii's error is a ValueError
        raise InputError(_NO_PICTURE) from error
    if levels not in _LEVELS or len(greys) != SIDE**2 or not unpacker.eof or max(greys) > levels:
        raise InputError(_NO_PICTURE)
    return torch.from_numpy(np.frombuffer(greys, np.uint8).astype(np.float32) / levels).view(1, SIDE, SIDE)
