"""Lossless codes: every pixel comes back, in fewer bytes than PNG."""

import io

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

import vae
from unit.conftest import WRONG_IMAGE, Picture, every, one_sentence
from unit.perturbed import perturbed
from vae.codec.range_coding import coder, seal
from vae.jobs import lossless_ink as ink_module
from vae.model import calibration_of


def png_bytes(ink: Tensor) -> int:
    """The size of the digit as a one-bit PNG."""
    file = io.BytesIO()
    Image.fromarray((ink[0] * 255).to(torch.uint8).numpy()).convert("1").save(file, "PNG", optimize=True)
    return len(file.getvalue())


def random_ink(share: float, seed: int = 0) -> Tensor:
    return (torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(seed)) < share).float()


STRANGE = {
    "blank": torch.zeros(1, 28, 28),
    "checkerboard": ((torch.arange(28)[:, None] + torch.arange(28)) % 2).float()[None],
    "rows": (torch.arange(28) % 2).float()[None, :, None].expand(1, 28, 28).contiguous(),
    "random bits": random_ink(0.5),
    "dust": random_ink(0.02),
}


@pytest.fixture(scope="module")
def codes(model: vae.VAE, ink: Tensor) -> list[bytes]:
    """Lossless codes of one digit of each class."""
    return [vae.compress_ink(model, digit) for digit in ink[:10]]


def test_gallery_digits_come_back_in_fewer_bytes_than_png(
    model: vae.VAE, ink: Tensor, codes: list[bytes]
) -> None:
    for digit, code in zip(ink, codes, strict=False):
        decoded = vae.decompress_ink(model, code)
        assert decoded.dtype == torch.float32
        assert torch.equal(decoded, digit)
        assert len(code) < png_bytes(digit)
    assert sum(map(len, codes)) / len(codes) < 24  # bytes; PNG takes about 120


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_strange_images_come_back(model: vae.VAE, strange: Tensor) -> None:
    assert torch.equal(vae.decompress_ink(model, vae.compress_ink(model, strange)), strange)


@given(seed=st.integers(0, 2**31), share=st.floats(0, 0.6))
def test_any_image_comes_back(tiny: vae.VAE, seed: int, share: float) -> None:
    image = random_ink(share, seed)
    assert torch.equal(vae.decompress_ink(tiny, vae.compress_ink(tiny, image)), image)


def test_the_same_digit_gives_the_same_code(model: vae.VAE, ink: Tensor, codes: list[bytes]) -> None:
    assert vae.compress_ink(model, ink[3]) == codes[3]


def test_the_search_saves_bytes(
    model: vae.VAE, ink: Tensor, codes: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched = [len(code) for code in (*codes, *(vae.compress_ink(model, digit) for digit in ink[10:40]))]
    monkeypatch.setattr(ink_module, "ROUNDS", 0)
    unsearched = [len(vae.compress_ink(model, digit)) for digit in ink[:40]]
    assert sum(searched) <= sum(unsearched) - 5


def test_every_altered_byte_is_noticed(model: vae.VAE, codes: list[bytes]) -> None:
    code = codes[0]
    for position in range(len(code)):
        for change in (0x01, 0x80, 0xFF):
            altered = bytearray(code)
            altered[position] ^= change
            with pytest.raises(ValueError, match="truncated or altered") as error:
                vae.decompress_ink(model, bytes(altered))
            assert one_sentence(error)


def test_truncated_and_lengthened_codes_are_refused(tiny: vae.VAE, ink: Tensor) -> None:
    code = vae.compress_ink(tiny, ink[0])
    for wrong in (b"", code[:-1], code[:-9], code[1:], code + b"\0", code + code):
        with pytest.raises(ValueError, match="truncated or altered"):
            vae.decompress_ink(tiny, wrong)


def test_the_code_of_another_model_is_refused(model: vae.VAE, tiny: vae.VAE, ink: Tensor) -> None:
    with pytest.raises(ValueError, match="another model wrote it"):
        vae.decompress_ink(model, vae.compress_ink(tiny, ink[0]))


def test_a_lossless_code_is_no_lossy_one(model: vae.VAE, codes: list[bytes]) -> None:
    for code in codes:
        with pytest.raises(ValueError, match="truncated or altered"):
            vae.decompress(model, code)


@given(payload=st.binary(max_size=300))
def test_a_sealed_forgery_gives_a_digit_or_a_sentence(tiny: vae.VAE, payload: bytes) -> None:
    try:
        decoded = vae.decompress_ink(tiny, seal(payload, calibration_of(tiny).key ^ ink_module.SALT))
    except ValueError as error:
        assert str(error) == "this code holds no digit"
    else:
        assert ((decoded == 0) | (decoded == 1)).all()


def test_an_endless_code_is_refused(tiny: vae.VAE) -> None:
    code = seal(bytes(100_000), calibration_of(tiny).key ^ ink_module.SALT)
    with pytest.raises(ValueError, match="a lossless code has at most"):
        vae.decompress_ink(tiny, code)


def test_another_processor_decodes_the_same(
    model: vae.VAE, ink: Tensor, codes: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = STRANGE["random bits"]
    noise_code = vae.compress_ink(model, noise)
    other = perturbed(coder(model))
    monkeypatch.setattr(ink_module, "coder", lambda _: other)
    for code, image in [*zip(codes, ink, strict=False), (noise_code, noise)]:
        assert torch.equal(vae.decompress_ink(model, code), image)


@pytest.mark.parametrize("value", [0.5, 0.999])
def test_grey_is_refused(tiny: vae.VAE, value: float) -> None:
    with pytest.raises(ValueError, match="every pixel must be 0 or 1"):
        vae.compress_ink(tiny, torch.full((1, 28, 28), value))


@every(WRONG_IMAGE)
def test_wrong_images_are_refused(tiny: vae.VAE, wrong: Picture) -> None:
    with pytest.raises(ValueError, match=wrong.message):
        vae.compress_ink(tiny, wrong.x)


@pytest.mark.parametrize("foreign", [b"", b"\x89PNG\r\n\x1a\n" + bytes(40), "0a1b", bytearray(b"abc"), None])
def test_foreign_files_are_refused(tiny: vae.VAE, foreign: object) -> None:
    with pytest.raises(ValueError) as error:
        vae.decompress_ink(tiny, foreign)
    assert one_sentence(error)


def test_a_model_without_calibration_writes_no_codes(bare: vae.VAE, ink: Tensor) -> None:
    with pytest.raises(ValueError, match="this model has no calibration"):
        vae.compress_ink(bare, ink[0])
    with pytest.raises(ValueError, match="this model has no calibration"):
        vae.decompress_ink(bare, b"abc")
