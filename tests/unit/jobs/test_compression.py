"""Lossy codes: their length, what comes back, and what is refused."""

import copy
import functools
import importlib
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import vae
from unit.conftest import WRONG_IMAGE, Picture, every, one_sentence
from unit.perturbed import perturbed
from vae.codec import range_coding
from vae.codec.lossy_writer import LossyWriter
from vae.codec.range_coding import coder, payload_bytes, seal
from vae.model import calibration_of

lossy = importlib.import_module("vae.jobs.compression")  # `vae.compress` itself is the function
SIZES_IN_A_ROW = (2, 3, 4, 6, 7, 8, 9, 10, 18, 19, 20, 21, 29, 30, 36, 38)
SIZES = (2, 3, 4, 6, 8, 9, 12, 16, 24, 32, 48, 64)
CURVE = (2, 4, 8, 16, 32, 64)

Written = Callable[[int, int], bytes]


def checkerboard() -> Tensor:
    return ((torch.arange(28)[:, None] + torch.arange(28)) % 2).float()[None]


STRANGE = {
    "blank": torch.zeros(1, 28, 28),
    "white": torch.ones(1, 28, 28),
    "grey": torch.full((1, 28, 28), 0.5),
    "checkerboard": checkerboard(),
    "noise": torch.rand(1, 28, 28, generator=torch.Generator().manual_seed(0)),
}


@pytest.fixture(scope="module")
def written(model: vae.VAE, digits: Tensor) -> Written:
    """`written(i, n_bytes)`: digit i in so many bytes; done once."""
    return functools.cache(lambda i, n_bytes: vae.compress(model, digits[i], n_bytes=n_bytes))


@pytest.fixture(scope="module")
def psnrs(model: vae.VAE, digits: Tensor) -> list[dict[int, float]]:
    """What comes back of four digits at each of many sizes, in dB."""
    sizes = sorted({*SIZES_IN_A_ROW, *CURVE})
    return [
        {
            size: vae.psnr(vae.decompress(model, code), digit)
            for size, code in zip(sizes, vae.compress_to_sizes(model, digit, sizes), strict=True)
        }
        for digit in digits[10:14]
    ]


@pytest.mark.parametrize("n_bytes", SIZES)
def test_a_code_is_as_short_as_asked_and_decodes(model: vae.VAE, written: Written, n_bytes: int) -> None:
    code = written(n_bytes, n_bytes)  # another digit for each length
    assert isinstance(code, bytes)
    assert len(code) <= n_bytes
    decoded = vae.decompress(model, code)
    assert decoded.shape == (1, 28, 28)
    assert decoded.dtype == torch.float32
    assert decoded.min() >= 0 and decoded.max() <= 1
    assert 1 <= vae.read_code(model, code).n_dims <= model.config.latent_dim


@given(seed=st.integers(0, 2**31), n_bytes=st.integers(vae.MIN_CODE_BYTES, vae.MAX_CODE_BYTES))
def test_any_image_takes_any_length(tiny: vae.VAE, seed: int, n_bytes: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    image = torch.rand(1, 28, 28, generator=generator) ** (10 * torch.rand(1, generator=generator))
    code = vae.compress(tiny, image, n_bytes=n_bytes)
    assert len(code) <= n_bytes
    error = (vae.decompress(tiny, code) - image).square().mean().item()
    assert error == pytest.approx(LossyWriter(tiny, image).best(n_bytes).error, rel=1e-3)


@pytest.mark.parametrize("image", STRANGE.values(), ids=STRANGE)
def test_strange_images_take_any_length(model: vae.VAE, image: Tensor) -> None:
    sizes = (2, 7, 16, 64)
    for n_bytes, code in zip(sizes, vae.compress_to_sizes(model, image, sizes), strict=True):
        assert len(code) <= n_bytes
        decoded = vae.decompress(model, code)
        assert decoded.min() >= 0 and decoded.max() <= 1


def test_sixteen_bytes_is_the_default(model: vae.VAE, digits: Tensor, written: Written) -> None:
    assert vae.compress(model, digits[0]) == written(0, 16)


def test_the_same_image_gives_the_same_code(model: vae.VAE, digits: Tensor, written: Written) -> None:
    assert vae.compress(model, digits[7], n_bytes=12) == written(7, 12)


def test_more_bytes_buy_more_decibels(psnrs: list[dict[int, float]]) -> None:
    curve = {size: sum(of_digit[size] for of_digit in psnrs) / len(psnrs) for size in CURVE}
    assert list(curve.values()) == sorted(curve.values())
    assert curve[64] > curve[2] + 3
    assert curve[16] > 23.5  # dB; PCA with an ideal coder reaches about 20
    assert curve[64] > 33  # dB; PCA about 27


def test_more_bytes_hold_more_dimensions(model: vae.VAE, written: Written) -> None:
    def total_dims(n_bytes: int) -> int:
        return sum(vae.read_code(model, written(i, n_bytes)).n_dims for i in range(5))

    assert total_dims(3) < total_dims(24)


def test_more_bytes_give_no_worse_picture(psnrs: list[dict[int, float]]) -> None:
    """Where the grid changes with the size, and where the correction begins."""
    for of_digit in psnrs:
        assert list(of_digit.values()) == sorted(of_digit.values())


def test_several_sizes_at_once_are_the_same_codes_as_one_by_one(
    model: vae.VAE, digits: Tensor, written: Written
) -> None:
    sizes = [20, 8, 32]
    assert vae.compress_to_sizes(model, digits[7], sizes) == [written(7, n_bytes) for n_bytes in sizes]


def test_a_short_code_is_a_prefix_of_the_latent_code(
    model: vae.VAE, digits: Tensor, written: Written
) -> None:
    code = written(2, 5)
    said = vae.read_code(model, code)
    assert said.n_corrections == 0
    assert said.z.shape == (1, said.n_dims)
    decoded = torch.sigmoid(model.decode(said.z.float()))[0]
    assert torch.allclose(decoded, vae.decompress(model, code), atol=1e-5)
    nearness = torch.corrcoef(torch.stack([said.z[0], model.encode(digits[[2]]).mean[0, : said.z.shape[1]]]))
    assert nearness[0, 1] > 0.8


def test_a_long_code_corrects_what_its_numbers_decode_to(
    model: vae.VAE, digits: Tensor, written: Written
) -> None:
    code = written(2, 32)
    said = vae.read_code(model, code)
    pictures = said.prefixes(model)
    assert len(pictures) == said.n_dims + 1
    assert said.n_corrections > 5
    assert torch.equal(pictures[-1], vae.decompress(model, code))
    before, after = (vae.psnr(picture, digits[2]) for picture in pictures[-2:])
    assert after > before + 3


@pytest.mark.parametrize("n_bytes", [2, 8, 9, 20])
def test_every_altered_byte_is_noticed(model: vae.VAE, written: Written, n_bytes: int) -> None:
    code = written(7, n_bytes)
    for position in range(len(code)):
        for change in (0x01, 0x80, 0xFF):
            altered = bytearray(code)
            altered[position] ^= change
            with pytest.raises(ValueError, match="truncated or altered") as error:
                vae.decompress(model, bytes(altered))
            assert one_sentence(error)


def test_the_prefixes_of_a_code_end_with_its_image(model: vae.VAE, digits: Tensor, written: Written) -> None:
    code = written(0, 8)
    said = vae.read_code(model, code)
    prefixes = said.prefixes(model)
    assert prefixes.shape[1:] == (1, 28, 28) and len(prefixes) == said.n_dims + (said.n_corrections > 0)
    assert prefixes[-1].equal(said.image) and said.image.equal(vae.decompress(model, code))
    assert vae.psnr(prefixes[0], digits[0]) < vae.psnr(prefixes[-1], digits[0])


@pytest.mark.parametrize("function", [vae.decompress, vae.read_code])
def test_truncated_and_lengthened_codes_are_refused(
    model: vae.VAE, written: Written, function: Callable[[vae.VAE, bytes], object]
) -> None:
    code = written(7, 20)
    for wrong in (b"", code[:-1], code[1:], code[:-5], code + b"\0", code * 2, b"\0" + code):
        with pytest.raises(ValueError, match="truncated or altered|never has") as error:
            function(model, wrong)
        assert one_sentence(error)


def test_hardly_any_beginning_of_a_code_is_a_code(model: vae.VAE, written: Written) -> None:
    accepted = 0
    for i in range(8):
        code = written(i, 24)
        for size in range(1, len(code)):
            try:
                vae.decompress(model, code[:size])
                accepted += 1
            except ValueError:
                pass
    assert accepted <= 3  # of 184; each of the 64 short ones passes a one-byte checksum with chance 1/256


def test_the_code_of_another_model_is_refused(
    model: vae.VAE, tiny: vae.VAE, digits: Tensor, written: Written
) -> None:
    with pytest.raises(ValueError, match="another model wrote it"):
        vae.decompress(model, vae.compress(tiny, digits[0], n_bytes=16))
    with pytest.raises(ValueError, match="another model wrote it"):
        vae.decompress(tiny, written(0, 16))


@pytest.mark.parametrize("n_bytes", [4, 8, 16])
def test_a_lossy_code_is_no_lossless_one(model: vae.VAE, written: Written, n_bytes: int) -> None:
    with pytest.raises(ValueError, match="truncated or altered"):
        vae.decompress_ink(model, written(7, n_bytes))


@pytest.mark.parametrize("foreign", [b"\x89PNG\r\n\x1a\n" + bytes(40), b"hello", bytes(16), "0a1b", None])
def test_foreign_files_are_refused(model: vae.VAE, foreign: object) -> None:
    with pytest.raises(ValueError) as error:
        vae.decompress(model, foreign)
    assert one_sentence(error)


def test_a_length_that_no_code_has_is_refused(tiny: vae.VAE) -> None:
    for size in (0, vae.MAX_CODE_BYTES, 5000):
        code = seal(bytes(size), calibration_of(tiny).key ^ lossy.SALT)
        with pytest.raises(ValueError, match=f"a code of this model never has {len(code)} bytes"):
            vae.decompress(tiny, code)


@given(n_bytes=st.integers(vae.MIN_CODE_BYTES, vae.MAX_CODE_BYTES), data=st.data())
def test_a_sealed_forgery_gives_an_image_or_a_sentence(
    tiny: vae.VAE, n_bytes: int, data: st.DataObject
) -> None:
    size = payload_bytes(n_bytes)
    payload = data.draw(st.binary(min_size=size, max_size=size))
    try:
        decoded = vae.decompress(tiny, seal(payload, calibration_of(tiny).key ^ lossy.SALT))
    except ValueError as error:
        assert str(error) in {"this code holds no image", f"a code of this model never has {n_bytes} bytes"}
    else:
        assert decoded.min() >= 0 and decoded.max() <= 1


def test_another_processor_decodes_the_same(
    model: vae.VAE, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [*(written(7, n_bytes) for n_bytes in SIZES), *(written(i, 24) for i in range(8))]
    decoded = [vae.decompress(model, code) for code in codes]
    n_dims = [vae.read_code(model, code).n_dims for code in codes]
    other, z = perturbed(coder(model)), torch.ones((1, model.config.latent_dim), dtype=torch.float64)
    assert not torch.equal(other.prior.log_prob(z), coder(model).prior.log_prob(z))
    monkeypatch.setattr(lossy, "coder", lambda _: other)
    for code, image, length in zip(codes, decoded, n_dims, strict=True):
        assert vae.read_code(model, code).n_dims == length
        assert torch.allclose(vae.decompress(model, code), image, atol=1e-4)


@every(WRONG_IMAGE)
def test_wrong_images_are_refused(tiny: vae.VAE, wrong: Picture) -> None:
    with pytest.raises(ValueError, match=wrong.message):
        vae.compress(tiny, wrong.x)


@pytest.mark.parametrize("n_bytes", [-1, 0, 1, 65, 16.0, "16", True])
def test_wrong_lengths_are_refused(tiny: vae.VAE, digits: Tensor, n_bytes: object) -> None:
    with pytest.raises(ValueError, match="n_bytes must be a whole number from 2 to 64"):
        vae.compress(tiny, digits[0], n_bytes=n_bytes)


def test_a_model_without_calibration_writes_no_codes(bare: vae.VAE, digits: Tensor) -> None:
    with pytest.raises(ValueError, match="this model has no calibration"):
        vae.compress(bare, digits[0])
    with pytest.raises(ValueError, match="this model has no calibration"):
        vae.decompress(bare, b"abc")


def test_a_coder_is_made_once_for_each_model(tiny: vae.VAE, model: vae.VAE) -> None:
    assert range_coding.coder(tiny) is range_coding.coder(tiny)
    assert range_coding.coder(tiny) is not range_coding.coder(model)


def test_a_code_of_another_calibration_is_refused(tiny: vae.VAE, digits: Tensor) -> None:
    code, other = vae.compress(tiny, digits[0]), copy.copy(tiny)
    known = calibration_of(tiny)
    other.calibration = replace(known, posterior_std=2 * known.posterior_std)
    with pytest.raises(ValueError, match="another model wrote it"):
        vae.decompress(other, code)
    other.calibration = replace(  # no code depends on these
        known, anomaly_scales=2 * known.anomaly_scales, anomaly_scores=known.anomaly_scores[:1]
    )
    assert torch.equal(vae.decompress(other, code), vae.decompress(tiny, code))


def test_a_code_from_an_old_link_still_opens(model: vae.VAE, digits: Tensor) -> None:
    decoded = vae.decompress(model, bytes.fromhex("b4a25f6d7d0b6c87c41d62789b9ce1"))
    assert vae.psnr(decoded, digits[7]) == pytest.approx(30.8, abs=0.1)
