"""Grid codes of an image: they fit, the search makes them better, and its loss is what it says."""

from itertools import islice

import pytest
import torch
from torch import Tensor

import vae
from vae.codec import header, lossy_search
from vae.codec.lossy_search import LossySearch, SquaredError
from vae.model import calibration_of


def test_the_search_finds_nearer_codes(
    model: vae.VAE, digits: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def total_psnr() -> float:
        codes = [vae.compress(model, x, n_bytes=5) for x in digits[:4]]
        return sum(vae.psnr(vae.decompress(model, c), x) for c, x in zip(codes, digits, strict=False))

    searched = total_psnr()
    monkeypatch.setattr(lossy_search, "ROUNDS", 0)
    assert searched > total_psnr()


@pytest.mark.parametrize("size", [1, 4, 16, 40])
def test_grid_codes_leave_room_for_the_header(model: vae.VAE, digits: Tensor, size: int) -> None:
    known = calibration_of(model)
    profile = known.profiles[size]
    dims = header.dims(profile, model.config.latent_dim).bits()
    for grid in islice(LossySearch(model, known, digits[3]).grid_codes(profile, 8 * size), 5):
        said = dims[grid.z.shape[1] - 1] + header.levels(profile).bits()[0]
        assert grid.bits.sum() + said <= 8 * size + 1e-6


def test_no_grid_code_fits_in_no_bits(model: vae.VAE, digits: Tensor) -> None:
    known = calibration_of(model)
    assert list(LossySearch(model, known, digits[0]).grid_codes(known.profiles[4], most_bits=0)) == []


def test_what_was_searched_before_changes_nothing(model: vae.VAE, digits: Tensor) -> None:
    known = calibration_of(model)
    search = LossySearch(model, known, digits[1])
    sizes = [size for size, profile in known.profiles.items() if profile.step == known.profiles[9].step][:6]
    for size in sizes[::-1]:
        shared = next(search.grid_codes(known.profiles[size], 8 * size))
        alone = next(LossySearch(model, known, digits[1]).grid_codes(known.profiles[size], 8 * size))
        assert torch.equal(shared.symbols, alone.symbols)


def test_the_quadratic_form_is_the_error_where_the_picture_is_linear(digits: Tensor) -> None:
    loss = SquaredError(digits[0])
    generator = torch.Generator().manual_seed(0)
    here = torch.randn(784, generator=generator, dtype=torch.float64)
    ways = 1e-4 * torch.randn((3, 784), generator=generator, dtype=torch.float64)
    logits = torch.cat([here[None], here + ways])
    slope, curvature = loss.quadratic(logits)
    change = loss.total(logits)[1:] - loss.total(logits)[0]
    assert torch.allclose(change, curvature.diagonal() - 2 * slope, atol=1e-12)
