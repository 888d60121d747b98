"""A pasted code: its bytes in hexadecimal, however they are set apart."""

from typing import NoReturn

import pytest
from torch import Tensor

import vae
from ui import codes
from ui.shell import load
from vae.checks import FileError


@pytest.mark.parametrize(
    "text", ["3f07a1", "3F 07 A1", " 3f\n07\ta1 ", "3f:07:a1", "0x3f, 0x07, 0xa1", "0x3f07a1", "3f;07;a1"]
)
def test_bytes_are_read_however_they_are_set_apart(text: str) -> None:
    assert codes.from_hex(text) == b"\x3f\x07\xa1"


@pytest.mark.parametrize(
    "text", ["00x0", "0x3f0x07", "3f 0", "3g", "3f.07", "١٢", "0" * codes.MAX_CHARACTERS + "00"]
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(vae.InputError):
        codes.from_hex(text)


def test_a_short_code_is_decoded_with_a_caution(model: vae.VAE, digits: Tensor) -> None:
    for code in vae.compress_to_sizes(model, digits[0], (7, 8, 9, 16)):
        found = codes.decode(code)
        assert ("one in 256 altered" in found.caution) == (len(code) <= 8)


def test_a_code_is_not_blamed_for_missing_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> NoReturn:
        raise FileError("there is no weights file")

    monkeypatch.setattr(load, "model", missing)
    with pytest.raises(FileError, match="there is no weights file"):
        codes.decode(b"\x3f\x07\xa1")
