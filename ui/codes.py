"""A code that a visitor brings, pasted or as a file: it is checked before it is decoded."""

import re
from dataclasses import dataclass

from torch import Tensor

import vae
from ui.shell import load
from vae.codec.range_coding import SHORT_CODE_BYTES
from vae.jobs.lossless_ink import LONGEST_CODE_BYTES

MAX_BYTES = LONGEST_CODE_BYTES + 2  # a lossless code with its checksum; lossy ones are far shorter
MAX_CHARACTERS = 4 * MAX_BYTES
_BETWEEN = re.compile(r"[\s,:;]|\b0x")  # what may stand between bytes and before them


@dataclass(frozen=True)
class Decoded:
    """What a code held."""

    image: Tensor  # (1, 28, 28)
    n_bytes: int
    exact: bool  # from a lossless code

    @property
    def caution(self) -> str:
        """A sentence about the checksum where the code is short, else nothing."""
        if self.n_bytes > SHORT_CODE_BYTES:
            return ""
        return (
            f"A code of up to {SHORT_CODE_BYTES} bytes has a checksum of a single one, so that one in 256 "
            "altered codes decodes to another digit: where that matters, ask for a longer code."
        )


def from_hex(text: str) -> bytes:
    """The bytes that a pasted text spells, in hexadecimal.

    Raises:
        InputError: too long, or something else than pairs of hexadecimal digits.
    """
    if len(text) > MAX_CHARACTERS:
        raise vae.InputError(f"This text is longer than any code, which has at most {MAX_BYTES:,} bytes.")
    try:
        return bytes.fromhex(_BETWEEN.sub("", text))
    except ValueError as error:
        raise vae.InputError(
            "A code is spelled in pairs of the digits 0 to 9 and a to f, such as 3f 07."
        ) from error


def decode(code: bytes) -> Decoded:
    """The digit in a code of either kind.

    Raises:
        InputError: the code is empty, too long, cut short, altered, or not of this model.
        FileError: the model's own file is missing or damaged.
    """
    if not code:
        raise vae.InputError("There is no code in it: it is empty.")
    if len(code) > MAX_BYTES:
        raise vae.InputError(f"It has {len(code):,} bytes, but no code has more than {MAX_BYTES:,}.")
    model = load.model()
    for decompress, exact in ((vae.decompress, False), (vae.decompress_ink, True)):
        try:
            return Decoded(decompress(model, code), len(code), exact)
        except vae.InputError:
            continue
    raise vae.InputError(
        "This is no code of this model: it was cut short or altered, or another model wrote it."
    )
