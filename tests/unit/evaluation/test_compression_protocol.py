"""Compression is measured as its rows say: with codes and files whose bytes and errors are known."""

import pytest
import torch
from torch import Tensor

import vae
from vae.baselines import classical
from vae.baselines.image_codecs import Point
from vae.evaluation import compression_protocol
from vae.evaluation.compression_protocol import CHAINED, compression, lossless
from vae.evaluation.evaluation_data import EvaluationData, Sizes
from vae.evaluation.scores import Baseline

SIZES = Sizes(coded=2)


def off(x: Tensor, psnr_db: float) -> Tensor:
    """An image whose PSNR to x is so much."""
    return x + 10 ** (-psnr_db / 20)


def test_at_each_size_the_best_file_that_fits_is_the_baseline(
    few: EvaluationData, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: dict[bytes, Tensor] = {}

    def compress(model: vae.VAE, x: Tensor, *, n_bytes: int) -> bytes:
        code = bytes(len(codes) + 1)
        codes[code] = off(x, n_bytes + 20 * (len(codes) % 2))  # the second digit comes out 20 dB closer
        return code

    def files(x: Tensor, *sizes_and_psnrs: tuple[int, float]) -> list[Point]:
        return [(n_bytes, off(x, psnr_db)) for n_bytes, psnr_db in sizes_and_psnrs]

    def rarely_small(x: Tensor) -> list[Point]:
        return files(x, (8 if torch.equal(x, few.test[0]) else 9, 12), (60, 70))

    monkeypatch.setattr(vae, "compress", compress)
    monkeypatch.setattr(vae, "decompress", lambda model, code: codes[code])
    monkeypatch.setattr(compression_protocol, "CODE_BYTES", (8, 32))
    monkeypatch.setattr(
        classical,
        "COMPRESSORS",
        {
            classical.PCA: lambda x: files(x, (5, 10), (8, 15), (9, 40)),
            "JPEG": lambda x: files(x, (33, 90)),
            "PNG": rarely_small,
            "WebP": lambda x: files(x, (7, 25), (8, 24)),
        },
    )
    at_8, at_32 = compression(model, few, SIZES, 0)
    assert (at_8.case, at_32.case) == ("8 bytes", "32 bytes")
    assert (at_8.ours, at_32.ours) == (pytest.approx(18, abs=1e-3), pytest.approx(42, abs=1e-3))
    found = [{each.name: each.figure for each in row.baselines} for row in (at_8, at_32)]
    assert found[0] == pytest.approx({classical.PCA: 15, "WebP": 25}, abs=1e-3)
    assert found[1] == pytest.approx({classical.PCA: 40, "PNG": 12, "WebP": 25}, abs=1e-3)
    assert at_8.goal == pytest.approx(17, abs=1e-3)  # 2 dB above PCA
    assert at_32.goal == pytest.approx(40, abs=1e-3)
    assert all((row.unit, row.better, row.n) == ("dB", "higher", 2) for row in (at_8, at_32))


def test_bytes_without_loss_are_counted_of_codes_that_decode(
    few: EvaluationData, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    coded: dict[int, Tensor] = {}
    lengths = (10, 24, 12, 20)

    def compress_ink(model: vae.VAE, ink: Tensor) -> bytes:
        length = lengths[len(coded)]
        coded[length] = ink
        return bytes(length)

    def lossless_sizes(ink: Tensor) -> dict[str, int]:
        later = torch.equal(ink, coded[lengths[len(coded) - 1]])
        return {"PNG": 90 if later else 70, "zlib": 31 if later else 30}

    monkeypatch.setattr(vae, "compress_ink", compress_ink)
    monkeypatch.setattr(vae, "decompress_ink", lambda model, code: coded[len(code)])
    monkeypatch.setattr(classical, "lossless_sizes", lossless_sizes)
    at_random, thresholded = lossless(model, few, SIZES, 0)
    assert (at_random.ours, thresholded.ours) == (17, 16)
    files = (Baseline("PNG", 80), Baseline("zlib", 30.5))
    assert (at_random.baselines, thresholded.baselines) == ((*files, CHAINED), files)
    assert (at_random.goal, thresholded.goal) == (19, 15)
    assert all((row.unit, row.better, row.n) == ("bytes", "lower", 2) for row in (at_random, thresholded))
    drawn, cut = (torch.stack([coded[length] for length in pair]) for pair in (lengths[:2], lengths[2:]))
    digits = few.test[:2]
    sure = (digits == 0) | (digits == 1)
    assert torch.equal(cut, (digits > 0.5).float())
    assert ((drawn == 0) | (drawn == 1)).all() and torch.equal(drawn[sure], digits[sure])
    assert not torch.equal(drawn, cut)


def test_a_code_that_loses_something_is_no_figure(
    few: EvaluationData, model: vae.VAE, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vae, "compress_ink", lambda model, ink: b"")
    monkeypatch.setattr(vae, "decompress_ink", lambda model, code: torch.zeros(1, 28, 28))
    with pytest.raises(AssertionError, match="did not decode to its digit"):
        next(lossless(model, few, SIZES, 0))
