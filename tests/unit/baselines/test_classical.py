import io
import math
import zlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from vae.baselines import filters, pca
from vae.baselines.classical import COMPRESSORS, DENOISERS, INPAINTERS, lossless_sizes
from vae.baselines.image_codecs import frontier, png_file
from vae.baselines.pca import Components, fit_components, ideal_bytes, load_components
from vae.gallery import load_gallery
from vae.metrics import psnr
from vae.noise import KINDS, Noise, corrupt

DIGITS = load_gallery().images[:10]
BLANK = torch.zeros(1, 28, 28)
LEVELS = {"gaussian": (0.2, 0.5), "uniform": (0.1, 0.3), "salt_and_pepper": (0.1, 0.3)}


def mean_psnr(images: torch.Tensor) -> float:
    return sum(psnr(image, digit) for image, digit in zip(images, DIGITS, strict=True)) / len(DIGITS)


# Denoisers


@pytest.mark.parametrize("method", DENOISERS)
@pytest.mark.parametrize(("kind", "level"), [(kind, level) for kind in KINDS for level in LEVELS[kind]])
def test_denoisers_take_noise_away(method, kind, level):
    noise = Noise(kind, level)
    noisy = corrupt(DIGITS, noise, seed=3)
    cleaned = torch.stack([DENOISERS[method](picture, noise) for picture in noisy])
    assert cleaned.shape == DIGITS.shape
    assert cleaned.dtype == torch.float32
    assert mean_psnr(cleaned) > mean_psnr(noisy.clamp(0, 1)) + 1


@pytest.mark.parametrize("method", DENOISERS)
@pytest.mark.parametrize(("kind", "highest"), [("gaussian", 2), ("uniform", 1), ("salt_and_pepper", 1)])
def test_denoisers_answer_in_range_at_the_lowest_and_the_highest_level(method, kind, highest):
    far_out = torch.full((1, 28, 28), 3.0)
    far_out[..., 14:] = -3
    for level in (0, highest):
        cleaned = DENOISERS[method](far_out, Noise(kind, level))
        assert cleaned.shape == (1, 28, 28)
        assert cleaned.min() == 0
        assert cleaned.max() == 1


def test_pixels_are_clamped_and_no_others_changed():
    pixels = np.linspace(-3, 4, 784).reshape(28, 28)
    image = filters.as_image(pixels)
    assert image.dtype == torch.float32
    assert np.array_equal(image[0].numpy(), pixels.clip(0, 1).astype(np.float32))


SETTINGS = {"Gaussian": "WIDTHS", "Total variation": "WEIGHTS", "Non-local means": "PATCHES"}


@pytest.mark.parametrize("method", SETTINGS)
@pytest.mark.parametrize(("kind", "level"), [("gaussian", 0.5), ("uniform", 0.25), ("salt_and_pepper", 0.3)])
def test_a_filters_setting_beats_half_and_twice_of_it(method, kind, level, monkeypatch):
    noise = Noise(kind, level)
    noisy = corrupt(DIGITS, noise, seed=3)
    levels, setting, *others = getattr(filters, SETTINGS[method])[kind]

    def psnr_at(factor: float) -> float:
        scaled = (levels, tuple(factor * value for value in setting), *others)
        monkeypatch.setattr(filters, SETTINGS[method], {kind: scaled})
        return mean_psnr(torch.stack([DENOISERS[method](picture, noise) for picture in noisy]))

    assert psnr_at(1) > max(psnr_at(0.5), psnr_at(2))


@pytest.mark.parametrize(("kind", "level"), [("gaussian", 0.1), ("gaussian", 1.0), ("uniform", 0.25)])
def test_the_median_has_the_best_of_its_windows(kind, level, monkeypatch):
    noise = Noise(kind, level)
    noisy = corrupt(DIGITS, noise, seed=3)
    chosen = mean_psnr(torch.stack([DENOISERS["Median"](picture, noise) for picture in noisy]))
    figures = []
    for window in (filters.CROSS, filters.SQUARE, filters.DISC, filters.WIDE):
        monkeypatch.setattr(filters, "WINDOWS", {kind: ((2.0, window),)})
        figures.append(mean_psnr(torch.stack([DENOISERS["Median"](picture, noise) for picture in noisy])))
    assert chosen == max(figures)
    assert min(figures) < max(figures) - 1


def test_median_removes_a_lone_speck_and_keeps_a_stroke():
    picture = BLANK.clone()
    picture[0, 10:13, 4:20] = 1
    specked = picture.clone()
    specked[0, 20, 20] = 1
    specked[0, 11, 11] = 0
    assert torch.equal(DENOISERS["Median"](specked, Noise("salt_and_pepper", 0.02)), picture)


def test_total_variation_keeps_a_flat_picture():
    flat = torch.full((1, 28, 28), 0.4)
    assert torch.allclose(DENOISERS["Total variation"](flat, Noise("gaussian", 0.3)), flat, atol=1e-6)


@pytest.mark.parametrize("method", DENOISERS)
def test_denoisers_refuse_what_is_no_picture(method):
    for picture in (torch.zeros(28, 28), torch.full((1, 28, 28), math.nan)):
        with pytest.raises(ValueError, match="pictures must"):
            DENOISERS[method](picture, Noise("gaussian", 0.1))


# Inpainters


@pytest.mark.parametrize("method", INPAINTERS)
@given(seed=st.integers(0, 10_000), share=st.floats(0, 1))
def test_inpainters_keep_the_known_and_ignore_the_hidden(method, seed, share):
    random = torch.rand(2, 1, 28, 28, generator=torch.Generator().manual_seed(seed))
    observed, x = random[0] < share, DIGITS[seed % 10]
    filled = INPAINTERS[method](x, observed)
    assert torch.equal(filled[observed], x[observed])
    assert torch.equal(INPAINTERS[method](torch.where(observed, x, random[1]), observed), filled)
    assert filled.min() >= 0
    assert filled.max() <= 1


@pytest.mark.parametrize("method", INPAINTERS)
def test_with_nothing_known_the_mean_digit_comes_back(method):
    filled = INPAINTERS[method](BLANK, torch.zeros(1, 28, 28, dtype=torch.bool))
    mean_of_gallery = load_gallery().images.mean(0)
    assert torch.equal(filled.flatten(), load_components().mean)
    assert (filled - mean_of_gallery).square().mean().sqrt() < 0.05


def test_biharmonic_continues_a_slope():
    slope = torch.linspace(0, 1, 28).repeat(28, 1)[None]
    observed = torch.ones(1, 28, 28, dtype=torch.bool)
    observed[0, 10:14, 10:14] = False
    assert torch.allclose(INPAINTERS["Biharmonic"](slope, observed), slope, atol=1e-3)


@pytest.mark.parametrize("method", INPAINTERS)
def test_inpainters_refuse_wrong_masks_and_images(method):
    with pytest.raises(ValueError, match="bool"):
        INPAINTERS[method](BLANK, torch.ones(1, 28, 28))
    with pytest.raises(ValueError, match=r"in \[0, 1\]"):
        INPAINTERS[method](BLANK + 2, torch.ones(1, 28, 28, dtype=torch.bool))


# Compressors


@pytest.mark.parametrize("name", COMPRESSORS)
def test_points_ascend_in_bytes_and_fall_in_error(name):
    for digit in DIGITS[:3]:
        points = COMPRESSORS[name](digit)
        sizes = [n_bytes for n_bytes, _ in points]
        errors = [(decoded - digit).square().mean().item() for _, decoded in points]
        assert len(points) >= 3
        assert sizes[0] > 0
        assert sizes == sorted(set(sizes))
        assert errors == sorted(set(errors), reverse=True)
        assert all(decoded.shape == (1, 28, 28) and decoded.dtype == torch.float32 for _, decoded in points)


@pytest.mark.parametrize("name", ["PNG", "WebP"])
def test_the_largest_file_is_lossless(name):
    assert torch.equal(COMPRESSORS[name](DIGITS[0])[-1][1], DIGITS[0])


def test_jpeg_counts_the_whole_file():
    file = io.BytesIO()
    Image.fromarray((DIGITS[0, 0] * 255).round().to(torch.uint8).numpy()).save(
        file, "JPEG", quality=100, optimize=True
    )
    assert COMPRESSORS["JPEG"](DIGITS[0])[-1][0] == len(file.getvalue())


@given(st.data(), st.sampled_from([1, 2, 4, 8]))
def test_another_decoder_reads_our_png(data, n_bits):
    levels = data.draw(arrays(np.uint8, (28, 28), elements=st.integers(0, 2**n_bits - 1)))
    decoded = np.asarray(Image.open(io.BytesIO(png_file(levels, n_bits))).convert("L"))
    assert np.array_equal(decoded, levels * (255 // (2**n_bits - 1)))


def test_our_png_is_no_larger_than_pillows():
    for digit in DIGITS:
        levels, file = (digit[0] * 255).round().to(torch.uint8).numpy(), io.BytesIO()
        Image.fromarray(levels).save(file, "PNG", optimize=True)
        assert len(png_file(levels, 8)) <= len(file.getvalue())


def test_frontier_drops_larger_files_that_are_no_better():
    x = torch.zeros(1, 28, 28)
    files = [(9, x + 0.1), (5, x + 0.2), (7, x + 0.3), (5, x + 0.1), (11, x)]
    points = frontier(x, [(n_bytes, pixels.numpy()) for n_bytes, pixels in files])
    assert [(n_bytes, round(decoded.max().item(), 3)) for n_bytes, decoded in points] == [(5, 0.1), (11, 0.0)]


def test_lossless_sizes_of_a_blank_and_of_digits():
    assert lossless_sizes(BLANK) == {"PNG": 57 + 11, "zlib": 11, "Raw bits": 98}  # one run
    ink = (DIGITS[0] > 0.5).float()
    sizes = lossless_sizes(ink)
    packed = np.packbits(ink.numpy().astype(np.uint8)).tobytes()
    assert sizes["zlib"] <= len(zlib.compress(packed, 9))
    assert sizes["zlib"] < sizes["PNG"] < 2 * sizes["Raw bits"]
    with pytest.raises(ValueError, match="zeros and ones"):
        lossless_sizes(DIGITS[0])


# PCA


def test_the_shipped_components_are_orthonormal_and_ordered():
    parts = load_components()
    identity = torch.eye(len(parts.basis))
    assert torch.allclose(parts.basis @ parts.basis.T, identity, atol=2e-3)
    assert (parts.std.diff() <= 0).all()
    assert parts.plans.shape == (64, 2)


def test_pca_spends_about_what_it_plans_and_gains_ten_decibels_by_it():
    largest = [COMPRESSORS["PCA"](digit)[-1] for digit in DIGITS]
    smallest = [COMPRESSORS["PCA"](digit)[0] for digit in DIGITS]
    assert 50 < sum(n_bytes for n_bytes, _ in largest) / len(DIGITS) < 80
    assert all(n_bytes <= 2 for n_bytes, _ in smallest)
    few, many = (torch.stack([decoded for _, decoded in points]) for points in (smallest, largest))
    assert mean_psnr(many) > mean_psnr(few) + 10


def test_ideal_bytes_are_the_entropy_of_the_gaussian_bins():
    """Fine bins cost log2(std / step) + log2(sqrt(2 pi e)) bits on average: Cover & Thomas, theorem 8.3.1."""
    generator = torch.Generator().manual_seed(0)
    std, step = torch.ones(4000), torch.tensor(0.05)
    symbols = (torch.randn(4000, generator=generator) / step).round()
    bits_each = 8 * ideal_bytes(symbols[None], step, std)[0, -1].item() / 4000
    assert bits_each == pytest.approx(math.log2(1 / 0.05) + 0.5 * math.log2(2 * math.pi * math.e), abs=0.05)


def test_fitting_finds_the_directions_it_was_given():
    generator = torch.Generator().manual_seed(0)
    spread = torch.rand(784, generator=generator).argsort()[:5]
    digits = torch.full((600, 784), 0.5)
    scales = torch.tensor([0.1, 0.08, 0.06, 0.04, 0.02])
    digits[:, spread] += scales * torch.randn(600, 5, generator=generator)
    parts = fit_components(digits[:500], digits[500:])
    assert isinstance(parts, Components)
    assert parts.basis[:5].abs().argmax(1).tolist() == spread.tolist()
    assert torch.allclose(parts.std[:5], scales, rtol=0.1)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("mean", lambda x: x[:-1]),
        ("mean", lambda x: x * np.nan),
        ("basis", lambda x: x[:, 1:]),
        ("basis", lambda x: x.astype(str)),
        ("std", lambda x: x[:-1]),
        ("std", lambda x: -x),
        ("plans", lambda x: x[:-1]),
        ("plans", lambda x: x * 100),
    ],
)
def test_components_that_cannot_be_used_are_refused(tmp_path, monkeypatch, name, damage):
    with np.load(pca.BASELINES_FILE) as file:
        parts = {**file}
    np.savez(tmp_path / "baselines.npz", **{**parts, name: damage(parts[name])})
    monkeypatch.setattr(pca, "BASELINES_FILE", tmp_path / "baselines.npz")
    with pytest.raises(ValueError, match="missing or broken; python -m vae.baselines.fit writes it"):
        load_components.__wrapped__()
